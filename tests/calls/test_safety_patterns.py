"""The pattern language of the safety phrases: what each sign matches, and what is refused."""

import pytest

from stimmung.calls.safety_patterns import PatternReader, Vocabulary
from stimmung.calls.safety_text import fold


def found(phrase: str, text: str) -> str | None:
    """Return the words of `text` that a phrase matches, None where there are none."""
    reader = PatternReader(Vocabulary({"person": "mother|old man"}, never_between=("not", "kein*")))
    compiled = reader.compile(phrase)
    folded = fold(text)
    for start, word in zip(folded.starts, folded.words, strict=True):
        match = compiled.expression.match(folded.line, start)
        if match is not None:
            assert word.text[:3] in compiled.keys
            return match[0].strip(" ,")
    return None


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("gas", "Gas!", "gas"),
        ("gas", "Gasthof", None),
        ("gas", "Biogas", None),
        ("brenn*", "es brennt", "brennt"),
        ("bren*", "es brennt", "brennt"),
        ("gas+leck", "Gasleck", "gasleck"),
        ("gas+leck", "ein Gas-Leck", "gas leck"),
        ("gas+leck", "Gas Leck", "gas leck"),
        ("gas+leck*", "Gaslecks", "gaslecks"),
        ("a (big|very big) fire", "a very big fire", "a very big fire"),
        ("a [big|very big] fire", "a fire", "a fire"),
        ("a [big|very big] fire", "a small fire", None),
        ("call _ police", "call the local police", "call the local police"),
        ("call _ police", "call the nice local police", None),
        ("call __ police", "call the very nice old local police", "call the very nice old local police"),
        ("call _ police", "call, er, police", "call, er, police"),
        ("call _ police", "call not police", None),
        ("rufe _ Arzt", "rufe keinen Arzt", None),
        ("fire !(sale|sales) now", "fire now", "fire now"),
        ("fire !(sale|alarm)", "fire alarm", None),
        ("fire !(sale|alarm)", "fire", "fire"),
        ("go on .", "I can't go on.", "go on"),
        ("go on .", "go on, please", "go on"),
        ("go on .", "go on now", None),
        ("my {person}", "my old man", "my old man"),
        ("help now", "Help. Now", None),
        ("help now", "help... now", "help, now"),
        ("can't go", "I cannot go", "can not go"),
        ("mother|old man", "the old man", "old man"),
        ("Tür zu", "TUER ZU", "tuer zu"),
    ],
)
def test_a_sign_matches(phrase: str, text: str, words: str | None) -> None:
    assert found(phrase, text) == words


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("", "nothing stands"),
        ("(a|b", "never closed"),
        ("a)", "stands alone"),
        ("[a b", "never closed"),
        ("(a|)", "nothing stands"),
        ("_ fire", "must begin with a word"),
        ("[big] fire", "must begin with a word"),
        ("!(big) fire", "must begin with a word"),
        ("fi* now", "too short"),
        ("my {nobody}", "no list of the name nobody"),
        ("e-bike", "no word of the pattern language"),
        ("*fire", "no word of the pattern language"),
        ("uhm fire", "hesitation"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(phrase: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        found(phrase, "text")
