"""What people decide: once more, not at all, some stages anew."""

from dataclasses import replace

import pytest
from tests.store.jobs.recordings import BATCH, add, add_some, do, new, states, take, take_one
from tests.store.made_calls import saved_call

from stimmung.calls.records import UsedModel
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.jobs.changing import Redo, cancel, redo, retry
from stimmung.store.jobs.claiming import claim_content
from stimmung.store.jobs.finishing import fail, finish, skip
from stimmung.store.jobs.listing import counts, find_jobs
from stimmung.store.jobs.records import Added, Done, Failure, Which
from stimmung.store.places import Places
from stimmung.store.records import Provenance

TEXT = UsedModel("text_emotion", "mood-de-en", "b" * 64)  # as the made calls have it
VOICE = UsedModel("voice_emotion", "voice-1", "c" * 64)
NEXT = "next night"


def end_three(database: Database, places: Places) -> None:
    """Have one that failed, one that was skipped, one that is done, and one that waits."""
    add_some(database, places, 4)
    one, two, three = take(database, places, most=3)
    fail(database, places, one, Failure("AudioError", "broken"))
    skip(database, places, two, "no_speech", "nobody speaks")
    do(database, places, three, 3)


def test_what_was_given_up_is_tried_again(database: Database, places: Places) -> None:
    end_three(database, places)
    cancel(database, places, Which(states=("waiting",)))
    assert states(database, places) == ["failed", "skipped", "done", "canceled"]
    assert retry(database, places) == 2
    assert states(database, places) == ["waiting", "skipped", "done", "waiting"]


@pytest.mark.parametrize(
    ("which", "count"),
    [
        (Which(error_types=("AudioError",)), 1),
        (Which(error_types=("OSError",)), 0),
        (Which(sources="*/0001_*"), 1),
        (Which(sources="*/0002_*"), 0),  # skipped: only who says so
        (Which(states=("skipped",)), 1),
        (Which(states=("done", "waiting")), 0),
        (Which(batch="another"), 0),
    ],
)
def test_it_is_chosen_what_is_tried_again(database: Database, places: Places, which: Which, count: int) -> None:
    end_three(database, places)
    assert retry(database, places, which) == count


def test_by_its_number_a_skipped_one_is_tried_again(database: Database, places: Places) -> None:
    end_three(database, places)
    (skipped,) = find_jobs(database, places, Which(states=("skipped",)))
    assert retry(database, places, Which(numbers=(skipped.number,))) == 1
    assert retry(database, places, Which(numbers=(skipped.number,))) == 0


def test_what_is_canceled_is_left_alone(database: Database, places: Places) -> None:
    add_some(database, places, 3)
    running = take_one(database, places)
    assert cancel(database, places, Which(batch=BATCH)) == 3
    assert take(database, places) == ()
    assert fail(database, places, running, Failure("AudioError", "broken")) is None
    assert add_some(database, places, 3) == Added(known=3)
    assert counts(database).states["canceled"] == 3


def make_two(database: Database, places: Places) -> None:
    """Have two done jobs, the second's call without a model of the voice."""
    add_some(database, places, 2)
    for number, job in enumerate(take(database, places, most=2), 1):
        made = saved_call(number)
        models = (TEXT, VOICE) if number == 1 else (TEXT,)
        made = replace(made, analysis=replace(made.analysis, models=models))
        finish(database, job, Done(save_call(database, places, made).call_id, 60.0))


def test_what_an_older_model_made_is_made_anew(database: Database, places: Places) -> None:
    make_two(database, places)
    newer = replace(VOICE, sha256="d" * 64)
    assert redo(database, Redo((TEXT, VOICE), {"languages": "de, en"}, ("voice_emotion",)), NEXT) == 0
    assert redo(database, Redo((TEXT, newer), {}, ("voice_emotion",)), NEXT) == 1
    assert states(database, places) == ["waiting", "done"]
    assert add(database, places, new(1), batch=NEXT).known == 1  # knows again what its call does not
    job = take_one(database, places)
    assert (job.redo, job.batch, job.call_id, job.info["queue"]) == (("voice_emotion",), NEXT, "call-1", "meters")
    assert do(database, places, job, 1)
    assert take(database, places) == ()


def test_other_settings_make_everything_anew(database: Database, places: Places) -> None:
    make_two(database, places)
    now = Provenance("0.2.0", {"models.whisper": "small"})
    assert redo(database, Redo(settings=now.settings), NEXT) == 2
    assert take_one(database, places).redo == ()


def test_what_is_made_anew_stays_the_one_that_does_it(database: Database, places: Places) -> None:
    """Another name of the recording, found while it waits, is still its other name."""
    add_some(database, places, 1)
    job = take_one(database, places)
    claim_content(database, job, "same")
    do(database, places, replace(job, content="same"), 1)
    assert redo(database, Redo(settings={"languages": "de"}), NEXT) == 1
    add(database, places, replace(new(2), priority=1))
    assert claim_content(database, take_one(database, places), "same") == job.number
