"""What the analyses of a vCon hold: the words with their times, how the customer felt, how the talk went."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from stimmung.calls.exports import SCHEMA_VERSION, analysis_to_json
from stimmung.calls.records import CallAnalysis
from stimmung.calls.rounding import probability, seconds
from stimmung.speech.records import Utterance

Json = dict[str, Any]  # Any: JSON
VENDOR = "stimmung"
SCHEMA = f"stimmung-analysis-{SCHEMA_VERSION}"  # docs/analyze-json.md
WTF = "wtf_transcription"  # type of analysis and name of the extension
WTF_SCHEMA = "wtf-1.0"
UNKNOWN_LANGUAGE = "und"  # BCP 47
REPORTED = ("events", "metrics", "policy", "redaction", "models", "omitted")
FELT = ("text_emotion", "voice_emotion", "distress")


def transcription(analysis: CallAnalysis, party_of: Callable[[Utterance], int], made_at: datetime) -> Json:
    """Return what was said in the World Transcription Format; a speaker is the index of a party."""
    segments: list[Json] = []
    words: list[Json] = []
    for number, said in enumerate(analysis.utterances):
        speaker = party_of(said)
        first = len(words)
        words += [
            {
                "id": first + place,
                "start": seconds(word.start),
                "end": seconds(word.end),
                "text": word.text,
                "confidence": probability(word.probability),
                "speaker": speaker,
            }
            for place, word in enumerate(said.words)
        ]
        segments.append(
            {
                "id": number,
                "start": seconds(said.start),
                "end": seconds(said.end),
                "text": said.text,
                "confidence": probability(said.confidence),
                "speaker": speaker,
                "words": list(range(first, len(words))),
            }
        )
    return {
        "transcript": _transcript(analysis),
        "segments": segments,
        "words": words,
        "metadata": _metadata(analysis, made_at),
    }


def feelings(analysis: CallAnalysis) -> Json | None:
    """Return how the customer felt, by utterance and through the call; None where nobody may or could say."""
    whole = _plain(analysis)
    said = [
        {"segment": number, **{key: one[key] for key in FELT}}
        for number, one in enumerate(whole["utterances"])
        if any(one[key] is not None for key in FELT)
    ]
    if not said and not whole["distress"] and whole["course"] is None:
        return None
    return {"course": whole["course"], "distress": whole["distress"], "utterances": said}


def report(analysis: CallAnalysis, agent_named: bool) -> Json:
    """Return how the talk went, by which rules, and what was known of the call; the agent only where it may stand."""
    whole = _plain(analysis)
    info = dict(whole["call"]["info"])
    if not agent_named:
        info["agent"] = None
    return {"call": {**whole["call"], "info": info}, **{key: whole[key] for key in REPORTED}}


def _transcript(analysis: CallAnalysis) -> Json:
    said = [one for one in analysis.utterances if one.text]
    sure = sum(one.confidence for one in said) / len(said) if said else 0.0
    return {
        "text": " ".join(one.text for one in said),
        "language": analysis.language or UNKNOWN_LANGUAGE,
        "duration": seconds(analysis.duration),
        "confidence": probability(sure),
    }


def _metadata(analysis: CallAnalysis, made_at: datetime) -> Json:
    names = [one.name for one in analysis.models if one.task == "transcription"]
    moment = made_at.astimezone(UTC).isoformat()
    return {
        "created_at": moment,
        "processed_at": moment,
        "provider": VENDOR,
        "model": names[0] if names else "unknown",
        "audio": {"duration": seconds(analysis.duration), "channels": int(analysis.channels)},
    }


def _plain(analysis: CallAnalysis) -> Json:
    return cast("Json", analysis_to_json(analysis))
