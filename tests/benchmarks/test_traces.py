"""What is planted in calls is found in whatever form it is left, and nothing is left of it where the product was."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from redaction_records import Secret
from traces import Looked, find, sample_names
from traces_calls import Workplace, make_workplace, process
from traces_marks import Mark, as_heard, planted_marks
from traces_places import Place, dumped, exports, places_of
from traces_reading import Raw, holds_text, leaves, read, read_raw
from traces_removal import Stage, removed
from traces_sound import heard_again, recogniser

IBAN = Mark("a", "IBAN", "", "de", Secret(digits=("62900401600047113350",)))
NAME = Mark("a", "NAME", "", "de", Secret(words=frozenset({"hoffmann"})))
KEY = Mark("a", "CUSTOMER_KEY", "", "de", exact="RF-20871")
# The names and types of the calls that the slow tests process: each type of identifier is in one of them.
CALLS = ("de-address", "de-billing-angry", "de-cancellation", "en-vulnerable")
DUMP = """\
CREATE TABLE public.calls (id bigint, said text, metrics jsonb, starts double precision[]);
COPY public.calls (id, said, metrics, starts) FROM stdin;
1	Frau Hoffmann,\\ndie 4711	{"wait": 9.0, "note": "33 50"}	{0.4711,1.1335}
2	\\N	{"hash": "4711aa04711bb0471"}	{47.11,33.5}
\\.
"""


@pytest.mark.parametrize(
    "text",
    [
        "die 4711 33",
        "4, 7, 1, 1,",
        "4,7, 1,1,",
        "vier sieben eins eins",
        "siebenundvierzig elf",
        "47 ja genau 11",
        "47-11",
        "DE 6290 0401",
    ],
)
def test_four_digits_in_a_row_are_found_however_they_are_written(text: str) -> None:
    assert IBAN.read_in(read("", text))


@pytest.mark.parametrize(
    "text",
    [
        "471 und 220",
        "[IBAN] 471 [IBAN] 1",
        "47 Wochen lang hat das gedauert, 11",
        "um 0:47 11:33",
        "2004-11-33T01:60:00.471133+00:00",
        "4711aa04711bb0471",
        r"\x4711335004711335",
        "47 -0.4 11 +1.1",
        "[0.4711, 4711.3350]",
        "{0.4711,4711.3350}",
        "'wochen':47A,11 'bank':3350",
        "1\n00:00:47,113 --> 00:00:50,113\n",
    ],
)
def test_other_digits_are_not(text: str) -> None:
    assert IBAN.read_in(read("", text)) == ""


def test_words_are_found_as_words_and_keys_as_they_are_written() -> None:
    assert NAME.read_in(read("", "FRAU HOFFMANN,")) == "hoffmann"
    assert not NAME.read_in(read("", "Hoffmannstropfen"))
    assert KEY.read_in(read("", "xrf-20871x")) == "RF-20871"
    assert not NAME.read_in(read("", "Agent m.hoffmann: guten Tag", keys=["m.hoffmann"]))


def test_small_numbers_and_measurements_of_json_are_not_read() -> None:
    assert list(leaves({"a": [1, 4711, 47.11, "b", None, True], "c": 47192604})) == [
        "a",
        "b",
        "c",
        " [X] 47192604 [X] ",
    ]


def compressed(text: str, first: int = 8) -> bytes:
    """Return a text as PostgreSQL compresses what does not repeat: a byte of flags before every eighth sign."""
    content = text.encode()
    cuts = [content[max(0, end - 8) : end] for end in range(first, len(content) + 8, 8)]
    return b"\0".join(cut for cut in cuts)


@pytest.mark.parametrize("first", range(1, 9))
@pytest.mark.parametrize("word", ["hoffmann", "gartenstraße", "wagner", "sample-de-cancellation"])
def test_words_are_found_in_bytes_that_postgresql_compressed(word: str, first: int) -> None:
    raw = read_raw("", b"\x13 xy" + compressed(f"{'z' * 8}{word}{'z' * 8}", first))
    assert holds_text(word, raw)


@pytest.mark.parametrize("content", [b"hoffXXmann", b"hXoXffmann", b"hoffman", b"sample-de-address", b""])
def test_other_bytes_are_not(content: bytes) -> None:
    assert not holds_text("hoffmann", read_raw("", content))
    assert not holds_text("sample-de-cancellation", read_raw("", content))
    assert not holds_text("sample-en-happy", read_raw("", content))


def test_long_runs_of_digits_are_found_in_bytes_and_short_ones_are_chance() -> None:
    assert IBAN.seen_in(read_raw("", b"\xff0401 6000 47\xff")) == "04016000"
    assert not IBAN.seen_in(read_raw("", b"\xff0401600\xff"))


def test_words_of_postgresql_itself_do_not_count_in_its_files() -> None:
    own, ours = read_raw("template1", b"by Hoffmann"), read_raw("calls", b"by Hoffmann")
    assert Place("", raws=[ours]).holding(NAME) == ["calls: hoffmann"]
    assert Place("", raws=[ours], native=[own]).holding(NAME) == []


def test_a_dump_is_read_by_column() -> None:
    place = Place("dump", dumped("dump", DUMP))
    assert place.holding(NAME) == ["dump, public.calls.said: hoffmann"]
    assert place.holding(IBAN) == ["dump, public.calls.said: 4711", "dump, public.calls.metrics: 3350"]


def test_everything_planted_is_searched_for_in_every_call() -> None:
    marks = planted_marks(sample_names())
    assert len(marks) == 22 + 5 + 2 * 7  # the list, five of them in the mono call once more, two keys a call
    assert all(mark.secret.words or mark.secret.digits or mark.exact for mark in marks)
    assert {mark.kind for mark in planted_marks(CALLS)} == {mark.kind for mark in marks}


def test_how_a_name_was_heard_is_searched_for_too(tmp_path: Path, root: Path) -> None:
    truth = json.loads((root / "samples/de-billing-angry.truth.json").read_text("utf-8"))
    said = [
        heard(turn, {"Lehmann": "Lemann", "Abbuchung": "Buchung", "Becker": "Bäcker"}) for turn in truth["utterances"]
    ]
    file = tmp_path / "heard.json"
    file.write_text(json.dumps({"utterances": said}), "utf-8")
    marks = as_heard(planted_marks(["de-billing-angry"]), {"de-billing-angry": file})
    words = {mark.text: set(mark.secret.words) for mark in marks if mark.kind == "NAME"}
    assert words == {
        "Julia Lehmann": {"julia", "lehmann", "lemann"},
        "Thomas Becker": {"thomas", "becker", "bäcker"},
        "Herr Becker": {"becker", "bäcker"},
    }


def heard(turn: Mapping[str, object], instead: Mapping[str, str]) -> dict[str, object]:
    """Return a turn of a script as `analyze --json` writes utterances, some words misheard."""
    words = str(turn["text"]).split()
    start, end = float(str(turn["start"])), float(str(turn["end"]))
    step = (end - start) / len(words)
    told = [
        {"text": instead.get(word.strip(".,?!"), word), "start": start + n * step, "end": start + (n + 1) * step}
        for n, word in enumerate(words)
    ]
    return {"channel": turn["channel"], "words": told}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Sample calls that were processed by the commands."""
    made = make_workplace(tmp_path_factory.mktemp("traces") / "kept", CALLS)
    process(made, CALLS)
    return made


