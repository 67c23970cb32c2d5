"""Sentence vectors that fine-tuning moved are brought back by a map fitted on others."""

from pathlib import Path

import pytest
import torch

from stimmung.models.text_vectors import PROJECTION_FILE, Projection, read_projection, write_projection
from stimmung.models.training.fit_text_embedding import fit_projection
from stimmung.speech.errors import WeightsError

WIDTH = 16


def unit(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=-1)


def moved() -> tuple[torch.Tensor, torch.Tensor]:
    """Return vectors and where they were before they were turned and shifted."""
    draw = torch.Generator().manual_seed(0)
    before = unit(torch.randn(600, WIDTH, generator=draw))
    turn = torch.linalg.qr(torch.randn(WIDTH, WIDTH, generator=draw)).Q
    return unit(before @ turn + 0.3), before


def test_others_come_back_too() -> None:
    after, before = moved()
    projection = fit_projection(after[:500], before[:500])
    away = (after[500:] * before[500:]).sum(1).mean()
    back = (projection.apply(after[500:]) * before[500:]).sum(1).mean()
    assert away < 0.5
    assert back > 0.97


def test_few_texts_change_little() -> None:
    after, before = moved()
    projection = fit_projection(after[:2], before[:2])
    assert torch.allclose(projection.weight, torch.eye(WIDTH), atol=1.0)


def test_it_is_kept_beside_the_weights(tmp_path: Path) -> None:
    assert read_projection(tmp_path) is None
    kept = Projection(torch.eye(WIDTH) * 0.5, torch.full((WIDTH,), 0.25))
    write_projection(kept, tmp_path)
    found = read_projection(tmp_path)
    assert found is not None
    assert torch.equal(found.weight, kept.weight)
    assert torch.equal(found.bias, kept.bias)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / PROJECTION_FILE).write_bytes(b"no tensors")
    with pytest.raises(WeightsError, match=PROJECTION_FILE):
        read_projection(tmp_path)
