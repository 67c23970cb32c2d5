"""Live calls as plain lines, one for each thing that happened: for pipes, logs and documentation.

The time before a line is when it was told, so that lines follow each other and what is told late can be seen to be.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rich.text import Text

from stimmung.batch.distress_view import named_mark
from stimmung.batch.live_messages import Kind, LiveMessage
from stimmung.batch.live_records import Caller, Said, read_caller, read_said, text_of, unranked
from stimmung.batch.live_state import CallNow, LiveState
from stimmung.batch.transcript_view import CHANNEL_STYLES, mood
from stimmung.batch.voice_view import voice_mood
from stimmung.calls.clock import clock
from stimmung.speech.records import DistressState

PLACES = 4  # of the board that a line shows
LONGEST_NAME = 24
BOARD = "board"


@dataclass(slots=True)
class LiveLines:
    """Tells what happened, and what is new of it: a state that changed, an order that did."""

    state: LiveState
    states: dict[tuple[str, int], DistressState] = field(default_factory=dict)  # told last, by call and channel
    words: dict[tuple[str, int], list[str]] = field(default_factory=dict)  # told last, by call and utterance
    order: tuple[tuple[str, int, DistressState], ...] = ()  # told last

    def of_message(self, call: CallNow, message: LiveMessage, time: float) -> list[Text]:
        """Return the lines about a message, which the state has taken in already; `time`: s since the calls began."""
        return [self._line(time, call.name, text) for text in self._texts(call, message)]

    def of_board(self, time: float) -> list[Text]:
        """Return a line if the first few have changed, in their order or state; `time`: s since the calls began.

        Callers of whom nothing is known yet are left out.
        """
        callers = [one for one in self.state.ranking() if one.state != "unknown"][:PLACES]
        order = tuple((one.call_id, one.channel, one.state) for one in callers)
        if order == self.order:
            return []
        self.order = order
        places = [
            Text(f"{place}. ").append(named_mark(one.state)).append(f" {self.state.name_of(one.call_id)}{score(one)}")
            for place, one in enumerate(callers, start=1)
        ]
        return [self._line(time, BOARD, Text(" · ").join(places))] if places else []

    def _texts(self, call: CallNow, message: LiveMessage) -> list[Text]:
        body = message.body
        match message.type:
            case Kind.STARTED:
                why = unranked(body)
                return [Text("live", "green").append(f"; nobody is ranked: {why}" if why else "", "default")]
            case Kind.FINAL:
                return self._said(call, read_said(body))
            case Kind.REVISED:
                return [Text("heard again: ", "dim").append(text) for text in self._said(call, read_said(body))]
            case Kind.DISTRESS:
                return self._distress(read_caller(call.call_id, body))
            case Kind.WARNING:
                return [Text(f"warning: {text_of(body, 'message')}", "yellow")]
            case Kind.WITHDRAWN:
                return [Text("consent was withdrawn: scores are erased", "yellow")]
            case Kind.DROPPED:
                return [Text(f"{text_of(body, 'why')}; the call is being resumed", "yellow")]
            case Kind.RESUMED:
                return [Text("resumed", "green")]
            case Kind.OUTCOME:
                return [outcome_text(call)]
        return []

    def _said(self, call: CallNow, said: Said) -> list[Text]:
        """Tell an utterance, also once more, if its words changed; other commas are no news."""
        place, words = (call.call_id, said.id), re.findall(r"\w+", said.text.casefold())
        if self.words.get(place, []) == words:
            return []
        self.words[place] = words
        return [said_text(said if words else replace(said, text="(no words)"))]

    def _distress(self, caller: Caller) -> list[Text]:
        place = (caller.call_id, caller.channel)
        if self.states.get(place) == caller.state:
            return []
        self.states[place] = caller.state
        return [caller_text(caller)]

    def _line(self, time: float, name: str, text: Text) -> Text:
        width = min(LONGEST_NAME, max(len(BOARD), *(len(call.name) for call in self.state.calls.values())))
        return Text.assemble((f"{clock(time):>5} ", "dim"), f"{name:<{width}} ", text)


def said_text(said: Said) -> Text:
    """Return who said what, in which mood: `Customer: Ja, hallo. -2.1 fear`."""
    text = Text.assemble((f"{speaker_of(said)}: ", CHANNEL_STYLES[said.channel % len(CHANNEL_STYLES)]), said.text)
    for part in moods(said):
        text.append("  ").append(part)
    return text


def moods(said: Said) -> Sequence[Text]:
    """Return what is known of the mood, of the words and of the voice."""
    words = [mood(said.words)] if said.words else []
    return [*words, voice_mood(said.voice)] if said.voice else words


def speaker_of(said: Said) -> str:
    """Return the role, or the channel where nobody said who is on it."""
    return f"Channel {said.channel}" if said.role in ("", "unknown") else said.role.capitalize()


def caller_text(caller: Caller) -> Text:
    """Return `● distressed 0.71 rising, because …`."""
    trend = f" {caller.trend}" if caller.trend and caller.score is not None else ""
    because = f", because {caller.because}" if caller.because else ""
    return named_mark(caller.state).append(f"{score(caller)}{trend}{because}")


def score(caller: Caller) -> str:
    """Return the score with a blank before it; empty where there is none yet."""
    return "" if caller.score is None else f" {caller.score:.2f}"


def outcome_text(call: CallNow) -> Text:
    """Return how the call ended."""
    style = "dim" if call.progress == "ended" else "bold red"
    return Text(f"{call.progress}: {call.note}" if call.note else call.progress, style)
