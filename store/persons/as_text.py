"""What is kept about a customer as a text to read (Art. 15 GDPR): Markdown, for print or screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from stimmung.calls.clock import clock
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import Utterance
from stimmung.store.jobs.records import KnownJob
from stimmung.store.persons.phrases import PHRASES, Phrases
from stimmung.store.persons.records import KeptCall, Person, Tongue

MARKUP = re.compile(r"([\\`*_#<>\[\]|])")
TELLING = 0.5  # probability from which on distress is told beside a line


def person_as_text(person: Person, language: Tongue, zone: tzinfo) -> str:
    """Return everything as Markdown in that language, times in `zone`."""
    return "\n".join(_Writer(PHRASES[language], zone).person(person)) + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    words: Phrases
    zone: tzinfo

    def person(self, person: Person) -> Iterator[str]:
        words = self.words
        yield f"# {words.title}\n"
        about = {"at": self._date(person.made_at), "key": plain(person.key), "pseudonym": person.pseudonym.value}
        yield words.intro.format(**about) + "\n"
        yield f"## {words.calls}\n"
        if not person.calls:
            yield f"{words.no_calls}\n"
        for one in person.calls:
            yield from self._call(one)
        yield f"## {words.recordings}\n"
        yield from self._rows([self._recording(one) for one in person.recordings])
        yield f"## {words.given}\n"
        yield from self._rows([f"{self._date(one.at)}: {plain(one.form)}" for one in person.given])
        yield f"## {words.acts}\n"
        yield from self._rows(
            [f"{self._date(act.at)}: {words.actions.get(act.action, act.action)}" for act in person.acts]
        )
        yield f"{words.how}\n"
        yield words.rights

    def _call(self, kept: KeptCall) -> Iterator[str]:
        words, analysis = self.words, kept.call.analysis
        yield f"### {words.call.format(id=plain(kept.call.call_id))}\n"
        yield from (f"- {words.facts[name]}: {plain(value)}" for name, value in self._facts(kept).items())
        yield ""
        if analysis.course:
            course = analysis.course[0]
            yield words.mood.format(score=course.score, start=course.start, end=course.end) + "\n"
        yield f"#### {words.transcript}\n"
        yield from self._rows([self._line(one) for one in analysis.utterances])
        if kept.originals:
            yield f"#### {words.originals}\n"
            yield from self._rows([plain(one.text) for one in kept.originals])

    def _recording(self, job: KnownJob) -> str:
        began = self._date(job.began) if job.began else self.words.nobody
        return f"{self.words.facts['began']} {began}: {self.words.states[job.state]}"

    def _facts(self, kept: KeptCall) -> dict[str, str]:
        call, analysis = kept.call, kept.call.analysis
        info, policy, redaction = analysis.info, analysis.policy, analysis.redaction
        notice = info.emotion_notice_given_at
        counts = redaction.counts if redaction else {}
        return {
            "began": self._date(kept.began),
            "duration": clock(analysis.duration),
            "queue": info.queue or self.words.nobody,
            "purpose": (policy.deployment.purpose if policy else "") or self.words.nobody,
            "basis": (policy.deployment.legal_basis if policy else "") or self.words.nobody,
            "consent": info.consent,
            "notice": self._date(notice) if notice else self.words.nobody,
            "saved": self._date(call.saved_at),
            "sound": self._whether(call.audio is not None),
            **({"sound_until": self._date(kept.ends.audio)} if call.audio else {}),
            "until": self._date(kept.ends.text),
            "redacted": ", ".join(f"{kind} {count}" for kind, count in counts.items() if count) or self.words.no,
            "originals": self._whether(call.has_originals),
            "models": f"stimmung {call.provenance.version}: {_models(analysis)}",
        }

    def _line(self, said: Utterance) -> str:
        own = said.role == "customer"
        score = said.distress.probability if said.distress and own else None
        told = f" ({self.words.distress.format(score=score)})" if score is not None and score >= TELLING else ""
        return f"{clock(said.start)} {self.words.own if own else self.words.others}: {plain(said.text)}{told}"

    def _rows(self, rows: list[str]) -> Iterator[str]:
        yield from (f"- {row}" for row in rows or [self.words.nothing])
        yield ""

    def _whether(self, so: bool) -> str:
        return self.words.yes if so else self.words.no

    def _date(self, time: datetime) -> str:
        return time.astimezone(self.zone).strftime(self.words.date)


def plain(text: str) -> str:
    """Return text on one line that Markdown takes for nothing but text."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _models(analysis: CallAnalysis) -> str:
    return ", ".join(f"{one.name} ({one.sha256[:8]})" for one in analysis.models)
