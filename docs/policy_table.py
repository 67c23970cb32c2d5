"""Writes docs/policy.md: what may be computed about whom, asked of calls/policy.py case by case.

Run it through `make policy-page`; `--check` only compares.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import get_args

from stimmung.calls.policy import CERTAIN, Party, permissions_of
from stimmung.calls.records import Deployment, Permissions, Ruling
from stimmung.speech.records import CallInfo, Consent, Country

PAGE = Path(__file__).resolve().parent / "policy.md"
TOLD = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NAMED = Deployment(purpose="help", legal_basis="consent")
SETTLED = replace(NAMED, notice_de="Hinweis", notice_en="Notice")
BASES = {"none": Deployment(), "named": NAMED}
NOTICES = {"none": None, "given": TOLD}
PARTIES = {
    "customer": Party("customer", 1.0),
    "agent": Party("agent", 1.0),
    "unknown": Party("unknown", 0.0),
}
COLUMNS = {
    "text_emotion": "words",
    "voice_emotion": "voice",
    "distress": "distress",
    "keep_audio": "keep audio",
}
OPENING = f"""\
# What may be computed about whom

<!-- Written by `make policy-page`; edit calls/policy.py or docs/policy_table.py instead. -->

> **No legal advice.** These are the rules that stimmung follows; whether they are enough for you, your data protection
> officer and a lawyer must say. What to settle, and the texts for it: [docs/law](law/README.md).

`calls/policy.py` decides for every party of every call, and this page is made by asking it. Without any settings a call
gets its transcript, the mood of the customer's words and talk metrics. An agent's feelings, and those of anybody of
whom nobody knows who they are, are never computed; no setting changes that.

- **words**: sentiment and emotion of what was said, and the course of the call that is made of them.
- **voice**: emotion in the sound of the voice. Where it is not permitted no sound is cut out, and what the recogniser
  pooled is thrown away.
- **distress**: who needs a person first. It ranks people, which is profiling; where the voice may not be heard it rests
  on the words alone.
- **keep audio**: whether the recording may stay, by this call's consent. stimmung does not delete it.
- **keep original**: whether the words as they were said may stay, card numbers and all. Whatever is shown, returned and
  stored is redacted; beside it originals are kept, encrypted under a key of their own, only where this is a yes.

