"""What a report says, in German and English."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from stimmung.calls.report_reasons import GERMAN_REASONS
from stimmung.speech.records import DistressState

Language = Literal["de", "en"]
Texts = MappingProxyType[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; `decimal` and `thousands` are how it writes numbers."""

    language: Language
    decimal: str
    thousands: str
    texts: Texts
    states: MappingProxyType[DistressState, str]
    reasons: Texts  # what distress rests on, by its English wording; what is missing is told in English

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def reason(self, text: str) -> str:
        """Return a reason in this language, or as it is where nobody translated it."""
        return self.reasons.get(text, text)


def words_of(language: Language) -> Words:
    """Return the texts of a language."""
    return GERMAN if language == "de" else ENGLISH


ENGLISH: Final = Words(
    "en",
    ".",
    ",",
    MappingProxyType(
        {
            "title": "Calls",
            "of_queue": "queue {queue}",
            "made": "Made {moment}. Times are those of {zone}.",
            "until": "to",
            "how_to_read": (
                "Behind each figure, in brackets, is the number of calls that it rests on. “–”: fewer than {fewest}"
                " calls. Moods go from -5 to +5 and come from customers' words alone. Figures of agents are those of"
                " several together."
            ),
            "nothing": "No calls in this time.",
            "overview": "Overview",
            "measure": "measure",
            "now": "this time",
            "before": "before, mean of {count}",
            "range": "lowest to highest",
            "steps_none": "There are no calls of the weeks before to compare with.",
            "steps_week": "Before: the same hours, 1 to {count} weeks earlier, those without calls left out.",
            "steps_long": "Before: as long a time, {count} of them {days} days apart, those without calls left out.",
            "calls": "calls",
            "hours": "hours",
            "mood_start": "mood at the start",
            "mood_end": "mood at the end",
            "improving": "got better",
            "worsening": "got worse",
            "distressed": "distressed",
            "silence": "silence",
            "overlap": "talking at once",
            "hold": "hold music",
            "customer_talk": "customers' share of the talk",
            "customer_pace": "customers' pace, words a minute",
            "agent_pace": "agents' pace, words a minute",
            "wait": "wait",
            "recordings": "Recordings",
            "state": "state",
            "count": "number",
            "done": "done",
            "failed": "failed",
            "skipped": "skipped",
            "waiting": "waiting now",
            "running": "being done now",
            "canceled": "canceled",
            "no_recordings": "No recordings were to be done in this time.",
            "reason": "reason",
            "jobs": "jobs",
            "files": "files",
            "in_need": "Callers in distress",
            "in_need_few": "{shown} of {all}, the worst first. It is for a person to decide what to do.",
            "in_need_all": "{all}, the worst first. It is for a person to decide what to do.",
            "in_need_none": "No call in which distress was found; it was judged in {calls}.",
            "began": "began",
            "worst": "at worst",
            "at_end": "at the end",
            "why": "why",
            "look": "look and listen",
            "mood": "Mood",
            "mood_text": "Course known: {calls}; got better: {better}, got worse: {worse}.",
            "courses": "course",
            "positive": "good throughout",
            "neutral": "neutral",
            "negative": "bad throughout",
            "share": "share",
            "talk": "Talk",
            "talk_text": "Silence, talking at once and hold music are parts of a call's length.",
            "waits": "Wait and mood",
            "waited": "waited",
            "wait_under": "under {end}",
            "wait_between": "{least} to {end}",
            "wait_over": "{least} and longer",
            "waits_none": "How long callers waited is not known.",
            "wait_caution": "Who waits longer may have called about something else: no proof that the wait did it.",
            "trend": "The last weeks",
            "trend_text": "A dot for each day; moods of days with at least {fewest} calls. Shaded: this report's time.",
            "queues": "Queues",
            "queue": "queue",
            "teams": "Teams",
            "team": "team",
            "teams_note": "Teams of fewer than {agents} known agents are among the others.",
            "agents": "Agents",
            "agent": "agent",
            "agents_note": "Talk only, of calls whose rules permit figures of single agents ({agreement}).",
            "agents_none": "Of no call do the rules permit figures of single agents, or there are too few.",
            "unnamed": "(none named)",
            "others": "all others",
            "chart_calls": "calls a day",
            "chart_mood": "mood at the end, mean of the day",
            "chart_courses": "calls by how the mood went",
            "chart_waits": "mood at the start, by the wait",
            "seconds": "{number} s",
            "minutes": "{number} min",
            "date": "{day:%Y-%m-%d}",
            "day": "{day.month}/{day.day}",
            "moment": "{moment:%Y-%m-%d %H:%M}",
            "none": "–",
            "call": "call",
            "one_call": "1 call",
            "many_calls": "{count} calls",
        }
    ),
    MappingProxyType(
        {"unknown": "unknown", "calm": "calm", "uneasy": "uneasy", "distressed": "distressed", "urgent": "urgent"}
    ),
    MappingProxyType({}),
)
GERMAN: Final = Words(
    "de",
    ",",
    ".",
    MappingProxyType(
        {
            "title": "Gespräche",
            "of_queue": "Warteschlange {queue}",
            "made": "Erstellt {moment}. Zeiten gelten für {zone}.",
            "until": "bis",
            "how_to_read": (
                "In Klammern hinter jeder Angabe steht, auf wie vielen Gesprächen sie beruht. „–“: weniger als {fewest}"
                " Gespräche. Stimmungen reichen von -5 bis +5 und beruhen nur auf den Worten der Kunden. Angaben zu"
                " Beschäftigten gelten immer für mehrere zusammen."
            ),
            "nothing": "Keine Gespräche in dieser Zeit.",
            "overview": "Überblick",
            "measure": "Angabe",
            "now": "diese Zeit",
            "before": "vorher, Mittel aus {count}",
            "range": "niedrigster bis höchster Wert",
            "steps_none": "Aus den Wochen davor gibt es keine Gespräche zum Vergleich.",
            "steps_week": "Vorher: gleiche Stunden, 1 bis {count} Wochen früher; Wochen ohne Gespräche zählen nicht.",
            "steps_long": "Vorher: gleich lange Zeiten ({count}), {days} Tage Abstand; leere zählen nicht.",
            "calls": "Gespräche",
            "hours": "Stunden",
            "mood_start": "Stimmung am Anfang",
            "mood_end": "Stimmung am Ende",
            "improving": "wurde besser",
            "worsening": "wurde schlechter",
            "distressed": "in Not",
            "silence": "Stille",
            "overlap": "gleichzeitiges Reden",
            "hold": "Wartemusik",
            "customer_talk": "Redeanteil der Kunden",
            "customer_pace": "Tempo der Kunden, Wörter je Minute",
            "agent_pace": "Tempo der Beschäftigten, Wörter je Minute",
            "wait": "Wartezeit",
            "recordings": "Aufnahmen",
            "state": "Stand",
            "count": "Anzahl",
            "done": "fertig",
            "failed": "gescheitert",
            "skipped": "übersprungen",
            "waiting": "warten jetzt",
            "running": "jetzt in Arbeit",
            "canceled": "abgebrochen",
            "no_recordings": "In dieser Zeit waren keine Aufnahmen zu bearbeiten.",
            "reason": "Grund",
            "jobs": "Aufträge",
            "files": "Dateien",
            "in_need": "Anrufer in Not",
            "in_need_few": "{shown} von {all}, die schlimmsten zuerst. Was zu tun ist, entscheidet ein Mensch.",
            "in_need_all": "{all}, die schlimmsten zuerst. Was zu tun ist, entscheidet ein Mensch.",
            "in_need_none": "Kein Gespräch, in dem Not gefunden wurde; beurteilt wurde sie in: {calls}.",
            "began": "Beginn",
            "worst": "schlimmstens",
            "at_end": "am Ende",
            "why": "warum",
            "look": "ansehen und anhören",
            "mood": "Stimmung",
            "mood_text": "Verlauf bekannt: {calls}; besser: {better}, schlechter: {worse}.",
            "courses": "Verlauf",
            "positive": "durchweg gut",
            "neutral": "neutral",
            "negative": "durchweg schlecht",
            "share": "Anteil",
            "talk": "Gesprächsführung",
            "talk_text": "Stille, gleichzeitiges Reden und Wartemusik sind Anteile an der Länge eines Gesprächs.",
            "waits": "Wartezeit und Stimmung",
            "waited": "gewartet",
            "wait_under": "unter {end}",
            "wait_between": "{least} bis {end}",
            "wait_over": "{least} und länger",
            "waits_none": "Wie lange die Anrufer warteten, ist nicht bekannt.",
            "wait_caution": (
                "Wer länger wartet, hat vielleicht auch ein anderes Anliegen: Das beweist nicht, dass es am Warten lag."
            ),
            "trend": "Die letzten Wochen",
            "trend_text": (
                "Ein Punkt je Tag; Stimmungen von Tagen mit mindestens {fewest} Gesprächen. Hinterlegt: die Zeit"
                " dieses Berichts."
            ),
            "queues": "Warteschlangen",
            "queue": "Warteschlange",
            "teams": "Teams",
            "team": "Team",
            "teams_note": "Teams mit weniger als {agents} bekannten Beschäftigten stehen unter den übrigen.",
            "agents": "Beschäftigte",
            "agent": "Name",
            "agents_note": (
                "Nur die Gesprächsführung, von Gesprächen, deren Regeln Angaben zu Einzelnen erlauben ({agreement})."
            ),
            "agents_none": "Bei keinem Gespräch erlauben die Regeln Angaben zu Einzelnen, oder es sind zu wenige.",
            "unnamed": "(nicht genannt)",
            "others": "alle übrigen",
            "chart_calls": "Gespräche je Tag",
            "chart_mood": "Stimmung am Ende, Tagesmittel",
            "chart_courses": "Gespräche nach Verlauf der Stimmung",
            "chart_waits": "Stimmung am Anfang, nach Wartezeit",
            "seconds": "{number} s",
            "minutes": "{number} min",
            "date": "{day:%d.%m.%Y}",
            "day": "{day.day}.{day.month}.",
            "moment": "{moment:%d.%m.%Y %H:%M}",
            "none": "–",
            "call": "Gespräch",
            "one_call": "1 Gespräch",
            "many_calls": "{count} Gespräche",
        }
    ),
    MappingProxyType(
        {
            "unknown": "unbekannt",
            "calm": "ruhig",
            "uneasy": "beunruhigt",
            "distressed": "in Not",
            "urgent": "dringend",
        }
    ),
    GERMAN_REASONS,
)
