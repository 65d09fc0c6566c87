"""Cached sampling must give the pixels of naive sampling: at any size, for any batch, whatever the rows look like."""

from __future__ import annotations

import pytest
import torch

from playground.models.base import Autoregressive
from playground.models.diagonal_bilstm import DiagonalBiLSTM
from playground.models.gated_pixel_cnn import GatedPixelCNN
from playground.models.pixel_cnn import PixelCNN
from playground.models.row_lstm import RowLSTM
from playground.nn.cached_sampling import Arithmetic, CachedConv, RowWindow
from playground.nn.masked import MaskedConv2d

MODELS = {
    "pixel_cnn": (PixelCNN, {"blocks": 3}),
    "gated_pixel_cnn": (GatedPixelCNN, {"layers": 3}),
    "row_lstm": (RowLSTM, {"layers": 2}),
    "diagonal_bilstm": (DiagonalBiLSTM, {"layers": 2}),
}
every_kind = pytest.mark.parametrize("kind", MODELS)


@pytest.mark.parametrize(("kind", "size", "channels"), [("A", 7, 1), ("B", 3, 4), ("A", 3, 2), ("B", 5, 3)])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_cached_convolution_gives_the_columns_of_the_whole_one(kind, size, channels, step):
    torch.manual_seed(1)
    n, height, width = 3, 6, 5
    conv = MaskedConv2d(kind, channels, 4, size)
    x = torch.randn(n, channels, height, width)
    expected = conv(x)  # (n, 4, H, W)
    cached = CachedConv(conv, width, n, Arithmetic(conv.weight))
    scratch, out = torch.zeros(width * n, 5).numpy(), torch.zeros(width * n, 5).numpy()
    for row in range(height):
        cached.row[:] = x[:, :, row].permute(2, 0, 1).reshape(width * n, channels).numpy()
        for j in range(0, width, step):
            e = min(width, j + step)
            part = out[: (e - j) * n]
            for function, a, b, to in cached.plan(j, e, scratch[: len(part)], part):
                function(a, b, to)
            assert (part[:, -1] == 1).all()
            got = torch.from_numpy(part[:, :-1].copy()).view(e - j, n, 4).permute(1, 2, 0)
            torch.testing.assert_close(got, expected[:, :, row, j:e], atol=1e-5, rtol=1e-5)
        cached.end_row()


@pytest.mark.parametrize(("rows", "k", "outside"), [(1, 3, None), (4, 7, None), (1, 3, [0.5, -1.0]), (2, 3, None)])
def test_a_window_of_finished_rows_gives_the_rows_of_a_convolution(rows, k, outside):
    torch.manual_seed(2)
    n, height, width = 2, 6, 5
    weight, bias, x = torch.randn(rows, k, 2, 3), torch.randn(3), torch.randn(n, 2, height, width)
    around = torch.zeros(2) if outside is None else torch.tensor(outside)
    padded = around[:, None, None].expand(n, 2, height + rows, width + k - 1).clone()
    padded[:, :, rows:, k // 2 : k // 2 + width] = x
    expected = torch.nn.functional.conv2d(padded, weight.permute(3, 2, 0, 1), bias)  # (n, 3, H + 1, W)
    given = None if outside is None else around
    window = RowWindow(weight, bias, width, n, Arithmetic(weight), outside=given)
    for row in range(height + 1):  # before the first row, then after each
        got = torch.from_numpy(window.out.copy()).view(width, n, 3).permute(1, 2, 0)
        torch.testing.assert_close(got, expected[:, :, row], atol=1e-5, rtol=1e-5)
        if row < height:
            window.push(x[:, :, row].permute(2, 0, 1).reshape(width * n, 2).numpy())


def model_of(kind: str, height: int, width: int) -> Autoregressive:
    """A model of random weights, far from p = 1/2 everywhere."""
    torch.manual_seed(height * 100 + width)
    cls, size = MODELS[kind]
    model = cls(cls.Config(height, width, hidden=4, **size)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
        model.logit.weight.mul_(10)
    return model


@pytest.mark.parametrize(("height", "width"), [(3, 3), (1, 7), (7, 1), (4, 9), (9, 4)])
@pytest.mark.parametrize("n", [1, 2, 7])
@every_kind
def test_cached_and_naive_sampling_give_the_same_pixels(kind, height, width, n):
    model = model_of(kind, height, width)
    uniforms = torch.rand(n, height * width, generator=torch.Generator().manual_seed(n))
    x, p = model.trace(n, uniforms=uniforms, cached=True)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive), f"{int((x != x_naive).sum())} pixels differ"
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=0)
    torch.testing.assert_close(p, model.conditionals(x), atol=1e-5, rtol=0)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_whole_digit_is_sampled_as_naively(n):
    model = model_of("pixel_cnn", 28, 28)
    uniforms = torch.rand(n, 784, generator=torch.Generator().manual_seed(n))
    x, p = model.trace(n, uniforms=uniforms, cached=True)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive), f"{int((x != x_naive).sum())} pixels differ"
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=0)


