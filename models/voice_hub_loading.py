"""Finds voice models in folders and on the hub and loads them; nothing that came from the hub is executed.

PyTorch and transformers are imported when a model is loaded, not when it is only located.
"""

import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from platformdirs import user_cache_path

from stimmung.models.hub import Kind, Located, locate_pretrained
from stimmung.models.voice_label_maps import WELL_KNOWN, ClassMap, DimensionMap, voice_label_map
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import SAMPLE_RATE
from stimmung.speech.settings import EMBEDDED_VOICE, ModelSettings

if TYPE_CHECKING:
    from transformers import BatchFeature, PreTrainedConfig

    from stimmung.models.voice_hub import HubVoiceModel

logger = logging.getLogger(__name__)

KIND = Kind(
    what="voice model",
    small_files=("*.json",),
    choose=f"choose {EMBEDDED_VOICE}, a folder, OWNER/NAME of the hub, or none",
)
POOLED: Final = "Wav2Vec2ForSpeechClassification"  # no class of transformers; ours reads it
CLASSIFIERS: Final = (
    "Wav2Vec2ForSequenceClassification",
    "HubertForSequenceClassification",
    "WavLMForSequenceClassification",
    "WhisperForAudioClassification",
)
ONLY_FOR_TRAINING = "masked_spec_embed"  # what stands in for masked sound; some checkpoints leave it out


def locate_voice_model(name: str, cache: Path | None = None, *, fetch: bool = False) -> Located:
    """Return where the voice model `name` lies: a folder, or a hub name.

    A hub name is downloaded only with `fetch`, into `cache`, by default the user's cache folder.
    """
    return locate_pretrained(name, cache or user_cache_path("stimmung"), KIND, fetch=fetch)


def load_voice_model(model: Located | str, settings: ModelSettings) -> "HubVoiceModel":
    """Load a voice model onto the device of the settings; a name is located first, by the network if need be.

    Raises WeightsError that says the way out where it is damaged, of another kind, or has labels that mean nothing.
    """
    from stimmung.models.pretrained import device_for, quiet
    from stimmung.models.voice_hub import HubVoiceModel

    located = locate_voice_model(model, settings.cache, fetch=True) if isinstance(model, str) else model
    logger.debug("loading %s from %s", located.name, located.folder)
    with _readable(located), quiet():
        config = _config(located)
    labels = _labels(located, config)
    with _readable(located), quiet():
        extractor = _extractor(located)
        network, missing = _network(located, config)
    if missing:
        raise WeightsError(
            f"{located.name}: its weights lack {', '.join(sorted(missing))}, which would be left to chance: it was"
            f" saved by a program of its own; {_choose()}"
        )
    return HubVoiceModel(
        network.to(device_for(settings, "voice model")), extractor, labels, ModelId(located.name, located.sha256)
    )


def _config(located: Located) -> "PreTrainedConfig":
    """Return the model's configuration. Raises WeightsError where it is of a kind that is not known here."""
    from transformers import AutoConfig

    # `False` said aloud: by default transformers asks at the terminal whether it may run what the hub sent.
    config: PreTrainedConfig = AutoConfig.from_pretrained(
        located.folder, local_files_only=True, trust_remote_code=False
    )
    if _architecture(config) not in (POOLED, *CLASSIFIERS):
        raise WeightsError(
            f"{located.name}: its config.json calls it {_architecture(config)}; voice models are"
            f" {', '.join((POOLED, *CLASSIFIERS))}; {_choose()}"
        )
    return config


def _architecture(config: "PreTrainedConfig") -> str:
    return (config.architectures or ["nothing"])[0]


def _labels(located: Located, config: "PreTrainedConfig") -> ClassMap | DimensionMap:
    """Return what the outputs mean. Raises WeightsError where these outputs cannot be read like that."""
    labels = voice_label_map(located.name, [str(label) for _, label in sorted((config.id2label or {}).items())])
    pooled = _architecture(config) == POOLED
    pooling = getattr(config, "pooling_mode", "mean")
    if pooled and (config.model_type, pooling) != ("wav2vec2", "mean"):
        raise WeightsError(
            f"{located.name}: {POOLED} is read over wav2vec2 and the mean in time only, this one has"
            f" {config.model_type} and {pooling}; {_choose()}"
        )
    if isinstance(labels, DimensionMap) and not pooled:
        raise WeightsError(
            f"{located.name}: arousal and valence of a {_architecture(config)} have an unknown scale; {_choose()}"
        )
    if isinstance(labels, ClassMap) and config.problem_type == "multi_label_classification":
        raise WeightsError(f"{located.name}: it finds several labels at once, which are no shares of 1; {_choose()}")
    return labels


def _extractor(located: Located) -> "Callable[..., BatchFeature]":
    from transformers import AutoFeatureExtractor

    extractor = AutoFeatureExtractor.from_pretrained(located.folder, local_files_only=True, trust_remote_code=False)
    if extractor.sampling_rate != SAMPLE_RATE:
        raise WeightsError(
            f"{located.name}: it hears {extractor.sampling_rate} Hz; voices here have {SAMPLE_RATE} Hz; {_choose()}"
        )
    ready: Callable[..., BatchFeature] = extractor
    return ready


def _network(located: Located, config: "PreTrainedConfig") -> tuple[Any, set[str]]:
    """Return the network, and its weights that the checkpoint does not have: transformers leaves those to chance.

    Any: a PreTrainedModel, whose methods transformers declares for itself only.
    """
    import torch
    from transformers import AutoModelForAudioClassification

    from stimmung.models.voice_hub import PooledWav2Vec2

    pooled = _architecture(config) == POOLED
    made: Any = PooledWav2Vec2 if pooled else AutoModelForAudioClassification
    network, report = made.from_pretrained(
        located.folder,
        config=config,
        local_files_only=True,
        trust_remote_code=False,
        dtype=torch.float32,
        output_loading_info=True,
    )
    return network, {key for key in report["missing_keys"] if not key.endswith(ONLY_FOR_TRAINING)}


def _choose() -> str:
    return f"{KIND.choose}; for example {', '.join(WELL_KNOWN)}"


@contextmanager
def _readable(located: Located) -> Iterator[None]:
    """Turn what transformers raises about damaged files into a WeightsError that names the folder."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    wrong_values = (ValueError, KeyError, TypeError, AttributeError, StrictDataclassError)
    wrong_files = (OSError, EOFError, RuntimeError, SafetensorError, pickle.UnpicklingError)
    try:
        yield
    except (*wrong_values, *wrong_files) as error:
        raise WeightsError(
            f"{located.name}: {located.folder} holds no voice model that can be read: {error}; {KIND.choose}"
        ) from error
