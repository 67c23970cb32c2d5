"""What may be computed about whom: the one place that says so.

So far only whose words may be read for a mood; consent, legal basis and voices come with the steps that need them.
"""

from stimmung.speech.records import Role


def may_read_words(role: Role) -> bool:
    """Return whether the words of this party may be scored: a customer's, never an agent's or an unknown party's."""
    return role == "customer"
