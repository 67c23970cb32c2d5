"""The sentence vector: the mean of the last layer's states over the text's own tokens, brought back to where the
untouched encoder had it.

Fine-tuning moves the states; a linear map, fitted afterwards (models/training/fit_text_embedding.py), undoes what is
the same for all texts. It lies beside the weights, since plain `from_pretrained` knows no place for it.
"""

from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from stimmung.speech.errors import WeightsError

PROJECTION_FILE = "embedding.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """An affine map of sentence vectors: `weight` (width, width), `bias` (width,)."""

    weight: Tensor
    bias: Tensor

    def apply(self, vectors: Tensor) -> Tensor:
        """Return the mapped vectors (batch, width) at unit length."""
        mapped = vectors.float() @ self.weight.to(vectors.device) + self.bias.to(vectors.device)
        return nn.functional.normalize(mapped, dim=-1)


def mean_pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Return the unit-length mean (batch, width) of `states` (batch, tokens, width) where `mask` is 1."""
    weights = mask[:, :, None].to(states.dtype)
    return nn.functional.normalize((states * weights).sum(1) / weights.sum(1).clamp(min=1), dim=-1)


def read_projection(folder: Path) -> Projection | None:
    """Return the map beside the weights in `folder`, None where there is none."""
    file = folder / PROJECTION_FILE
    if not file.exists():
        return None
    try:
        kept = load_file(file)
        return Projection(kept["weight"].float(), kept["bias"].float())
    except (OSError, KeyError, SafetensorError) as error:
        raise WeightsError(f"{file}: no map of sentence vectors: {error!r}; fetch the model again") from error


def write_projection(projection: Projection, folder: Path) -> None:
    """Write it beside the weights, in half precision."""
    kept = {"weight": projection.weight.half().contiguous(), "bias": projection.bias.half().contiguous()}
    save_file(kept, folder / PROJECTION_FILE)
