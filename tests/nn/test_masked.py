"""What a masked convolution can see, asked of its gradient, and PixelCNN's context against the theory."""

from __future__ import annotations

import pytest
import torch

from playground.models.pixel_cnn import PixelCNN
from playground.nn.masked import MaskedConv2d, MaskedLinear


@pytest.mark.parametrize("kind", ["A", "B"])
@pytest.mark.parametrize("size", [3, 5, 7])
def test_a_masked_convolution_sees_its_window_before_the_pixel_and_nothing_else(kind, size):
    conv = MaskedConv2d(kind, 1, 1, size)
    torch.nn.init.constant_(conv.weight, 1.0)
    x = torch.randn(1, 1, 9, 9, requires_grad=True)
    (grad,) = torch.autograd.grad(conv(x)[0, 0, 4, 4], x)
    pad = size // 2
    expected = {
        (row, column)
        for row in range(4 - pad, 5)
        for column in range(4 - pad, 5 + pad)
        if row < 4 or column < 4 or (column == 4 and kind == "B")
    }
    seen = {tuple(index[2:]) for index in grad.nonzero().tolist()}
    assert seen == expected, f"expected {sorted(expected)}, got {sorted(seen)}"


def test_a_masked_convolution_is_a_convolution_with_zeroed_weights():
    conv = MaskedConv2d("B", 3, 5, 3).double()
    x = torch.randn(2, 3, 6, 7, dtype=torch.float64)
    full = torch.zeros(5, 3, 3, 3, dtype=torch.float64)
    full[:, :, :2] = conv.weight * conv.mask
    assert full[:, :, 1, 2].abs().sum() == 0 and full[:, :, 2].abs().sum() == 0
    torch.testing.assert_close(conv(x), torch.nn.functional.conv2d(x, full, conv.bias, padding=1))


def test_a_cut_connection_stays_cut_under_training():
    mask = torch.tril(torch.ones(4, 4), -1)
    layer = MaskedLinear(mask)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(5):
        layer(torch.randn(8, 4)).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    jacobian = torch.autograd.functional.jacobian(layer, torch.randn(4))
    assert (jacobian[mask == 0] == 0).all() and (jacobian[mask == 1] != 0).all()


def test_bad_masks_are_refused():
    with pytest.raises(ValueError, match="'A' or 'B'"):
        MaskedConv2d("C", 1, 1, 3)
    with pytest.raises(ValueError, match="odd kernel_size"):
        MaskedConv2d("A", 1, 1, 4)


def context(height: int, width: int, row: int, column: int, blocks: int) -> set[tuple[int, int]]:
    """The pixels that can reach the output at (row, column), by following the taps from layer to layer."""
    here = {(row, column)}
    taps_b = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0)]
    taps_a = [(r, c) for r in range(-3, 1) for c in range(-3, 4) if r < 0 or c < 0]
    for taps in [taps_b] * blocks + [taps_a]:
        here = {(r + dr, c + dc) for r, c in here for dr, dc in taps}
        here = {(r, c) for r, c in here if 0 <= r < height and 0 <= c < width}
    return here


def used(model: PixelCNN, row: int, column: int) -> set[tuple[int, int]]:
    """The pixels with a gradient; every weight positive, so that no two paths cancel and no relu is shut."""
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.01)
    x = torch.ones(1, *model.shape, dtype=torch.float64, requires_grad=True)
    (grad,) = torch.autograd.grad(model.double().logits(x)[0, 0, row, column], x)
    return {tuple(index[2:]) for index in grad.nonzero().tolist()}


@pytest.mark.parametrize(("side", "blocks"), [(5, 1), (9, 2), (28, 15)])
def test_pixel_cnn_uses_exactly_the_context_of_its_masks(side, blocks):
    model = PixelCNN(PixelCNN.Config(side, side, hidden=2, blocks=blocks))
    for row, column in [(side // 2, side // 2), (side - 1, 0), (1, side - 1), (0, 0)]:
        expected, got = context(side, side, row, column, blocks), used(model, row, column)
        assert got == expected, (
            f"({row}, {column}): missing {sorted(expected - got)}, too many {sorted(got - expected)}"
        )


def test_pixel_cnn_has_a_blind_spot_to_the_upper_right():
    seen = used(PixelCNN(), 14, 14)
    before = {(row, column) for row in range(28) for column in range(28) if (row, column) < (14, 14)}
    missing = before - seen
    assert len(before) == 406 and len(seen) == 351, (len(before), len(seen))
    # 3x3 masks widen by one column per row; the 7x7 mask of the first layer adds two columns more in its three rows.
    assert missing and all(column - 14 > 14 - row for row, column in missing), sorted(missing)
