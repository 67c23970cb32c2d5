"""Words by their sound, so that what a recogniser misheard is found: `Kündigung` and `Kündichung` are both `~46264`.

Codes are Kölner Phonetik (H. J. Postel, 1969) for German and Metaphone (L. Philips, 1990) for English.
"""

from itertools import groupby, pairwise

import jellyfish

from stimmung.store.search.folding import fold

MARK = "~"
SHORTEST_WORD = 4  # letters: below it most words share a code with some other
SHORTEST_CODE = 3  # signs, for the same reason
SHORTEST_NEAR = 4  # signs: one sign of three exchanged is another word
GERMAN_SIGNS = "012345678"
ENGLISH_SIGNS = "0BFHJKLMNPRSTWXY"
VOWELS = frozenset("aeijouy")
ALWAYS = {**dict.fromkeys("bp", "1"), **dict.fromkeys("dt", "2"), **dict.fromkeys("fvw", "3"), "l": "5", "r": "7"} | {
    **dict.fromkeys("gkq", "4"),
    **dict.fromkeys("mn", "6"),
    **dict.fromkeys("sz", "8"),
    **dict.fromkeys(VOWELS, "0"),
    "x": "48",
    "h": "",
}
HARD_C_BEFORE = {True: frozenset("ahkloqrux"), False: frozenset("ahkoqux")}  # at the start of a word, and within


def sounds(word: str, language: str) -> tuple[str, ...]:
    """Return the codes of a word in `de` or `en`, of both for any other; none if it is too short."""
    bare = fold(word)
    if len(bare) < SHORTEST_WORD or not bare.isalpha():
        return ()
    codes = []
    if language != "en":
        codes.append(cologne(bare))
    if language != "de":
        codes.append(jellyfish.metaphone(bare))
    return tuple(MARK + code for code in codes if len(code) >= SHORTEST_CODE)


def cologne(word: str) -> str:
    """Return the Kölner Phonetik of a folded word; signs that are no letters a to z count for nothing."""
    letters = [letter for letter in word if "a" <= letter <= "z"]
    signs = "".join(_sign(letters, place) for place in range(len(letters)))
    single = "".join(sign for sign, _ in groupby(signs))
    return single[:1] + single[1:].replace("0", "")


def near_sounds(code: str) -> tuple[str, ...]:
    """Return the codes that are one sign away from a code as `sounds` gives it: left out, exchanged or added.

    None for codes of less than four signs. A code of six signs has about 100 neighbours in German, 200 in English.
    """
    signs = code.removeprefix(MARK)
    if len(signs) < SHORTEST_NEAR:
        return ()
    alphabet = GERMAN_SIGNS if signs.isdigit() else ENGLISH_SIGNS
    near = {signs[:place] + signs[place + 1 :] for place in range(len(signs))}
    near |= {signs[:place] + sign + signs[place + 1 :] for place in range(len(signs)) for sign in alphabet}
    near |= {signs[:place] + sign + signs[place:] for place in range(len(signs) + 1) for sign in alphabet}
    return tuple(MARK + other for other in sorted(near - {signs}) if _possible(other))


def likeness(word: str, other: str) -> float:
    """Return how alike two words look, 0 to 1: one less the edits that a letter of the longer one costs."""
    left, right = fold(word), fold(other)
    longest = max(len(left), len(right))
    return 1.0 - jellyfish.damerau_levenshtein_distance(left, right) / longest if longest else 1.0


def _sign(letters: list[str], place: int) -> str:
    letter = letters[place]
    before = letters[place - 1] if place else ""
    after = letters[place + 1] if place + 1 < len(letters) else ""
    if letter in "dt" and after and after in "csz":
        return "8"
    if letter == "p" and after == "h":
        return "3"
    if letter == "x" and before and before in "ckq":
        return "8"
    if letter == "c":
        hard = after in HARD_C_BEFORE[not before] and before not in ("s", "z")
        return "4" if hard else "8"
    return ALWAYS[letter]


def _possible(signs: str) -> bool:
    """Tell whether a German code can be one: vowels only lead, no sign stands twice."""
    if not signs.isdigit():
        return True
    return "0" not in signs[1:] and all(left != right for left, right in pairwise(signs))
