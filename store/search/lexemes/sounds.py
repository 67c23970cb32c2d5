"""Words by their sound, so that what a recogniser misheard is found: `Kündigung` and `Kündichung` are `~462464`.

Codes are Kölner Phonetik (H. J. Postel, 1969) for German and Metaphone (L. Philips, 1990) for English.
"""

from itertools import groupby

import jellyfish

from stimmung.store.search.lexemes.folding import fold

MARK = "~"
SHORTEST_WORD = 4  # letters: below it most words share a code with some other
SHORTEST_CODE = 3  # signs, for the same reason
SHORTEST_NEAR = 4  # signs: one sign of three exchanged is another word
LONGEST_NEAR = 30  # signs; of 250 all neighbours together are more than the megabyte that a query of PostgreSQL may be
GERMAN_SIGNS = "012345678"
ENGLISH_SIGNS = "A0BFHJKLMNPRSTWXY"
GERMAN_VOWEL = "0"
ENGLISH_VOWEL = "A"
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
        codes.append(_metaphone(bare))
    return tuple(MARK + code for code in codes if len(code) >= SHORTEST_CODE)


def cologne(word: str) -> str:
    """Return the Kölner Phonetik of a folded word; signs that are no letters a to z count for nothing."""
    letters = [letter for letter in word if "a" <= letter <= "z"]
    signs = "".join(_sign(letters, place) for place in range(len(letters)))
    single = "".join(sign for sign, _ in groupby(signs))
    return single[:1] + single[1:].replace("0", "")


def near_sounds(code: str) -> tuple[str, ...]:
    """Return the codes that are one sign away from a code as `sounds` gives it: left out, exchanged or added.

    None for codes of less than four signs or more than thirty. A code of six signs has about 100 neighbours in German,
    190 in English.
    """
    signs = code.removeprefix(MARK)
    if not SHORTEST_NEAR <= len(signs) <= LONGEST_NEAR:
        return ()
    alphabet = GERMAN_SIGNS if signs.isdigit() else ENGLISH_SIGNS
    near = {signs[:place] + signs[place + 1 :] for place in range(len(signs))}
    near |= {signs[:place] + sign + signs[place + 1 :] for place in range(len(signs)) for sign in alphabet}
    near |= {signs[:place] + sign + signs[place:] for place in range(len(signs) + 1) for sign in alphabet}
    return tuple(MARK + other for other in sorted(near - {signs}) if _possible(other))


def likeness(word: str, other: str) -> float:
    """Return how alike two words look, 0 to 1: one less the edits, as a share of the longer one's letters.

    Of 110 misheard words from our list, near sounds found 97; from 0.65 on 94 stay, and 4 strangers of 30,000.
    """
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
    """Tell whether a code can be one: the sign of vowels only leads."""
    return (GERMAN_VOWEL if signs.isdigit() else ENGLISH_VOWEL) not in signs[1:]


def _metaphone(word: str) -> str:
    """Return the Metaphone of a folded word, one sign for all vowels at the start: `insurance` and `ensurance`."""
    code = jellyfish.metaphone(word)
    return ENGLISH_VOWEL + code[1:] if code[:1] in ("A", "E", "I", "O", "U") else code
