"""`stimmung search`: places with their neighbours for people, records for programs, and what was not understood."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.batch.fake_finding import HIT, NOTE, NOTHING
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.speech.engines import TextEmbedding
from stimmung.speech.errors import WeightsError
from stimmung.speech.fakes import FakeTextEmbedding
from stimmung.speech.settings import Settings
from stimmung.store.search.cursors import Cursor, write_cursor
from stimmung.store.search.language.query import All, Place, Word
from stimmung.store.search.records import Ask, Facets

BEGAN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
PAGE = write_cursor(Cursor(BEGAN, 10, (BEGAN, 4711, 3), BEGAN))


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store in which one place is found."""
    return FakeStore()


def model(_settings: Settings) -> TextEmbedding | None:
    return FakeTextEmbedding()


def search(runner: CliRunner, store: FakeStore, *words: str, load: object = model) -> Result:
    app = build_app(open_store=store.open, embedding=load)  # type: ignore[arg-type]  # functions of this file
    return runner.invoke(app, ["search", *words])


def asked(store: FakeStore) -> Ask:
    (ask,) = store.finding.asked
    return ask


def lines(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines() if line.strip()]


class TestPage:
    def test_a_place_with_its_neighbours_and_the_line_that_plays_it(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store, "rechnung")
        assert result.exit_code == 0
        assert lines(result) == [
            "1 place, the best first  rechnung",
            "4711  2026-03-01 14:30 · queue billing",
            "1:19   Agent    Worum geht es?",
            "1:22 ● Customer Die Stromrechnung kam doppelt.  -4.2",
            "1:27   Agent    Einen Moment.",
            "stimmung play 4711 --at 1:22   found by words and meaning",
            "● distressed",
        ]
        assert result.stderr == ""

    def test_marks_are_underlined(self, store: FakeStore) -> None:
        colours = CliRunner(env={"COLUMNS": "100", "FORCE_COLOR": "1"})
        assert "\x1b[1;4mStromrechnung\x1b[0m" in search(colours, store, "rechnung").stdout

    def test_without_sound_the_line_shows_the_place(self, runner: CliRunner, store: FakeStore) -> None:
        silent = replace(HIT, has_audio=False, call_id="call 4711")
        store.finding.found = replace(store.finding.found, hits=(silent,))
        assert "stimmung show 'call 4711' --at 1:22" in search(runner, store, "rechnung").stdout

    def test_how_many_and_how_they_spread(self, runner: CliRunner, store: FakeStore) -> None:
        facets = Facets({"2026-03-01": 3, "2026-03-02": 6}, {"billing": 9}, {"negative": 8, "neutral": 1})
        store.finding.found = replace(store.finding.found, total=9, facets=facets, cursor="abc")
        result = search(runner, store, "rechnung", "mood:anger", "--mode", "words")
        shown = lines(result)
        assert shown[0] == "9 places, 1 here  rechnung mood:anger"
        bars = [line.split() for line in shown[-5:]]
        assert bars[0] == ["day", "2026-03-01", "3", "█" * 12]
        assert bars[1] == ["2026-03-02", "6", "█" * 24]
        assert bars[2][:3] == ["queue", "billing", "9"]
        assert bars[4] == ["neutral", "1", "█" * 3]
        assert result.stderr == "more: the same search with --page abc\n"
        assert "day" not in search(runner, store, "rechnung", "--no-facets").stdout.split()

    def test_more_than_were_counted(self, runner: CliRunner, store: FakeStore) -> None:
        store.finding.found = replace(store.finding.found, total=10_000, complete=False)
        assert lines(search(runner, store, "by:agent"))[0].startswith("more than 10,000 places, 1 here")

    def test_the_same_is_told_once(self, runner: CliRunner, store: FakeStore) -> None:
        again = replace(NOTE, place=Place(7, 9))
        store.finding.found = replace(store.finding.found, notes=(NOTE, again))
        assert len(search(runner, store, "rechnung").stderr.splitlines()) == 1

    def test_exactly_is_by_words_alone(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, "rechnung", "--exact")
        assert (asked(store).mode, asked(store).exact, len(asked(store).vectors)) == ("words", True, 0)

    def test_a_meaning_that_is_asked_for_stays_beside_exact_words(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, 'rechnung ~"charged twice"', "--exact")
        assert (asked(store).mode, asked(store).exact, len(asked(store).vectors)) == ("hybrid", True, 1)

    def test_no_words_can_be_exact_by_meaning_alone(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store, "rechnung", "--exact", "--mode", "meaning")
        assert result.exit_code == 2
        assert "--exact" in result.stderr

    def test_how_it_was_read_and_what_was_tried(self, runner: CliRunner, store: FakeStore) -> None:
        store.finding.found = replace(store.finding.found, notes=(NOTE,), tried=("sound", "2 of 3 words"))
        assert search(runner, store, "rechnung").stderr.splitlines() == [
            "`anger` is looked for as a word; write mood:anger for the other reading",
            "also looked for words that sound alike",
            "also looked for what has 2 of 3 words; --exact leaves such out",
        ]
        assert search(runner, store, "rechnung", "--quiet").stderr == ""

    @pytest.mark.parametrize(
        ("query", "told"),
        [
            ("schornsteinfeger", "nothing was found for schornsteinfeger; --mode meaning looks for what was meant"),
            ("rechnung mood:anger", "nothing was found for rechnung mood:anger; with fewer filters there may be more"),
            ("mood:anger", "nothing was found for mood:anger"),
            (
                "queue:bil",
                "nothing was found for queue:bil; queue: takes whole names: stimmung search sort:time shows them",
            ),
            ("sort:time", "nothing was found for sort:time"),
        ],
    )
    def test_nothing_found_is_no_failure(self, runner: CliRunner, store: FakeStore, query: str, told: str) -> None:
        store.finding.found = NOTHING
        result = search(runner, store, query, "--mode", "words")
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"{told}\n")

    def test_what_calls_hold_cannot_reach_the_terminal(self, runner: CliRunner, store: FakeStore) -> None:
        nasty = replace(HIT, call_id="4\x1b[31m", text="Die Strom\x1b[2Jrechnung", before=None, after=None)
        store.finding.found = replace(store.finding.found, hits=(nasty,))
        assert "\x1b" not in search(runner, store, "rechnung").stdout


