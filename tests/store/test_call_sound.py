"""Sound that is added to a call that is kept: once, and only to the very call that it is the sound of."""

from dataclasses import replace

import pytest
from tests.store.made_calls import places_below, policy, saved_call, with_policy, with_words

from stimmung.speech.errors import StoreError
from stimmung.store.audio_files import audio_path
from stimmung.store.call_sound import add_sound
from stimmung.store.calls import load_call, save_call
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.places import Places
from stimmung.store.records import SavedCall
from stimmung.store.removal.erasure import erase_call

CALL = saved_call(1)
SOUNDING = replace(CALL, audio=b"OggS of a call")


@pytest.fixture
def places(database: Database) -> Places:
    return places_below(database.data_dir)


def sounds(places: Places) -> list[bytes]:
    return [path.read_bytes() for path in places.audio.glob("*/*")]


def test_it_joins_the_call_which_is_then_as_if_it_had_been_saved_with_it(database: Database, places: Places) -> None:
    save_call(database, places, CALL)
    assert add_sound(database, places, SOUNDING)
    stored = load_call(database, "call-1")
    assert stored.audio is not None
    assert audio_path(places.audio, stored.audio).read_bytes() == SOUNDING.audio
    assert save_call(database, places, SOUNDING).outcome == "same"


@pytest.mark.parametrize(
    "now",
    [
        with_words(CALL, "something else"),  # analysed anew meanwhile
        SOUNDING,  # it has its sound
        saved_call(2),  # the call is not there
    ],
)
def test_a_call_that_is_another_by_now_gets_none(database: Database, places: Places, now: SavedCall) -> None:
    save_call(database, places, now)
    before = sounds(places)
    assert not add_sound(database, places, replace(SOUNDING, audio=b"late"))
    assert sounds(places) == before


def test_a_call_that_was_erased_does_not_come_back(database: Database, places: Places) -> None:
    save_call(database, places, CALL)
    erase_call(Steward(database, places, "anna", Pace()), "call-1")
    assert not add_sound(database, places, SOUNDING)
    assert sounds(places) == []


def test_sound_that_the_rules_forbid_is_refused(database: Database, places: Places) -> None:
    refused = with_policy(SOUNDING, policy("refused"))
    save_call(database, places, replace(refused, audio=None))
    with pytest.raises(StoreError, match="forbid to keep its sound"):
        add_sound(database, places, refused)
    assert sounds(places) == []
