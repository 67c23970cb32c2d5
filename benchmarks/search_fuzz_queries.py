"""Queries that nobody would type, and some that attackers do: drawn by hypothesis, and long ones written down."""

from collections.abc import Sequence
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stimmung.store.search.language.fields import vocabulary

CANARY: Final = "zzkanarie"  # a word that no statement of ours and no utterance holds; many queries do
SIGNS: Final = (
    "'", '"', "''", "\\", "\\'", "\\\\", "--", "/*", "*/", "#", ";", "(", ")", "((((", "))", "|", "||", "&", "&&", "!",
    "!!", "<->", "<2>", ":*", ":A", "::text", "~", '~"', "*", "-", "--1", "NOT", "OR", "AND", "UND", "ODER", ",", ":",
    ">", "<", "=", "%", "%%", "_", "%s", "%(a)s", ":x", "$1", "?", "{0}", "\0", "\n", "\r", "\t", "\x1b[31m", "\u202e",
    "\ufeff", "\U0001f600", "\ud800", "\udcff", "ß", "ẞ", "ﬁ", "İ", "e\u0301", "$.calls[*]", "$..*", "@> '{}'",
    "->>'a'", ".*", "^(a+)+$", "[[:alpha:]]", "(?i)", "\\d{9}", "[", "]", "{", "}",
)  # fmt: skip
ATTACKS: Final = (
    "'; DROP TABLE calls; --", "' OR '1'='1", "1); DELETE FROM utterances; --", "' UNION SELECT secret FROM secrets --",
    "pg_sleep(10)", "'||(SELECT version())||'", "\\x27; TRUNCATE search_entries;", "$$;DROP TABLE calls;$$",
    "COPY calls TO PROGRAM 'id'", "to_tsquery('a')", "'); ALTER ROLE stimmung PASSWORD 'a'; --", "/**/OR/**/1=1",
    "; GRANT ALL ON calls TO PUBLIC;", "E'\\\\'; SET ROLE postgres;", "%' OR true --", "') & !('a' | 'b",
    "'a':* <-> 'b'", "a' <2> 'b", "%27%3B DROP TABLE calls", "\\'; CREATE TABLE a(b int); --", "{{7*7}}", "${jndi:a}",
    "<script>alert(1)</script>", "../../etc/passwd", "lo_import('/etc/passwd')", "`id`", "$(id)", "| id",
)  # fmt: skip
WORDS: Final = (
    "#mood=negative", "#day=20000", "=rechnung", "~46264", "[IBAN]", "rechnung", "kündigung", "stromrechnung",
    "charged twice", "schon wieder", "999999999999999999999", "1e309", "NaN", "-0", "2026-13-45", "0001-01-01",
    "9999-12-31", "25:61", "a" * 300, "ü" * 90, "sort:time", "sort:nothing", CANARY, f"'{CANARY}", f"{CANARY}'; --",
    f'"{CANARY}"', f"{CANARY}*",
)  # fmt: skip
LONG: Final = (
    "a" * 1_000, "a" * 1_001, "a " * 500, "ß" * 1_000, "'" * 1_000, '"' * 999, "\\" * 1_000, "(" * 1_000, "-" * 1_000,
    "~" * 1_000, "mood:" * 200, "a OR " * 200, "(a OR (b " * 111, '"a b" ' * 166, "stromrechnung" * 76, "a" * 1_000_000,
    "kündigung " * 100, f"{CANARY} " * 32, "*" * 1_000, "\U0001f600" * 1_000, "e\u0301" * 500, "a*" * 500,
    "rechnungs" * 111,
)  # fmt: skip


def made_queries(count: int) -> list[str]:
    """Return so many queries, the same each time, then the long ones."""
    found: list[str] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(typed())
    def add(one: str) -> None:
        found.append(one)

    add()
    return [*found, *LONG]


def typed() -> st.SearchStrategy[str]:
    """Return a strategy for queries: words, signs, attacks, filters with odd values, and characters of any kind."""
    piece = st.sampled_from((*SIGNS, *ATTACKS, *WORDS))
    names = st.sampled_from([name for one in vocabulary().filters for name in one.names])
    filters = st.builds("{}:{}{}".format, names, st.sampled_from(("", ">", "<=", "-", '"', "(")), piece)
    odd = st.text(st.characters(exclude_categories=()), max_size=12)  # surrogates too
    parts: st.SearchStrategy[Sequence[str]] = st.lists(st.one_of(piece, piece, odd), min_size=1, max_size=8)
    # In a query of two: most filters have no such value, and the query gets no further.
    both = st.builds(lambda many, one: [*many, *one], parts, st.lists(filters, max_size=1))
    return st.builds(str.join, st.sampled_from(("", " ")), both)
