"""The sample calls: every planted identifier stands in its script, and what else goes is a false alarm."""

import pytest

from redaction_samples import Told, measured, read_planted, script
from redaction_sides import Cleaned, Marked


def test_the_list_names_identifiers_that_the_scripts_hold() -> None:
    planted = read_planted()
    calls = [script(name, planted) for name in dict.fromkeys(one.call for one in planted)]
    assert len(calls) == 6
    assert all(one.words and one.spans for one in calls)
    with pytest.raises(ValueError, match="en-happy does not say"):
        script("en-happy", [type(planted[0])("en-happy", "NAME", "Katrin Schneider")])


def test_every_entity_of_the_truth_is_listed() -> None:
    import json

    from corpus import SAMPLES

    listed = {(one.call, one.text.strip(".").casefold()) for one in read_planted()}
    for file in SAMPLES.glob("*.truth.json"):
        truth = json.loads(file.read_text("utf-8"))
        for turn in truth["utterances"]:
            for entity in turn["entities"]:
                name = truth["name"].removesuffix("-mono")
                assert (name, entity["text"].strip(".").casefold()) in listed


def test_precision_and_recall_of_a_script() -> None:
    planted = [one for one in read_planted() if one.call == "en-vulnerable"]
    call = script("en-vulnerable", planted)
    gone = sorted(call.words)
    said = {n: [word.text for word in one.words] for n, one in enumerate(call.call)}
    for n, place in gone:
        said[n][place] = "[X]"
    texts = tuple((str(one.channel), " ".join(said[n])) for n, one in enumerate(call.call))
    clean = Cleaned(texts, tuple(Marked(n, place, place + 1, "NAME") for n, place in gone), ())
    figures = measured([call], [clean], planted)
    assert (figures["precision"], figures["recall"], figures["missed"]) == (1.0, 1.0, [])
    untouched = tuple((str(one.channel), one.text) for one in call.call)
    wrong = measured([call], [Cleaned(untouched, (Marked(0, 0, 1, "NAME"),), ())], planted)
    assert (wrong["precision"], wrong["recall"]) == (0.0, 0.0)
    assert wrong["false_alarms"] == ["en-vulnerable: NAME Brightwell"]


def test_what_was_heard_is_held_against_time() -> None:
    planted = [one for one in read_planted() if one.call == "en-happy"]
    call = script("en-happy", planted)
    went = Cleaned((), (Marked(0, 0, 3, "NAME"),), ())
    for channel, precision in ((0, 1.0), (1, 0.0)):  # the agent speaks, on channel 0
        heard = Told("en-happy", "en", call.call, frozenset(), ((channel, call.spans[0][1]),))
        assert measured([heard], [went], planted)["precision"] == precision
