"""LSTMs over wave fronts: the front's geometry, and value and gradient against a loop over single pixels."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from playground.nn.gated import gate
from playground.nn.pixel_lstm import Front, PixelLSTM

FRONTS = {"rows": Front.rows, "diagonals": Front.diagonals}


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (3, 4), (4, 3), (6, 6)])
@pytest.mark.parametrize("kind", FRONTS)
def test_every_pixel_is_passed_once_and_after_what_it_reads(kind, shape):
    height, width = shape
    front, seen, where = FRONTS[kind](height, width), {}, {}
    for t, (pixels, lo, hi) in enumerate(front.steps):
        indices = list(range(height * width))[pixels]
        assert len(indices) == hi - lo
        for place, index in zip(range(lo, hi), indices, strict=True):
            assert index not in seen
            seen[index], where[t, place] = t, index
    assert len(seen) == height * width
    for (t, place), index in where.items():
        i, j = divmod(index, width)
        read = [where.get((t - 1, place + offset)) for offset in front.offsets]
        if kind == "rows":
            expected = [(i - 1, j + offset) for offset in (-1, 0, 1)]
        else:
            expected = [(i - 1, j), (i, j - 1)]  # above, left
        inside = [r * width + c if 0 <= r < height and 0 <= c < width else None for r, c in expected]
        assert read == inside, f"pixel {(i, j)}: expected to read {inside}, reads {read}"


def textbook(lstm: PixelLSTM, a: Tensor, shape: tuple[int, int], kind: str) -> Tensor:
    """One pixel at a time, as the paper's equations stand."""
    height, width = shape
    size = lstm.h_0.shape[1]
    h, c = {}, {}
    for r in range(len(a)):
        outside_h, outside_c = lstm.h_0[r].expand(a.shape[2], size), lstm.c_0[r].expand(a.shape[2], size)
        for i in range(height):
            for j in range(width):
                sources = [(i - 1, j - 1), (i - 1, j), (i - 1, j + 1)] if kind == "rows" else [(i - 1, j), (i, j - 1)]
                carried = (i - 1, j) if kind == "rows" else (i, j - 1)
                z = a[r, i * width + j]
                for k, source in enumerate(sources):
                    z = z + h.get((r, *source), outside_h) @ lstm.K[r, k]
                o, f, i_gate, g = z.split(size, 1)
                before = c.get((r, *carried), outside_c)
                c[r, i, j] = f.sigmoid() * before + i_gate.sigmoid() * g.tanh()
                h[r, i, j] = o.sigmoid() * c[r, i, j].tanh()
    pixels = [(i, j) for i in range(height) for j in range(width)]
    return torch.stack([torch.stack([h[r, i, j] for i, j in pixels]) for r in range(len(a))])


@pytest.mark.parametrize("shape", [(3, 4), (4, 2), (1, 3), (3, 1)])
@pytest.mark.parametrize("kind", FRONTS)
def test_value_and_gradient_are_the_textbook_s(kind, shape):
    torch.manual_seed(3)
    lstm = PixelLSTM(FRONTS[kind](*shape), 2, 3).double()
    with torch.no_grad():
        lstm.h_0.uniform_(-1, 1)
        lstm.c_0.uniform_(-1, 1)
    a = torch.randn(2, shape[0] * shape[1], 2, 12, dtype=torch.float64, requires_grad=True)
    ours, expected = lstm(a), textbook(lstm, a, shape, kind)
    torch.testing.assert_close(ours, expected, atol=1e-12, rtol=1e-10)
    weight = torch.randn_like(expected)
    inputs = (a, *lstm.parameters())
    for name, got, want in zip(
        ("a", "K", "h_0", "c_0"),
        torch.autograd.grad((ours * weight).sum(), inputs),
        torch.autograd.grad((expected * weight).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(
            got, want, atol=1e-10, rtol=1e-8, msg=lambda text, n=name: f"gradient of {n}: {text}"
        )


def test_the_gate_is_its_formula():
    a = torch.randn(2, 6, 3, 4, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(gate(a), a[:, :3].tanh() * a[:, 3:].sigmoid())
    assert torch.autograd.gradcheck(gate, (a,))
