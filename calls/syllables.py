"""How many syllables a German or English text has when it is spoken, from its spelling.

An estimate for paces, not for poems: German counts vowels and diphthongs, English groups of vowels without the mute e.
"""

import re

# "äu" before "u": the longer one first. Two vowels that form no diphthong are two syllables: The-a-ter, be-ach-ten.
GERMAN = re.compile(r"äu|eu|au|ei|ai|ey|ay|ie|aa|ee|oo|ou|[aeiouyäöüéèàá]")
# A group of vowels, split before -ing; with it go the consonants and the mute e of make, makes, called, safely. An e is
# heard after consonant and l (table), in -ed after t and d (wanted), in -es after a hiss (boxes).
ENGLISH = re.compile(
    r"""[aeiouyéèàáäöü]+?(?=ing\b)
    | [aeiouyéèàáäöü]+
      (?: (?: l | [^\W\d_aeiouy]*[^\W\d_aeiouyl] ) e (?: \b | (?=(?:ly|thing|body|one)\b) )
        | [^\W\d_aeiouy]*[^\W\d_aeiouytd] ed\b
        | (?: l | [^\W\d_aeiouy]*[^\W\d_aeiouylscxzgh] ) es\b
      )?""",
    re.VERBOSE,
)
INSIDE = str.maketrans("", "", "'’")  # an apostrophe ends no word: we've


def count_syllables(text: str, language: str) -> int:
    """Return the syllables of `text` in `language`, a code such as `de`; all but `de` are read as English.

    What is written in digits or without a vowel counts nothing: leave it out of the time, too.
    """
    letters = text.lower().translate(INSIDE).replace("qu", "k")
    return len((GERMAN if language == "de" else ENGLISH).findall(letters))
