"""Whispers of width 4 with random weights, as files for CTranslate2 of 40 kB: real but for what they learnt."""

from pathlib import Path

import torch
from ctranslate2.converters.transformers import WhisperLoader
from tests.models.toy import raw_tokenizer
from transformers import WhisperConfig, WhisperForConditionalGeneration

from stimmung.speech.settings import ModelSettings, Settings

WIDTH = 4
STATES = 2 * WIDTH


def write_whisper(folder: Path, seed: int = 1) -> Path:
    """Write a Whisper into `folder`; another `seed` is another encoder."""
    tokenizer = raw_tokenizer()
    config = WhisperConfig(
        d_model=WIDTH,
        encoder_layers=1,
        encoder_attention_heads=1,
        encoder_ffn_dim=8,
        decoder_layers=1,
        decoder_attention_heads=1,
        decoder_ffn_dim=8,
        vocab_size=tokenizer.get_vocab_size(),
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=3,
        num_mel_bins=80,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = WhisperForConditionalGeneration(config)
        for value in network.parameters():  # far from 0, so that sounds differ by more than rounding
            if value.dim() > 1:
                torch.nn.init.normal_(value, std=0.5)
    spec = WhisperLoader().get_model_spec(network)
    by_number = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    spec.register_vocabulary([word for word, _ in by_number])
    spec.validate()
    folder.mkdir(parents=True)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def settings_for(whisper: Path | str, cache: Path, voice: str = "none") -> Settings:
    """Return settings that hear with this recogniser and this voice model, read no text and keep models in `cache`."""
    models = ModelSettings(
        whisper=str(whisper), voice=voice, text="none", cache=cache, device="cpu", compute_type="float32", threads=1
    )
    return Settings(models=models)