@pytest.fixture(scope="module")
def looked(work: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """What is found of them, and what is found in exports where nothing is taken out."""
    control = make_workplace(tmp_path_factory.mktemp("traces") / "as said", CALLS, as_said=True)
    control.run("analyze", *(f"recordings/{name}.flac" for name in CALLS), "--json", "--output", "outputs", "--save")
    marks = as_heard(planted_marks(CALLS), {name: control.outputs / f"{name}.json" for name in CALLS})
    places = [*places_of(work), heard_again(work, CALLS, recogniser())]
    return Looked(marks, find(places, marks), find([Place("exports", list(exports(control.outputs, [])))], marks))


@pytest.fixture(scope="module")
def stages(work: Workplace, looked: Looked) -> Sequence[Stage]:
    """What is left after erasing and retention; the calls are gone then, so that it comes after `looked`."""
    assert looked.marks
    return removed(work, CALLS)[0]


@pytest.mark.slow
@pytest.mark.weights
class TestProcessedCalls:
    def test_the_search_finds_every_identifier_where_nothing_is_taken_out(self, looked: Looked) -> None:
        spoken = {mark for mark in looked.marks if not mark.exact}
        assert spoken <= set(looked.control["exports"])

    def test_no_planted_identifier_is_left_anywhere(self, looked: Looked) -> None:
        assert looked.leaks == {}

    def test_nothing_is_left_behind_but_models_and_a_list_of_fonts(self, work: Workplace, looked: Looked) -> None:
        tops = (work.home, work.temporary)
        left = {
            path.name for top in tops for path in top.rglob("*") if path.is_file() and path.parent.name[:5] != "base-"
        }
        assert {name for name in left if not name.startswith("fontlist-")} == set()

    def test_what_is_removed_leaves_no_trace_and_does_not_come_back(self, stages: Sequence[Stage]) -> None:
        before, *after = stages
        assert before.found > 20
        assert {stage.name: stage.left for stage in after if stage.found} == {}
        assert len(after) == 5


def test_raw_reads_what_is_no_text() -> None:
    assert read_raw("a", b"\xff\xfeHoffmann 12") == Raw("a", "��hoffmann 12", "ÿþhoffmann 12", "")
