"""The sentence vector: the mean of the last layer's states over the text's own tokens, at unit length."""

from torch import Tensor, nn


def mean_pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Return the unit-length mean (batch, width) of `states` (batch, tokens, width) where `mask` is 1."""
    weights = mask[:, :, None].to(states.dtype)
    return nn.functional.normalize((states * weights).sum(1) / weights.sum(1).clamp(min=1), dim=-1)
