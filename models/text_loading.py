"""Loads text models through transformers; nothing that came from the hub is executed."""

import logging
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError

from stimmung.models.calibration import read_calibration
from stimmung.models.hub import Located
from stimmung.models.label_maps import GOEMOTIONS_PREFIX, label_map
from stimmung.models.precision import halves
from stimmung.models.pretrained import device_for, quiet
from stimmung.models.text_emotion import TextModel, TextOptions
from stimmung.models.text_vectors import read_projection
from stimmung.models.text_weights import locate_text_model
from stimmung.speech.engines import ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.settings import ModelSettings

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger(__name__)


def load_text_model(name: str, settings: ModelSettings) -> TextModel:
    """Locate the text model `name`, by the network if need be, and load it."""
    return load_located(locate_text_model(name, settings.cache, fetch=True), settings)


def load_located(located: Located, settings: ModelSettings) -> TextModel:
    """Load a text model onto the device of the settings.

    Raises WeightsError that says the way out where it is damaged or has labels that mean nothing here.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    device = device_for(settings, "text model")
    logger.debug("loading %s from %s", located.name, located.folder)
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(
                located.folder,
                local_files_only=True,
                trust_remote_code=False,  # said aloud: by default transformers asks at the terminal
            )
            network = AutoModelForSequenceClassification.from_pretrained(
                located.folder,
                local_files_only=True,
                trust_remote_code=False,
                dtype=torch.bfloat16 if halves(device) else torch.float32,
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{located.name}: {located.folder} holds no text classifier: {error}; a tokenizer that comes as a .model"
            " file alone needs `pip install sentencepiece`"
        ) from error
    return _assemble(located, network.to(device), tokenizer)


def _assemble(located: Located, network: "PreTrainedModel", tokenizer: object) -> TextModel:
    from transformers import PreTrainedTokenizerFast

    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise WeightsError(f"{located.name}: its tokenizer has no fast form (tokenizer.json), which is needed here")
    names = [str(name) for _, name in sorted((network.config.id2label or {}).items())]
    several = network.config.problem_type == "multi_label_classification"
    ours = any(label.startswith(GOEMOTIONS_PREFIX) for label in names)
    options = TextOptions(context=ours, vectors=ours, projection=read_projection(located.folder) if ours else None)
    return TextModel(
        network,
        tokenizer,
        label_map(located.name, names, several),
        read_calibration(located.folder) if ours else None,
        ModelId(located.name, located.sha256),
        options,
    )
