"""How a voice sounds, said so that it can be read without colour."""

import pytest

from stimmung.batch.voice_view import voice_mood
from stimmung.speech.records import VoiceEmotionScore


def feels(arousal: float | None, uncertain: bool = False, **emotions: float) -> VoiceEmotionScore:
    return VoiceEmotionScore(arousal, 0.0, emotions, uncertain, "music" if uncertain else "")


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (feels(0.61, anger=0.7, neutral=0.2), "voice: angry, aroused +0.6"),
        (feels(-0.44, sadness=0.5, neutral=0.3), "voice: sad, calm -0.4"),
        (feels(0.5, joy=0.6), "voice: joyful, aroused +0.5"),
        (feels(0.3, fear=0.6), "voice: afraid, aroused +0.3"),
        (feels(0.04, neutral=0.9), "voice: even +0.0"),
        (feels(-0.3), "voice: calm -0.3"),  # a model that knows no emotions
        (feels(None, neutral=0.9), "voice: neutral"),
        (feels(None, anger=0.9), "voice: angry"),
    ],
)
def test_emotion_and_arousal_are_words(score: VoiceEmotionScore, text: str) -> None:
    assert voice_mood(score).plain == text


def test_a_voice_that_fits_no_emotion_gets_none() -> None:
    assert voice_mood(feels(0.5, anger=0.3, fear=0.1)).plain == "voice: aroused +0.5"


@pytest.mark.parametrize("score", [feels(0.9, uncertain=True, anger=0.9), feels(None), feels(None, anger=0.2)])
def test_in_doubt_no_number_is_shown(score: VoiceEmotionScore) -> None:
    assert voice_mood(score).plain == "voice: ?"
    assert voice_mood(score).style == "dim"
