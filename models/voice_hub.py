"""Voice models of the hub: emotion classifiers and models of arousal and valence, heard utterance by utterance.

Their numbers are theirs: nothing is calibrated here, and the caller's baseline is not used. What a model's licence
allows is for the deployment to check: audeering's weights are CC BY-NC-SA 4.0, not for commercial use.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from transformers import Wav2Vec2Config, Wav2Vec2Model, Wav2Vec2PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from stimmung.models.voice_label_maps import SCORED, ClassMap, DimensionMap
from stimmung.speech.engines import ModelId, Voice, VoiceBaseline
from stimmung.speech.records import SAMPLE_RATE, Samples, VoiceEmotionScore

if TYPE_CHECKING:
    from transformers import BatchFeature, PreTrainedConfig, PreTrainedModel

WHISPER_HOP = 320  # samples an encoder state: 20 ms


@dataclass(frozen=True, slots=True)
class HubVoiceOptions:
    """How voices are heard."""

    least_seconds: float = 0.5  # of speech; shorter voices are not judged
    most_seconds: float = 20.0  # of speech; the rest of a longer voice is not heard
    least_share: float = 0.4  # of the likeliest class; under it nothing stands out and the score is uncertain
    batch: int = 16
    batch_seconds: float = 60.0  # of sound in a batch, padding included: about 0.4 GB in the first layer of wav2vec2
    stretch: float = 1.5  # a batch's longest voice against its shortest: padding costs as much as sound


@dataclass(frozen=True, slots=True)
class Intake:
    """What a network's front end allows: one of `fixed`, `masked` or batches of equal lengths only."""

    least: int  # samples that give it a first state
    fixed: int = 0  # samples that the feature extractor pads every sound to; 0: it does not
    masked: bool = False  # with an attention mask, padding changes nothing


class PooledHead(torch.nn.Module):
    """Two layers over the mean state; the names are those in the checkpoints."""

    def __init__(self, config: Wav2Vec2Config) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(config.hidden_size, config.hidden_size)
        self.out_proj = torch.nn.Linear(config.hidden_size, len(config.id2label or {}))

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return (batch, labels) from (batch, width)."""
        outputs: torch.Tensor = self.out_proj(torch.tanh(self.dense(pooled)))
        return outputs


class PooledWav2Vec2(Wav2Vec2PreTrainedModel):
    """What checkpoints call `Wav2Vec2ForSpeechClassification`, which transformers lacks: a head over the mean in time.

    Wagner and others, "Dawn of the Transformer Era in Speech Emotion Recognition: Closing the Valence Gap", 2023.
    """

    def __init__(self, config: Wav2Vec2Config) -> None:
        super().__init__(config)
        self.wav2vec2 = Wav2Vec2Model(config)
        self.classifier = PooledHead(config)
        self.post_init()  # type: ignore[no-untyped-call]  # transformers leaves it without types

    def forward(
        self, input_values: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Return outputs (batch, labels) of sounds (batch, samples); padding behind the mask does not count."""
        states = self.wav2vec2(input_values, attention_mask=attention_mask).last_hidden_state
        if attention_mask is None:
            return SequenceClassifierOutput(logits=self.classifier(states.mean(dim=1)))
        mask = cast("torch.LongTensor", attention_mask)  # annotated too narrowly there: the extractor's are int32
        own = self._get_feature_vector_attention_mask(states.shape[1], mask).unsqueeze(-1)
        return SequenceClassifierOutput(logits=self.classifier((states * own).sum(dim=1) / own.sum(dim=1)))


