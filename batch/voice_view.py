"""How a voice sounds, in a few words that need no colour: `voice: angry, aroused +0.6`."""

from collections.abc import Mapping

from rich.text import Text

from stimmung.speech.records import VoiceEmotionScore

NEUTRAL = "neutral"
ADJECTIVES = {"anger": "angry", "fear": "afraid", "sadness": "sad", "joy": "joyful", NEUTRAL: ""}
STYLES = {"anger": "bold red", "fear": "bold red", "sadness": "bold red", "joy": "bold green"}
EVEN = 0.2  # arousal within which a voice is neither aroused nor calm
VOICE_LEGEND = "voice: how it sounds, and its arousal from -1 (calm) to +1 (aroused); ? not certain"


def voice_mood(score: VoiceEmotionScore) -> Text:
    """Return the likeliest emotion, if the voice is not likelier to fit none, and the arousal; `?` where in doubt."""
    emotion = "" if score.uncertain else _likeliest(score.emotions)
    parts = [] if score.uncertain else [ADJECTIVES.get(emotion, emotion), _arousal(score.arousal)]
    said = ", ".join(part for part in parts if part) or ("neutral" if emotion == NEUTRAL else "?")
    return Text(f"voice: {said}", STYLES.get(emotion, "dim"))


def _likeliest(emotions: Mapping[str, float]) -> str:
    """Return the likeliest emotion; empty where what the probabilities lack to 1 outweighs it."""
    name = max(emotions, key=lambda one: emotions[one], default="")
    return name if name and emotions[name] > 1 - sum(emotions.values()) else ""


def _arousal(value: float | None) -> str:
    if value is None:
        return ""
    word = "even" if abs(value) < EVEN else "aroused" if value > 0 else "calm"
    return f"{word} {value:+.1f}"
