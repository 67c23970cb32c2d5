"""Builds all engines from the settings: the one place that knows which network stands behind which Protocol."""

import ctypes
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stimmung.models import recognisers
from stimmung.models.cores import usable_cores
from stimmung.models.hub import Located
from stimmung.models.names_lazy import LazyNameModel, locate_names_model
from stimmung.models.text_lazy import LazyTextModel
from stimmung.models.text_weights import locate_text_model
from stimmung.models.voice_head import is_head, read_head
from stimmung.models.voice_lazy import LazyVoiceModel
from stimmung.models.voice_weights import locate_voice
from stimmung.speech.engines import Engines, ModelId, SpeechDetector, TextEmbedding, VoiceEmotion
from stimmung.speech.errors import SettingsError, WeightsError
from stimmung.speech.settings import EMBEDDED_TEXT, NO_MODEL, ModelSettings, Settings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from stimmung.models.names import NameModel
    from stimmung.models.text_emotion import TextModel
    from stimmung.models.whisper import Whisper

logger = logging.getLogger(__name__)

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
KEPT_BYTES = 1 << 30  # freed memory below it is used again instead of given back


def build_engines(settings: Settings, side_by_side: int = 1) -> Engines:
    """Load every model that the settings name. Raises WeightsError and SettingsError, which say the way out.

    `side_by_side` calls of the text and voice models come at the same time, each from a thread of its own: they share
    the cores. Two that take both cores wait for each other (0.38 s a text instead of 0.05 on a busy machine).
    """
    reuse_freed_memory()
    allow_avx512()
    # Imported here, behind the two lines above: CTranslate2 reads its environment once.
    from faster_whisper.utils import get_assets_path

    from stimmung.models.silero import SileroDetector

    located = recognisers.locate(settings.models.whisper, settings.models.cache, fetch=True)
    threads = max(1, _cores(settings.models) // side_by_side)
    text = _find_text(settings.models, threads)
    transcriber = _load_whisper(located, settings.models)
    return Engines(
        detector=SileroDetector(Path(get_assets_path()) / "silero_vad_v6.onnx", _cores(settings.models)),
        transcriber=transcriber,
        text_emotion=text,
        text_embedding=text if settings.models.text == EMBEDDED_TEXT else None,
        voice_emotion=_find_voice(settings.models, transcriber, threads),
        names=_find_names(settings, threads),
    )


def build_embedding(settings: Settings) -> TextEmbedding | None:
    """Return only what turns texts into vectors, on the processor; None where the settings choose no such model.

    Raises WeightsError where it is not there or damaged.
    """
    if settings.models.text != EMBEDDED_TEXT:
        return None
    from stimmung.models.text_encoder import load_encoder

    return load_encoder(locate_text_model(settings.models.text, settings.models.cache, fetch=True))


def build_hearing(settings: Settings) -> "tuple[SpeechDetector, Whisper]":
    """Load only what hears words, for training: the speech detector and the recogniser that the settings name."""
    silent = settings.models.model_copy(update={"text": NO_MODEL, "voice": NO_MODEL})
    redaction = settings.redaction.model_copy(update={"names_model": NO_MODEL})
    engines = build_engines(settings.model_copy(update={"models": silent, "redaction": redaction}))
    return engines.detector, cast("Whisper", engines.transcriber)


def reuse_freed_memory() -> None:
    """Tell glibc to keep freed memory for the next use; elsewhere do nothing.

    Each decoding step frees and takes attention buffers of 30 MB and more. By default each goes back to the kernel and
    comes back as zeroed pages: 15 % of all processor time of a transcription.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def allow_avx512() -> None:
    """Let CTranslate2 use AVX-512 where the processor has all of it; by default it does so on Intel's only.

    On an AMD Zen 5 the encoder takes 6.8 instead of 8.0 ms a second of sound. A value that the user set stays.
    """
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= _cpu_flags():
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")


def _cpu_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return set(next((line for line in lines if line.startswith("flags")), "").split())


def _cores(settings: ModelSettings) -> int:
    return settings.threads or usable_cores()


def device_for(settings: ModelSettings) -> str:
    """Return where models run, `cpu` or `cuda`: what the settings say, else the GPU where there is one."""
    if settings.device != "auto":
        return settings.device
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _find_text(settings: ModelSettings, threads: int) -> LazyTextModel | None:
    """Return the text model, verified and not loaded yet."""
    if settings.text == NO_MODEL:
        return None
    located = locate_text_model(settings.text, settings.cache, fetch=True)

    def load() -> "TextModel":
        import torch

        from stimmung.models.text_loading import load_located

        torch.set_num_threads(threads)  # PyTorch counts the machine's cores, not those of a container
        return load_located(located, settings)

    return LazyTextModel(located, load)


def _find_names(settings: Settings, threads: int) -> LazyNameModel | None:
    """Return the model that finds names, verified and not loaded yet."""
    if settings.redaction.names_model == NO_MODEL:
        return None
    located = locate_names_model(settings.redaction.names_model, settings.models.cache, fetch=True)

    def load() -> "NameModel":
        import torch

        from stimmung.models.names import load_located

        torch.set_num_threads(threads)  # as for the text model
        return load_located(located, settings.models)

    return LazyNameModel(located, load)


def _find_voice(settings: ModelSettings, transcriber: "Whisper", threads: int) -> LazyVoiceModel | None:
    """Return the voice model, verified and not loaded yet."""
    if settings.voice == NO_MODEL:
        return None
    located = locate_voice(settings.voice, settings.cache, fetch=True)

    def load() -> VoiceEmotion:
        if is_head(located.folder):
            return _load_head(located, transcriber, settings)
        import torch

        from stimmung.models.voice_hub_loading import load_voice_model

        torch.set_num_threads(threads)  # as for the text model
        return load_voice_model(located, settings)

    return LazyVoiceModel(located, load)


def _load_head(located: Located, transcriber: "Whisper", settings: ModelSettings) -> VoiceEmotion:
    """Return the head with the states that fit it: the recogniser's own, or a second pass with the head's encoder."""
    from stimmung.models.voice_emotion import EmbeddedVoice, Encoding
    from stimmung.models.voice_states import probe_states

    head = read_head(located.folder)
    own = ModelId(located.name, located.sha256)
    if head.fits(probe_states(transcriber)):
        return EmbeddedVoice(head, own)
    try:
        encoder = _load_whisper(recognisers.locate(head.recogniser, settings.cache), settings)
    except WeightsError as error:
        logger.warning("voices cannot be judged: %s", error)
        return EmbeddedVoice(head, own, Encoding(lambda: None))
    if not head.fits(probe_states(encoder)):
        logger.warning(
            "voices cannot be judged: %s was made for %s, whose encoder gives other states here; train it again with"
            " `stimmung models train-voice`, or name another with --voice-model",
            located.name,
            head.recogniser,
        )
        return EmbeddedVoice(head, own, Encoding(lambda: None))
    return EmbeddedVoice(head, own, Encoding(lambda: encoder, f"second pass with {head.recogniser}"))


def _load_whisper(located: Located, settings: ModelSettings) -> "Whisper":
    import ctranslate2

    from stimmung.models.whisper import Whisper, WhisperOptions

    device = device_for(settings)
    on_cpu = device == "cpu"
    compute_type = settings.compute_type
    if compute_type == "auto":
        compute_type = "int8" if on_cpu else "float16"
    workers = _cores(settings) if on_cpu else 1
    try:
        network = ctranslate2.models.Whisper(
            str(located.folder),
            device=device,
            compute_type=compute_type,
            inter_threads=workers,
            intra_threads=1 if on_cpu else 0,
        )
    except ValueError as error:  # an arithmetic that the device lacks, or a CUDA build that is not there
        raise SettingsError(f"models.device = {device}, models.compute_type = {compute_type}: {error}") from error
    except RuntimeError as error:
        if not on_cpu and "model" not in str(error).lower():  # CTranslate2 says "CUDA failed …" where there is no GPU
            raise SettingsError(f"models.device = {device}: {error}; `cpu` works everywhere") from error
        raise WeightsError(f"{located.folder}: cannot load the model: {error}") from error
    tokenizer = _load_tokenizer(located.folder / "tokenizer.json")
    options = WhisperOptions(workers=workers) if on_cpu else WhisperOptions(1, decode_batch=32, encode_batch=32)
    return Whisper(network, tokenizer, ModelId(located.name, located.sha256), options)


def _load_tokenizer(file: Path) -> "Tokenizer":
    import json

    from tokenizers import Tokenizer

    try:
        content = file.read_text("utf-8")
        json.loads(content)  # the library raises a bare Exception for what is no JSON
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file}: no tokenizer that can be read; fetch the model again") from error
    return Tokenizer.from_str(content)