class TestQuery:
    def test_words_need_no_quotes(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, "rechnung", "doppelt", "-werbung", "-by:agent", "--limit", "3", "--page", PAGE)
        ask = asked(store)
        assert ask.query.text == "rechnung doppelt -werbung -by:agent"
        assert (ask.limit, ask.cursor, ask.mode) == (3, PAGE, "hybrid")

    def test_on_every_page_times_are_read_from_when_the_first_was_asked_for(
        self, runner: CliRunner, store: FakeStore
    ) -> None:
        search(runner, store, "rechnung", "since:24h", "--page", PAGE)
        assert asked(store).query.period.start == BEGAN - timedelta(days=1)

    def test_the_mark_of_a_page_that_is_none_is_refused(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store, "rechnung", "--page", PAGE[:-5])
        assert result.exit_code == 2
        assert "leave it out to begin anew" in result.stderr
        assert store.finding.asked == []

    def test_the_store_is_prepared_before(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, "rechnung")
        assert store.finding.done == ["prepare"]
        assert store.done == ["open", "closed"]

    def test_a_query_that_makes_no_sense_is_shown_with_its_place(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store, "kündigung", "modo:angry")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.splitlines() == [
            "error: there is no filter `modo:`; did you mean `mood:`?",
            "  kündigung modo:angry",
            "            ^^^^",
        ]
        assert store.finding.asked == []

    def test_an_option_that_there_is_not(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store, "rechnung", "--jason")
        assert (result.exit_code, "no such option: --jason" in result.stderr) == (2, True)

    def test_nothing_to_look_for(self, runner: CliRunner, store: FakeStore) -> None:
        result = search(runner, store)
        assert (result.exit_code, store.done) == (2, [])
        assert "say what to look for" in result.stderr