def test_the_size_that_is_shipped_gives_the_same_pixels():
    torch.manual_seed(0)
    model = PixelCNN().eval()
    uniforms = torch.rand(1, 784, generator=torch.Generator().manual_seed(0))
    x, p = model.trace(1, uniforms=uniforms)
    x_naive, p_naive = model.trace(1, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive)
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=0)


@every_kind
def test_at_the_size_that_is_shipped_every_p_is_that_of_one_whole_pass(kind):
    torch.manual_seed(0)
    model = MODELS[kind][0]().eval()
    uniforms = torch.rand(2, 784, generator=torch.Generator().manual_seed(0))
    x, p = model.trace(2, uniforms=uniforms)
    assert torch.equal(x.flatten(1), (uniforms < p).float())
    with torch.no_grad():
        torch.testing.assert_close(p, model.conditionals(x), atol=1e-5, rtol=0)


@pytest.mark.parametrize("value", [0.0, 1.0])
@every_kind
def test_wrong_guesses_change_nothing(kind, value):
    """Every row goes against the guess (the row above) in its own way: stripes, and a staircase."""
    model = model_of(kind, 8, 8)
    stripes = torch.full((1, 1, 8, 8), value)
    stripes[:, :, ::2] = 1 - value
    stairs = (torch.arange(8)[:, None] > torch.arange(8)).float().expand(1, 1, 8, 8)
    for x in (stripes, stairs, torch.rand(3, 1, 8, 8).round()):
        steps, logits = model.incremental(len(x)), []
        for i in range(64):
            logits.append(next(steps) if i == 0 else steps.send(x.flatten(1)[:, i - 1]))
        torch.testing.assert_close(torch.stack(logits, 1), model.logits(x).flatten(1), atol=1e-4, rtol=1e-4)


@every_kind
def test_yielded_logits_are_safe_to_keep(kind):
    model = model_of(kind, 4, 4)
    steps = model.incremental(1)
    first = next(steps)
    kept = first.clone()
    for _ in range(15):
        steps.send(torch.ones(1))
    assert torch.equal(first, kept)


@every_kind
def test_a_given_prefix_is_conditioned_on_and_kept(kind):
    model = model_of(kind, 6, 6)
    x = torch.rand(1, 1, 6, 6).round()
    uniforms = torch.rand(4, 36)
    for cached in (True, False):
        y, p = model.trace(4, uniforms=uniforms, prefix=x.flatten()[:20], cached=cached)
        assert (y.flatten(1)[:, :20] == x.flatten()[:20]).all()
        torch.testing.assert_close(p[:, :21], model.conditionals(y)[:, :21], atol=1e-5, rtol=0)


@every_kind
def test_float64_stays_float64(kind):
    model = model_of(kind, 5, 5).double()
    x, p = model.trace(2, uniforms=torch.rand(2, 25, dtype=torch.float64))
    torch.testing.assert_close(p.double(), model.conditionals(x.double()).double(), atol=1e-6, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@every_kind
def test_a_gpu_draws_the_same_pixels(kind):
    model = model_of(kind, 28, 28)
    uniforms = torch.rand(2, 784, generator=torch.Generator().manual_seed(3))
    x, p = model.trace(2, uniforms=uniforms)
    x_gpu, p_gpu = model.cuda().trace(2, uniforms=uniforms)
    torch.testing.assert_close(p, p_gpu.cpu(), atol=1e-3, rtol=0)
    assert (x != x_gpu.cpu()).float().mean() < 0.01


@every_kind
def test_the_tensor_path_does_what_the_numpy_path_does(kind, monkeypatch):
    """What a GPU runs, run on the CPU: the same code with torch's functions."""
    model = model_of(kind, 6, 7)
    uniforms = torch.rand(3, 42)
    expected = model.trace(3, uniforms=uniforms)
    original = Arithmetic.use
    monkeypatch.setattr(Arithmetic, "use", lambda self, numpy: original(self, False))
    x, p = model.trace(3, uniforms=uniforms)
    assert torch.equal(x, expected[0])
    torch.testing.assert_close(p, expected[1], atol=1e-5, rtol=0)


@every_kind
def test_the_fast_way_is_not_the_naive_one(kind):
    assert MODELS[kind][0].incremental is not Autoregressive.incremental
