"""What is laughter and nothing else, and what only looks like it."""

import pytest

from stimmung.calls.laughter import only_laughter


@pytest.mark.parametrize(
    "text",
    [
        "Haha!", "ha ha", "Ha, ha, ha.", "ha-ha", "hahaha", "Hahah", "Hihi.", "hehe", "He he he.", "hoho", "Höhö",
        "hee hee", "Heh heh.", "Ahahaha", "Bwahaha!", "haaahaha", "haha hihi",
        "(lacht)", "*lacht*", "[laughter]", "[Laughs]", "(lacht laut)", "[beide lachen]", "(chuckles)", "(Gelächter)",
        "(lacht) Haha!", "*giggles* hihi",
    ],
)  # fmt: skip
def test_laughter_is_known(text: str) -> None:
    assert only_laughter(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "...", "Ha!", "He!", "Hi, hi.", "Aha.", "Aha, aha.", "Hohe", "Hallo", "Hey hey", "Hm hm", "Ah",
        "Haha, das ist gut.", "(lacht) Ja, genau.", "Sie lacht", "lacht", "(seufzt)", "[Musik]", "(Lachs)", "Ha ha 12",
        "Sie hat (lacht) nein gesagt", "Oh Johanna", "Ja ja",
    ],
)  # fmt: skip
def test_words_are_no_laughter(text: str) -> None:
    assert not only_laughter(text)