class TestMeaning:
    def test_a_meaning_is_asked_with_its_vector(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, "~charged twice", "by:customer")
        (vector,) = asked(store).vectors
        assert asked(store).query.meaning == ("charged twice",)
        assert np.array_equal(vector, FakeTextEmbedding().embed(["charged twice"])[0])

    def test_words_alone_load_no_model(self, runner: CliRunner, store: FakeStore) -> None:
        def load(_settings: Settings) -> None:
            raise AssertionError("nobody needs it")

        assert search(runner, store, "rechnung", "--mode", "words", load=load).exit_code == 0
        assert search(runner, store, "mood:anger", load=load).exit_code == 0

    @pytest.mark.parametrize("why", ["no model", "another model", "no pgvector", "damaged"])
    def test_where_that_cannot_be_words_are_looked_for_instead(
        self, runner: CliRunner, store: FakeStore, why: str
    ) -> None:
        class Damaged(FakeTextEmbedding):
            def embed(self, texts: Sequence[str]) -> np.ndarray:
                raise WeightsError("mood-de-en: the file is cut short")

        def load(_settings: Settings) -> TextEmbedding | None:
            if why == "no model":
                raise WeightsError("mood-de-en: is not there")
            return None if why == "another model" else Damaged() if why == "damaged" else FakeTextEmbedding()

        store.finding.has_meanings = why != "no pgvector"
        result = search(runner, store, "rechnung", "~charged twice", load=load)
        assert result.exit_code == 0
        assert "by words alone" in result.stderr
        ask = asked(store)
        assert (ask.vectors, ask.mode, ask.query.meaning) == ((), "words", ())
        assert ask.query.words == All((Word("rechnung"), Word("charged"), Word("twice")))
        assert lines(result)[0].endswith('rechnung ~"charged twice"')

    def test_a_meaning_by_words_when_words_are_wanted(self, runner: CliRunner, store: FakeStore) -> None:
        search(runner, store, "~abgezockt", "--mode", "words")
        assert asked(store).query.words == Word("abgezockt")


class TestJson:
    def test_everything_of_a_page(self, runner: CliRunner, store: FakeStore) -> None:
        store.finding.found = replace(store.finding.found, cursor="abc", notes=(NOTE,))
        found = json.loads(search(runner, store, "rechnung", "--json").stdout)
        assert (found["understood"], found["mode"], found["total"], found["complete"]) == (
            "rechnung",
            "hybrid",
            1,
            True,
        )
        assert (found["next_page"], found["notes"][0]["instead"]) == ("abc", "mood:anger")
        (hit,) = found["hits"]
        assert (hit["call_id"], hit["utterance"], hit["start"], hit["marks"]) == ("4711", 3, 82.4, [[4, 17]])
        assert hit["said_at"] == "2026-03-01T13:31:22+00:00"
        assert hit["before"]["text"] == "Worum geht es?"
        assert found["facets"]["queues"] == {"billing": 1}

    def test_nothing_found(self, runner: CliRunner, store: FakeStore) -> None:
        store.finding.found = NOTHING
        assert json.loads(search(runner, store, "rechnung", "--json").stdout)["hits"] == []


class TestSaved:
    def test_kept_and_used_again_with_more(self, runner: CliRunner, store: FakeStore) -> None:
        assert search(runner, store, "rechnung since:7d", "--save", "mine").stderr == "saved as mine\n"
        search(runner, store, "--saved", "mine", "by:agent")
        assert [ask.query.text for ask in store.finding.asked] == ["rechnung since:7d", "rechnung since:7d by:agent"]

    def test_a_wrong_query_is_not_kept(self, runner: CliRunner, store: FakeStore) -> None:
        assert search(runner, store, "modo:anger", "--save", "mine").exit_code == 2
        assert store.finding.saved == {}

    def test_listed(self, runner: CliRunner, store: FakeStore) -> None:
        assert "none" not in search(runner, store, "--list-saved").stdout
        store.finding.saved = {"mine": "rechnung", "yours": "strom"}
        listed = [line.split() for line in search(runner, store, "--list-saved").stdout.splitlines()[1:]]
        assert listed == [["mine", "rechnung", "2026-03-01", "14:31"], ["yours", "strom", "2026-03-01", "14:31"]]
        assert [one["name"] for one in json.loads(search(runner, store, "--list-saved", "--json").stdout)] == [
            "mine",
            "yours",
        ]
        assert store.finding.asked == []

    def test_forgotten(self, runner: CliRunner, store: FakeStore) -> None:
        store.finding.saved = {"mine": "rechnung"}
        assert search(runner, store, "--forget", "mine").stderr == "forgot mine\n"
        again = search(runner, store, "--forget", "mine")
        assert (again.exit_code, again.stderr) == (1, "error: no search is saved as mine\n")