class HubVoiceModel:
    """Implements `VoiceEmotion` over one network; a row of `describe` holds its outputs, classes as probabilities."""

    def __init__(
        self,
        network: "PreTrainedModel",
        extractor: "Callable[..., BatchFeature]",
        labels: ClassMap | DimensionMap,
        model: ModelId,
        options: HubVoiceOptions | None = None,
    ) -> None:
        self.network = network
        self.network.train(False)
        self.intake = intake_of(network.config)
        self.labels = labels
        self._extractor = extractor
        self._model = model
        self._options = options or HubVoiceOptions()

    @property
    def model(self) -> ModelId:
        return self._model

    def describe(self, voices: Sequence[Voice]) -> Samples:
        """Return the outputs (voices, labels), rows of NaN for voices that are too short."""
        rows = np.full((len(voices), len(self.network.config.id2label or {})), np.nan, np.float32)
        heard = [at for at, one in enumerate(voices) if one.speech.duration >= self._options.least_seconds]
        sounds = [self._sound(voices[at]) for at in heard]
        for batch in self._batches([len(sound) for sound in sounds]):
            rows[[heard[at] for at in batch]] = self._forward([sounds[at] for at in batch])
        return rows

    def judge(self, description: Samples, baseline: VoiceBaseline) -> VoiceEmotionScore:  # noqa: ARG002 Protocol
        """Score one row of `describe`; models of arousal and valence give no emotions."""
        if not np.isfinite(description).all():
            least = self._options.least_seconds
            return VoiceEmotionScore(None, None, {}, True, f"too short: less than {least:g} s of speech")
        if isinstance(self.labels, DimensionMap):
            return _of_dimensions(description, self.labels)
        return _of_classes(description, self.labels, self._options.least_share)

    def accustom(self, baseline: VoiceBaseline, description: Samples) -> VoiceBaseline:  # noqa: ARG002 Protocol
        """Return the baseline as it is: these models know no speaker."""
        return baseline

    def _sound(self, voice: Voice) -> Samples:
        """Return the voice's speech, at most so long and with silence behind it at least so long as it must be."""
        start = round(voice.speech.start * SAMPLE_RATE)
        end = min(round(voice.speech.end * SAMPLE_RATE), start + round(self._options.most_seconds * SAMPLE_RATE))
        sound = voice.samples[start:end]
        return np.pad(sound, (0, max(0, self.intake.least - len(sound))))

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the places of sounds that may go together, short ones first."""
        batch: list[int] = []
        for place in sorted(range(len(lengths)), key=lambda one: lengths[one]):
            if batch and not self._fits(lengths[place], lengths[batch[0]], len(batch)):
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch

    def _fits(self, length: int, shortest: int, count: int) -> bool:
        """Return whether a sound of `length` may join `count` others, of which the first has the `shortest`."""
        padded = (self.intake.fixed or length) * (count + 1)
        if count >= self._options.batch or padded > self._options.batch_seconds * SAMPLE_RATE:
            return False
        if self.intake.fixed:
            return True
        return length <= self._options.stretch * shortest if self.intake.masked else length == shortest

    @torch.inference_mode()
    def _forward(self, sounds: Sequence[Samples]) -> Samples:
        encoded = self._extractor(  # `input_values` or `input_features`, and the mask
            list(sounds),
            sampling_rate=SAMPLE_RATE,
            padding="max_length" if self.intake.fixed else True,
            return_attention_mask=self.intake.masked,
            return_tensors="pt",
        )
        outputs = self.network(**encoded.to(self.network.device)).logits.float()
        if isinstance(self.labels, ClassMap):
            outputs = outputs.softmax(dim=-1)
        rows: Samples = outputs.cpu().numpy()
        return rows


def intake_of(config: "PreTrainedConfig") -> Intake:
    """Return what the front end of such a network allows.

    Group norm goes over time, and so over padding, whatever the mask says: `base` sizes of wav2vec2, HuBERT and WavLM
    are of that kind whether or not their feature extractor returns a mask. With layer norm, a mask makes padding count
    for nothing; but not where positions are told by a batch norm, nor behind an adapter's convolutions. WavLM hands
    PyTorch its mask in a way that PyTorch is going to drop.
    """
    if config.model_type == "whisper":
        return Intake(least=1, fixed=config.max_source_positions * WHISPER_HOP)
    least = 1
    for kernel, stride in zip(reversed(config.conv_kernel), reversed(config.conv_stride), strict=True):
        least = (least - 1) * stride + kernel
    across = getattr(config, "conv_pos_batch_norm", False) or getattr(config, "add_adapter", False)
    masked = config.feat_extract_norm == "layer" and config.model_type != "wavlm" and not across
    return Intake(least=least, masked=masked)


def _of_dimensions(row: Samples, labels: DimensionMap) -> VoiceEmotionScore:
    """Return outputs of about 0..1 as -1..1; a straight line's ends lie a little outside."""
    arousal, valence = (float(np.clip(2 * row[at] - 1, -1, 1)) for at in (labels.arousal, labels.valence))
    return VoiceEmotionScore(arousal, valence, {})


def _of_classes(row: Samples, labels: ClassMap, least_share: float) -> VoiceEmotionScore:
    """Return what the classes add up to, and their expected place."""
    shares = [float(share) for share in row]
    emotions = {key: sum(shares[at] for at in labels.outputs_of(key)) for key in SCORED}
    highest = max(*shares, *emotions.values())
    uncertain = highest < least_share
    return VoiceEmotionScore(
        arousal=sum(share * place.arousal for share, place in zip(shares, labels.places, strict=True)),
        valence=sum(share * place.valence for share, place in zip(shares, labels.places, strict=True)),
        emotions=emotions,
        uncertain=uncertain,
        reason=f"nothing stands out: the likeliest class has {highest:.2f}" if uncertain else "",
    )
