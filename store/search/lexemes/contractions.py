"""Words with an apostrophe: `I've` is found as one word and by `I` and `have`; `can't`, `cant` and `cannot` are one."""

from stimmung.store.search.lexemes.tokens import APOSTROPHES

STRAIGHT = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
SHORTENED = {  # what stands behind the apostrophe; `'s` is "is", "has", a genitive, in German "es"
    "m": ("am",),
    "re": ("are",),
    "ve": ("have",),
    "ll": ("will",),
    "d": ("would",),
    "n": ("einen",),
    "ne": ("eine",),
    "s": (),
}
NEGATED = {"can't": "can", "won't": "will", "shan't": "shall", "cannot": "can"}
ONE_SPELLING = {"cannot": "cant"}
APOSTROPHE_DROPPED = {  # as recognisers and typists leave it out, where nothing else is written so
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "wasnt": ("was", "not"),
    "havent": ("have", "not"),
    "hasnt": ("has", "not"),
    "couldnt": ("could", "not"),
    "wouldnt": ("would", "not"),
    "cant": ("can", "not"),
    "ive": ("i", "have"),
}


def expanded(word: str) -> tuple[str, ...]:
    """Return the words that a contraction stands for; none for any other word."""
    plain = word.casefold().translate(STRAIGHT)
    if plain in NEGATED:
        return (NEGATED[plain], "not")
    if plain in APOSTROPHE_DROPPED:
        return APOSTROPHE_DROPPED[plain]
    base, apostrophe, rest = plain.rpartition("'")
    if not base:
        return ()
    if rest == "t" and base.endswith("n"):
        return (base[:-1], "not")
    return (base, *SHORTENED[rest]) if rest in SHORTENED else (base, rest) if apostrophe and rest else ()