What counts: the role of a channel and how certain it is (below {CERTAIN:g} it counts as unknown), the caller's
`consent` and `emotion_notice_given_at` in `NAME.call.json`, and the [settings](settings.md#policy) under `policy`.
In the table *basis* is *named* where the settings name a purpose and a legal basis. The *notice* is *given* where the
settings hold its text, in the call's language or, where that is not known beforehand, in both, and the time is known at
which this caller heard it; voices need both, distress neither. Every result says what was not computed, why, and what
would change it.

The profile `de` adds that no recording is kept without consent (§ 201 StGB), and that views of one agent need a purpose
and a legal basis besides the works agreement (§ 87 BetrVG, § 26 BDSG). [The laws in a line each](law/README.md).

If consent is withdrawn, nothing is scored any more; words and talk metrics stay. `stimmung analyze --output DIR`, run
again on such a call, replaces or removes the JSON and the transcript of that name in that folder. Results elsewhere,
pictures among them, are [yours to delete](law/notice.md#withdrawing).
"""
AGENTS = """\
Talk metrics are shown with the single call, whoever took it. Only `stimmung report --by-agent` adds up by agent, talk
metrics alone; whatever adds up calls must ask `agent_statistics` (talk metrics only, never feelings):
"""

ORIGINALS = """\
`stimmung analyze --unredacted` shows them and a store keeps them, for the whole call and whoever spoke; each look is
recorded. They need the setting, and a purpose and a legal basis that are named:
"""

Case = tuple[frozenset[str], ...]  # the values of each axis that a row stands for


def merged(cells: Mapping[tuple[str, ...], tuple[bool, ...]]) -> list[tuple[Case, tuple[bool, ...]]]:
    """Join cases of equal outcome that differ along one axis only, until no two are left; in the order of `cells`."""
    rows: list[tuple[Case, tuple[bool, ...]]] = [
        (tuple(frozenset([part]) for part in case), outcome) for case, outcome in cells.items()
    ]
    axes = len(rows[0][0])
    for axis in reversed(range(axes)):
        joined: dict[tuple[Case, tuple[bool, ...]], frozenset[str]] = {}
        for case, outcome in rows:
            key = (case[:axis] + case[axis + 1 :], outcome)
            joined[key] = joined.get(key, frozenset()) | case[axis]
        rows = [((*rest[:axis], values, *rest[axis:]), outcome) for (rest, outcome), values in joined.items()]
    return rows


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    named = list(heads)
    lines = [named, ["---"] * len(named), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def scores() -> str:
    """Return the table role × consent × basis × notice × profile → what may be computed."""
    axes = [list(PARTIES), list(get_args(Consent)), list(BASES), list(NOTICES), list(get_args(Country))]
    cells: dict[tuple[str, ...], tuple[bool, ...]] = {}
    for role, consent, basis, notice, country in product(*axes):
        given = next(one for one in get_args(Consent) if one == consent)
        call = CallInfo(consent=given, emotion_notice_given_at=NOTICES[notice])
        profile = next(one for one in get_args(Country) if one == country)
        texts = SETTLED if notice == "given" else Deployment()
        settled = replace(BASES[basis], country=profile, notice_de=texts.notice_de, notice_en=texts.notice_en)
        found = permissions_of(PARTIES[role], call, settled)
        cells[role, consent, basis, notice, country] = tuple(_ruling(found, key).allowed for key in COLUMNS)
    heads = ["who", "consent", "basis", "notice", "profile", *COLUMNS.values()]
    return table(heads, ([*_shown(case, axes), *_answers(outcome)] for case, outcome in merged(cells)))


def statistics() -> str:
    """Return the table works agreement × basis × profile → views of one agent, for agents."""
    axes = [["none", "named"], list(BASES), list(get_args(Country))]
    cells: dict[tuple[str, ...], tuple[bool, ...]] = {}
    for agreement, basis, country in product(*axes):
        profile = next(one for one in get_args(Country) if one == country)
        reference = "works agreement 7" if agreement == "named" else ""
        agreed = replace(BASES[basis], country=profile, works_agreement=reference)
        found = permissions_of(PARTIES["agent"], CallInfo(), agreed)
        cells[agreement, basis, country] = (found.agent_statistics.allowed,)
    heads = ["works agreement", "basis", "profile", "views of one agent"]
    return table(heads, ([*_shown(case, axes), *_answers(outcome)] for case, outcome in merged(cells)))


def originals() -> str:
    """Return the table setting × consent × basis × profile → the words as they were said."""
    axes = [["false", "true"], list(get_args(Consent)), list(BASES), list(get_args(Country))]
    cells: dict[tuple[str, ...], tuple[bool, ...]] = {}
    for setting, consent, basis, country in product(*axes):
        given = next(one for one in get_args(Consent) if one == consent)
        profile = next(one for one in get_args(Country) if one == country)
        settled = replace(BASES[basis], country=profile, keep_original=setting == "true")
        found = permissions_of(PARTIES["customer"], CallInfo(consent=given), settled)
        cells[setting, consent, basis, country] = (found.keep_original.allowed,)
    heads = ["policy.keep_original", "consent", "basis", "profile", "keep original"]
    return table(heads, ([*_shown(case, axes), *_answers(outcome)] for case, outcome in merged(cells)))


def reasons() -> str:
    """Return every reason that a no can have, what it concerns, and what would change it."""
    concerns: dict[tuple[str, str], list[str]] = {}
    for found in _cases():
        for field in fields(Permissions):
            ruling = _ruling(found, field.name)
            if not ruling.allowed:
                known = concerns.setdefault((ruling.why, ruling.remedy), [])
                known += [] if field.name in known else [field.name]
    order = [field.name for field in fields(Permissions)]
    rows = (
        [why, ", ".join(f"`{name}`" for name in order if name in what), remedy or "nothing"]
        for (why, remedy), what in concerns.items()
    )
    return table(["why not", "what", "what would change it"], rows)


def page() -> str:
    """Return the whole of docs/policy.md."""
    return "\n".join(
        [
            OPENING,
            "## Scores, and keeping the recording\n",
            scores(),
            "## Agents by name\n",
            AGENTS,
            statistics(),
            "## The words as they were said\n",
            ORIGINALS,
            originals(),
            "## Every reason\n",
            "A result names one reason for each thing that was not computed, the one that stands first in the way.\n",
            reasons(),
        ]
    )


def _cases() -> Iterator[Permissions]:
    """Yield what is permitted where one thing is lacking at a time."""
    call = CallInfo(consent="granted", emotion_notice_given_at=TOLD)
    agreed = replace(SETTLED, country="de", works_agreement="works agreement 7", keep_original=True)
    doubtful = [Party("customer", CERTAIN / 2), Party("agent", CERTAIN / 2)]
    for party in [PARTIES["agent"], PARTIES["unknown"], Party("unknown", 0.0, alone=False), *doubtful]:
        yield permissions_of(party, call, agreed)
    customer = PARTIES["customer"]
    for consent in get_args(Consent):
        yield permissions_of(customer, replace(call, consent=consent), agreed)
    yield permissions_of(customer, replace(call, emotion_notice_given_at=None), agreed)
    for lacking in ("purpose", "legal_basis", "notice_de", "notice_en", "works_agreement", "keep_original"):
        less = _without(agreed, lacking)
        yield permissions_of(PARTIES["agent"], call, less)
        yield permissions_of(customer, call, less)
    yield permissions_of(customer, CallInfo(), Deployment())


def _without(deployment: Deployment, lacking: str) -> Deployment:
    """Return the deployment as it is where nobody set this."""
    given = {field.name: getattr(deployment, field.name) for field in fields(deployment) if field.name != lacking}
    return Deployment(**given)


def _ruling(permissions: Permissions, name: str) -> Ruling:
    found: Ruling = getattr(permissions, name)
    return found


def _shown(case: Case, axes: list[list[str]]) -> list[str]:
    """Return what a row stands for; all values of an axis are `any`."""
    return [
        "any" if len(values) == len(axis) else " or ".join(value for value in axis if value in values)
        for values, axis in zip(case, axes, strict=True)
    ]


def _answers(outcome: Iterable[bool]) -> list[str]:
    return ["yes" if allowed else "no" for allowed in outcome]


def main() -> int:
    """Write the page, or say whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page is out of date")
    if not parser.parse_args().check:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        print("docs/policy.md is out of date: run `make policy-page`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
