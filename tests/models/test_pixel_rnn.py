"""Which earlier pixels the PixelRNNs and Gated PixelCNN see, by the gradient, against what they claim."""

from __future__ import annotations

import pytest
import torch

from playground.models.diagonal_bilstm import DiagonalBiLSTM, DiagonalLayer
from playground.models.gated_pixel_cnn import GatedPixelCNN
from playground.models.pixel_cnn import PixelCNN
from playground.models.row_lstm import RowLSTM

CENTRE = 14 * 28 + 14


def sees(model: torch.nn.Module, index: int, inputs: int = 3) -> torch.Tensor:
    """Which pixels logit `index` depends on for any of some random inputs: (D,) bool, in float64."""
    _, height, width = model.shape
    x = torch.rand(inputs, 1, height, width, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(model.logits(x).flatten(1)[:, index].sum(), x)
    return (gradient != 0).any(0).flatten()


def create(cls: type, height: int, width: int, **size: int) -> torch.nn.Module:
    torch.manual_seed(0)
    return cls(cls.Config(height, width, **size)).double().eval()


@pytest.mark.parametrize("shape", [(6, 6), (4, 7), (7, 4)])
@pytest.mark.parametrize("cls", [DiagonalBiLSTM, GatedPixelCNN, RowLSTM])
def test_nothing_of_the_future_is_seen(cls, shape):
    model = create(cls, *shape, hidden=4)
    for index in range(shape[0] * shape[1]):
        later = sees(model, index)[index:].nonzero().flatten()
        assert not len(later), f"logit {index} sees pixels {(later + index).tolist()}"


@pytest.mark.parametrize("shape", [(6, 6), (4, 7), (7, 4)])
def test_diagonal_bilstm_sees_everything_before_the_pixel(shape):
    model = create(DiagonalBiLSTM, *shape, hidden=4, layers=1)
    for index in range(shape[0] * shape[1]):
        missing = (~sees(model, index)[:index]).nonzero().flatten()
        assert not len(missing), f"logit {index} does not see pixels {missing.tolist()}"


def test_the_shift_by_one_row_is_what_keeps_the_future_out(monkeypatch):
    def unshifted(self: DiagonalLayer, f: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        right = self.from_right(f) + self.pixel(x)
        a = torch.stack([self.from_left(f), right.flip(1)])
        left, right = self.lstm(a.flatten(1, 2)).view(2, *f.shape[:3], -1)
        return f + self.up(left + right.flip(1))

    monkeypatch.setattr(DiagonalLayer, "forward", unshifted)
    model = create(DiagonalBiLSTM, 6, 6, hidden=4, layers=1)
    assert sees(model, 14)[14:].any()


@pytest.mark.parametrize(
    ("cls", "count"), [(PixelCNN, 351), (RowLSTM, 315), (GatedPixelCNN, 406), (DiagonalBiLSTM, 406)]
)
def test_how_many_of_406_pixels_the_centre_of_a_digit_sees(cls, count):
    seen = sees(create(cls, 28, 28), CENTRE, 1)
    assert not seen[CENTRE:].any()
    assert seen.sum().item() == count
