"""Cached sampling must give the pixels of naive sampling: at any size, for any batch, whatever the rows look like."""

from __future__ import annotations

import pytest
import torch

from playground.models.base import Autoregressive
from playground.models.pixel_cnn import PixelCNN
from playground.nn.cached_sampling import Arithmetic, CachedConv
from playground.nn.masked import MaskedConv2d


def model_of(height: int, width: int, *, blocks: int = 3, hidden: int = 4, scale: float = 3.0) -> PixelCNN:
    torch.manual_seed(height * 100 + width)
    model = PixelCNN(PixelCNN.Config(height, width, hidden=hidden, blocks=blocks)).eval()
    with torch.no_grad():
        model.logit.weight.mul_(scale * 10)  # far from p = 1/2 everywhere
    return model


@pytest.mark.parametrize(("kind", "size", "channels"), [("A", 7, 1), ("B", 3, 4), ("A", 3, 2), ("B", 5, 3)])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_cached_convolution_gives_the_columns_of_the_whole_one(kind, size, channels, step):
    torch.manual_seed(1)
    n, height, width = 3, 6, 5
    conv = MaskedConv2d(kind, channels, 4, size)
    x = torch.randn(n, channels, height, width)
    expected = conv(x)  # (n, 4, H, W)
    cached = CachedConv(conv, width, n, Arithmetic(conv.weight))
    out = torch.zeros(width * n, 5).numpy()
    for row in range(height):
        cached.row[:] = x[:, :, row].permute(2, 0, 1).reshape(width * n, channels).numpy()
        for j in range(0, width, step):
            e = min(width, j + step)
            part = out[: (e - j) * n]
            cached(j, e, part)
            assert (part[:, -1] == 1).all()
            got = torch.from_numpy(part[:, :-1].copy()).view(e - j, n, 4).permute(1, 2, 0)
            torch.testing.assert_close(got, expected[:, :, row, j:e], atol=1e-5, rtol=1e-5)
        cached.end_row()


@pytest.mark.parametrize(("height", "width"), [(3, 3), (1, 7), (7, 1), (4, 9), (9, 4), (28, 28)])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_cached_and_naive_sampling_give_the_same_pixels(height, width, n):
    model = model_of(height, width)
    uniforms = torch.rand(n, height * width, generator=torch.Generator().manual_seed(n))
    x, p = model.trace(n, uniforms=uniforms, cached=True)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive), f"{int((x != x_naive).sum())} pixels differ"
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=0)
    torch.testing.assert_close(p, model.conditionals(x), atol=1e-5, rtol=0)


def test_the_size_that_is_shipped_gives_the_same_pixels():
    torch.manual_seed(0)
    model = PixelCNN().eval()
    uniforms = torch.rand(1, 784, generator=torch.Generator().manual_seed(0))
    x, p = model.trace(1, uniforms=uniforms)
    x_naive, p_naive = model.trace(1, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive)
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_wrong_guesses_change_nothing(value):
    """Every row goes against the guess (the row above) in its own way: stripes, and a staircase."""
    model = model_of(8, 8)
    stripes = torch.full((1, 1, 8, 8), value)
    stripes[:, :, ::2] = 1 - value
    stairs = (torch.arange(8)[:, None] > torch.arange(8)).float().expand(1, 1, 8, 8)
    for x in (stripes, stairs, torch.rand(3, 1, 8, 8).round()):
        steps, logits = model.incremental(len(x)), []
        for i in range(64):
            logits.append(next(steps) if i == 0 else steps.send(x.flatten(1)[:, i - 1]))
        torch.testing.assert_close(torch.stack(logits, 1), model.logits(x).flatten(1), atol=1e-4, rtol=1e-4)


def test_yielded_logits_are_safe_to_keep():
    model = model_of(4, 4)
    steps = model.incremental(1)
    first = next(steps)
    kept = first.clone()
    for _ in range(15):
        steps.send(torch.ones(1))
    assert torch.equal(first, kept)


def test_a_given_prefix_is_conditioned_on_and_kept():
    model = model_of(6, 6)
    x = torch.rand(1, 1, 6, 6).round()
    uniforms = torch.rand(4, 36)
    for cached in (True, False):
        y, p = model.trace(4, uniforms=uniforms, prefix=x.flatten()[:20], cached=cached)
        assert (y.flatten(1)[:, :20] == x.flatten()[:20]).all()
        torch.testing.assert_close(p[:, :21], model.conditionals(y)[:, :21], atol=1e-5, rtol=0)


def test_float64_stays_float64():
    model = model_of(5, 5).double()
    x, p = model.trace(2, uniforms=torch.rand(2, 25, dtype=torch.float64))
    torch.testing.assert_close(p.double(), model.conditionals(x.double()).double(), atol=1e-6, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_gpu_draws_the_same_pixels():
    model = model_of(28, 28)
    uniforms = torch.rand(2, 784, generator=torch.Generator().manual_seed(3))
    x, p = model.trace(2, uniforms=uniforms)
    x_gpu, p_gpu = model.cuda().trace(2, uniforms=uniforms)
    torch.testing.assert_close(p, p_gpu.cpu(), atol=1e-3, rtol=0)
    assert (x != x_gpu.cpu()).float().mean() < 0.01


def test_the_tensor_path_does_what_the_numpy_path_does(monkeypatch):
    """What a GPU runs, run on the CPU: the same code with torch's functions."""
    model = model_of(6, 7)
    uniforms = torch.rand(3, 42)
    expected = model.trace(3, uniforms=uniforms)
    original = Arithmetic.__init__

    def tensors(self: Arithmetic, like: torch.Tensor) -> None:
        original(self, like)
        self.on_cpu = False
        self.dot, self.add, self.maximum = torch.mm, torch.add, torch.maximum

    monkeypatch.setattr(Arithmetic, "__init__", tensors)
    x, p = model.trace(3, uniforms=uniforms)
    assert torch.equal(x, expected[0])
    torch.testing.assert_close(p, expected[1], atol=1e-5, rtol=0)


def test_incremental_of_the_base_class_is_the_naive_one():
    assert PixelCNN.incremental is not Autoregressive.incremental
