"""Queries as a shell hands them over, and what was meant."""

import shlex

import pytest

from stimmung.batch.typed_query import typed_query


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kündigung mood:anger by:customer since:7d", "kündigung mood:anger by:customer since:7d"),
        ("'kündigung mood:anger since:7d'", "kündigung mood:anger since:7d"),
        (
            """'kündigung "schon dreimal" -werbung ~"charged twice"'""",
            'kündigung "schon dreimal" -werbung ~"charged twice"',
        ),
        ('kündigung "schon dreimal"', 'kündigung "schon dreimal"'),
        ('"schon dreimal"', "schon dreimal"),
        ('~"charged twice"', '~"charged twice"'),
        ('-~"charged twice"', '-~"charged twice"'),
        ('rechnung ~"charged twice" queue:"Technik Nord"', 'rechnung ~"charged twice" queue:"Technik Nord"'),
        ('-queue:"Technik Nord" rechnung', '-queue:"Technik Nord" rechnung'),
        ('meta.shop:"Köln 3" rechnung', 'meta.shop:"Köln 3" rechnung'),
        ("'~abgezockt mood:anger'", "~abgezockt mood:anger"),
        ("'mood:anger rechnung'", "mood:anger rechnung"),
        ("rechnung 'abbuchung OR lastschrift'", "rechnung abbuchung OR lastschrift"),
        ("rechnung '(abbuchung | lastschrift)'", "rechnung (abbuchung | lastschrift)"),
        ("rechnung 'doppelt -storno'", "rechnung doppelt -storno"),
        ("""rechnung '"schon dreimal"'""", 'rechnung "schon dreimal"'),
        ("-werbung rechnung", "-werbung rechnung"),
        ("rechnung '-schon erledigt'", "rechnung -schon erledigt"),
    ],
)
def test_what_was_meant(typed: str, meant: str) -> None:
    assert typed_query(shlex.split(typed)) == meant
