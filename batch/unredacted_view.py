"""A call with its words as they were said, for who may see them; what was concluded from them stays redacted."""

from collections.abc import Sequence
from dataclasses import replace

from stimmung.calls.records import CallAnalysis
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import Settings


def require_unredacted(settings: Settings) -> None:
    """Raise SettingsError unless the deployment keeps originals, which is what permits to show them."""
    if not settings.policy.keep_original:
        raise SettingsError(
            "--unredacted: shows names and numbers as they were said, which needs policy.keep_original = true in the"
            " settings"
        )


def with_originals(analysis: CallAnalysis, originals: Sequence[Original]) -> CallAnalysis:
    """Return the analysis with these words in their utterances; quotes, path and metadata stay redacted."""
    words = {one.utterance: one for one in originals}
    return replace(
        analysis,
        utterances=tuple(
            replace(said, text=words[place].text, words=words[place].words) if place in words else said
            for place, said in enumerate(analysis.utterances)
        ),
    )
