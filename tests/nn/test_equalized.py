"""The Progressive GAN's blocks: what equalizing does to a signal, pixelwise length, the spread of a batch."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from playground.nn.equalized import EqualizedConv2d, EqualizedLinear, minibatch_std, pixel_norm


def draws(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("width", [4, 64, 400])
@pytest.mark.parametrize("gain", [1.0, math.sqrt(2)])
def test_an_equalized_layer_scales_a_standard_signal_by_its_gain(width, gain):
    torch.manual_seed(1)
    dense, conv = EqualizedLinear(width, 2000, gain), EqualizedConv2d(width, 500, 3, gain=gain)
    assert dense(draws(64, width)).std().item() == pytest.approx(gain, rel=0.12 if width == 4 else 0.05)
    assert conv(draws(4, width, 8, 8)).std().item() == pytest.approx(gain, rel=0.06)


def test_weights_are_stored_at_scale_one_and_scaled_when_used():
    torch.manual_seed(0)
    conv = EqualizedConv2d(32, 64, 3, padding=1)
    assert conv.weight.std().item() == pytest.approx(1, abs=0.02) and conv.bias.abs().max() == 0
    x = draws(2, 32, 5, 5)
    expected = F.conv2d(x, conv.weight * math.sqrt(2 / (32 * 9)), conv.bias, padding=1)
    torch.testing.assert_close(conv(x), expected)


def test_one_adam_step_moves_every_equalized_layer_by_the_same_share():
    """The point of it: without, a layer of large fan-in, whose weights are small, would move by a larger share."""
    torch.manual_seed(0)
    layers = [EqualizedLinear(width, 8) for width in (4, 64, 1024)]
    shares = []
    for layer in layers:
        before = layer.weight.detach().clone()
        adam = torch.optim.Adam(layer.parameters(), 1e-2)
        layer(draws(16, before.shape[1])).square().sum().backward()
        adam.step()
        shares.append(((layer.weight - before).norm() / before.norm()).item())
    assert max(shares) == pytest.approx(min(shares), rel=0.15), shares


def test_pixel_norm_gives_every_pixel_the_same_length():
    x = draws(3, 16, 4, 5) * 7
    y = pixel_norm(x)
    torch.testing.assert_close(y.square().mean(1), torch.ones(3, 4, 5))
    torch.testing.assert_close(F.normalize(x, dim=1), F.normalize(y, dim=1))
    torch.testing.assert_close(pixel_norm(draws(5, 16) * 3).square().mean(1), torch.ones(5))


@pytest.mark.parametrize(("B", "k"), [(8, 4), (4, 4), (12, 4), (3, 3), (1, 1)])
def test_minibatch_std_is_the_loop(B, k):
    x = draws(B, 3, 4, 4)
    y = minibatch_std(x)
    assert y.shape == (B, 4, 4, 4) and torch.equal(y[:, :3], x)
    for b in range(B):
        group = [x[c] for c in range(B) if c % (B // k) == b % (B // k)]
        assert len(group) == k
        spread = []
        for place in range(48):
            values = torch.stack([picture.flatten()[place] for picture in group])
            spread.append((values.var(unbiased=False) + 1e-8).sqrt())
        torch.testing.assert_close(y[b, 3], torch.stack(spread).mean().expand(4, 4))


def test_pictures_that_are_all_alike_have_no_spread():
    x = draws(1, 3, 4, 4).expand(4, 3, 4, 4)
    assert minibatch_std(x)[:, 3].max() < 2e-4
    assert minibatch_std(draws(4, 3, 4, 4))[:, 3].min() > 0.3
