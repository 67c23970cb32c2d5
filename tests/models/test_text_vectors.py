"""The sentence vector is the mean of the text's own states, whatever else was read with it."""

import pytest
import torch

from stimmung.models.text_vectors import mean_pooled


def test_only_states_of_the_text_count_and_the_vector_has_unit_length() -> None:
    states = torch.tensor([[[9.0, 9.0], [3.0, 0.0], [3.0, 8.0], [7.0, 7.0]]])
    vector = mean_pooled(states, torch.tensor([[0, 1, 1, 0]]))
    assert vector.tolist() == [pytest.approx([0.6, 0.8])]  # (3, 4), at length 1


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    states = torch.randn(2, 5, 4)
    mask = torch.ones(2, 5, dtype=torch.long)
    padded = torch.cat([states, torch.randn(2, 3, 4)], dim=1)
    longer = torch.cat([mask, torch.zeros(2, 3, dtype=torch.long)], dim=1)
    assert torch.allclose(mean_pooled(states, mask), mean_pooled(padded, longer))


def test_a_text_without_tokens_has_no_direction() -> None:
    assert mean_pooled(torch.ones(1, 2, 3), torch.zeros(1, 2)).tolist() == [[0.0, 0.0, 0.0]]
