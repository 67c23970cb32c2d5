"""Voice models of the hub's kinds with random weights of a few kilobytes, saved as transformers saves them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    PreTrainedConfig,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
    WavLMConfig,
    WavLMForSequenceClassification,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForAudioClassification,
)

from stimmung.models.voice_hub import PooledWav2Vec2
from stimmung.speech.engines import Voice
from stimmung.speech.records import SAMPLE_RATE, Samples, Span

IEMOCAP = ("neu", "hap", "ang", "sad")
MSP = ("arousal", "dominance", "valence")
POOLED = "Wav2Vec2ForSpeechClassification"
WIDTH = 16
KERNELS, STRIDES = (10, 8, 4), (5, 8, 8)  # a state each 20 ms, the first from 165 samples
WHISPER_SECONDS = 2  # that every sound is padded to
Extractor = Wav2Vec2FeatureExtractor | WhisperFeatureExtractor


@dataclass(frozen=True)
class Toy:
    """A network and what prepares sounds for it."""

    network: PreTrainedModel
    extractor: Extractor

    def save(self, folder: Path) -> Path:
        """Write both as a hub model has them, dimensions under the name that the hub knows their class by."""
        self.network.save_pretrained(folder)
        self.extractor.save_pretrained(folder)
        if isinstance(self.network, PooledWav2Vec2):
            config = folder / "config.json"
            config.write_text(config.read_text().replace(PooledWav2Vec2.__name__, POOLED))
        return folder

    @torch.inference_mode()
    def outputs(self, sound: Samples, mask: bool = False) -> torch.Tensor:
        """Return what a plain forward pass over one sound gives."""
        inputs = self.extractor(sound, sampling_rate=SAMPLE_RATE, return_tensors="pt", return_attention_mask=mask)
        outputs: torch.Tensor = self.network(**inputs).logits[0]
        return outputs


def speech_model(
    kind: type[PreTrainedModel] = Wav2Vec2ForSequenceClassification,
    labels: Sequence[str] = IEMOCAP,
    norm: str = "layer",
    extractor_masks: bool = True,
) -> Toy:
    """Return a model over sound; `norm` is that of its first layers, as in the large (layer) and base (group) sizes."""
    configs: dict[type[PreTrainedModel], Callable[..., PreTrainedConfig]] = {
        Wav2Vec2ForSequenceClassification: Wav2Vec2Config,
        PooledWav2Vec2: Wav2Vec2Config,
        HubertForSequenceClassification: HubertConfig,
        WavLMForSequenceClassification: WavLMConfig,
    }
    config = configs[kind](
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8, 8, 8),
        conv_kernel=KERNELS,
        conv_stride=STRIDES,
        num_feat_extract_layers=3,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        feat_extract_norm=norm,
        do_stable_layer_norm=norm == "layer",
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    return Toy(_random(kind, config), Wav2Vec2FeatureExtractor(return_attention_mask=extractor_masks))


def whisper_model(labels: Sequence[str] = IEMOCAP) -> Toy:
    """Return a classifier over a Whisper encoder that hears 2 s at a time."""
    config = WhisperConfig(
        d_model=WIDTH,
        encoder_layers=1,
        encoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_layers=1,
        decoder_attention_heads=2,
        decoder_ffn_dim=32,
        vocab_size=8,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=3,
        num_mel_bins=16,
        max_source_positions=WHISPER_SECONDS * 50,
        max_target_positions=8,
        classifier_proj_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    extractor = WhisperFeatureExtractor(feature_size=16, chunk_length=WHISPER_SECONDS)
    return Toy(_random(WhisperForAudioClassification, config), extractor)


def voice(seconds: float, seed: int = 0, around: float = 0.0) -> Voice:
    """Return noise whose loudness rises and falls, `around` seconds of something else on both sides."""
    generator = np.random.default_rng(seed)
    count, side = round(seconds * SAMPLE_RATE), round(around * SAMPLE_RATE)
    swell = np.sin(np.linspace(0, 3 + seed, count)) ** 2
    sound = (0.3 * swell * generator.standard_normal(count)).astype(np.float32)
    other = np.full(side, 0.9, np.float32)
    return Voice(np.concatenate([other, sound, other]), Span(around, around + seconds))


def _random(kind: type[PreTrainedModel], config: PreTrainedConfig) -> PreTrainedModel:
    torch.manual_seed(1)
    network = kind(config)
    for value in network.parameters():  # far from 0, so that sounds differ by more than rounding
        if value.dim() > 1:
            torch.nn.init.normal_(value, std=0.3)
    network.train(False)
    return network
