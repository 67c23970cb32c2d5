"""The benchmark of the safety phrases counts texts, not phrases."""

from safety_phrases import count_finds, sets
from stimmung.calls.safety import SafetyPhrases


def test_a_text_counts_once_a_category_and_once_with_its_highest_floor() -> None:
    texts = ["I can't breathe, I have chest pain.", "My wife died, and I can't breathe.", "Where is my parcel?"]
    count = count_finds(SafetyPhrases.load(), texts, "en")
    assert dict(count.categories) == {"emergency": 2, "vulnerable": 1, "any": 2}
    assert dict(count.floors) == {"urgent": 2}
    assert count.figures()["per_1000"]["emergency"] == round(2000 / 3, 2)
    assert len(count.quotes) == 4


def test_both_languages_are_measured() -> None:
    assert {texts.language for texts in sets()} == {"de", "en"}
