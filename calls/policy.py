"""What may be computed about whom: the one place that says so.

So far by role alone. Legal basis, notice and consent come with the policy step, which makes the rule about voices
stricter and never looser.
"""

from stimmung.speech.records import Role


def may_read_words(role: Role) -> bool:
    """Return whether the words of this party may be scored: a customer's, never an agent's or an unknown party's."""
    return role == "customer"


def may_hear_voice(role: Role) -> bool:
    """Return whether the voice of this party may be scored: a customer's, never an agent's or an unknown party's.

    It holds for a channel only as a whole: callers ask for everybody who speaks on it, since a cut may take in what
    another says. Where all parties share one channel, their role is `unknown`.
    """
    return role == "customer"
