"""LSTMs that run over an image in wave fronts: row by row (Row LSTM) or diagonal by diagonal (Diagonal BiLSTM) [1].

    [o, f, i, g] = [sigma, sigma, sigma, tanh](a + sum_k K_k h_{earlier, k})
    c = f * c_{earlier} + i * g,    h = o * tanh(c)

A `Front` says which pixels form one step and where their earlier states stand. Outside the image there is a learned
state (h_0, c_0). No image is ever skewed in memory: the pixels of a diagonal are W - 1 places apart in the flattened
image, so a slice with that stride is the column of the skewed map.

One autograd function runs all steps and their gradient, since T steps of a dozen small operations spend most of their
time in bookkeeping; tanh is 2 sigma(2 .) - 1, so all four gates are one sigmoid, the fastest a CPU has.

[1] van den Oord, Kalchbrenner, Kavukcuoglu. Pixel Recurrent Neural Networks. ICML 2016, arXiv:1601.06759.

Axis letters: R runs (directions, each with its own weights), P places of a front, B batch, h hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from playground.nn.cached_sampling import Arithmetic, Array, Call


@dataclass(frozen=True)
class Front:
    """The order in which an H x W image is passed through.

    steps: per step the slice of the flattened image that is computed, and the places lo..hi - 1 its pixels take in the
    front. offsets: where, relative to a pixel's own place, the earlier states stand that it reads. places: P.
    """

    steps: tuple[tuple[slice, int, int], ...]
    offsets: tuple[int, ...]
    places: int

    @classmethod
    def rows(cls, height: int, width: int) -> Front:
        """Row by row; a pixel reads the three states above it: left, middle, right."""
        return cls(tuple((slice(i * width, (i + 1) * width), 0, width) for i in range(height)), (-1, 0, 1), width)

    @classmethod
    def diagonals(cls, height: int, width: int) -> Front:
        """Diagonal by diagonal; the place is the row, so a pixel reads the state above (-1) and its left one (0)."""
        steps, stride = [], max(1, width - 1)
        for t in range(height + width - 1):
            lo, hi = max(0, t - width + 1), min(t + 1, height)
            first, last = lo * width + t - lo, (hi - 1) * width + t - (hi - 1)
            steps.append((slice(first, last + 1, stride), lo, hi))
        return cls(tuple(steps), (-1, 0), height)


class PixelLSTM(nn.Module):
    """R LSTMs over the same front: a (R, H * W, B, 4h), input to state -> h (R, H * W, B, h)."""

    def __init__(self, front: Front, runs: int, hidden: int) -> None:
        super().__init__()
        self.front, taps = front, len(front.offsets)
        bound = (taps * hidden) ** -0.5
        self.K = nn.Parameter(torch.empty(runs, taps, hidden, 4 * hidden).uniform_(-bound, bound))
        self.h_0 = nn.Parameter(torch.zeros(runs, hidden))
        self.c_0 = nn.Parameter(torch.zeros(runs, hidden))

    def forward(self, a: Tensor) -> Tensor:
        with torch.autocast(a.device.type, enabled=False):
            return _Scan.apply(a.to(self.K.dtype), self.K, self.h_0, self.c_0, self.front)


def cell(z: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One step: z (..., 4h) before the gates, overwritten; c (..., h) -> gates s (..., 4h), c, h.

    s holds sigma of o, f, i and sigma(2g) in place of tanh(g).
    """
    size = c.shape[-1]
    z[..., 3 * size :] *= 2
    s = z.sigmoid_()
    o, f, i, g = s.chunk(4, -1)
    c = torch.addcmul(f * c, i, 2 * g - 1)
    return s, c, (2 * (2 * c).sigmoid_() - 1).mul_(o)


class _Scan(torch.autograd.Function):
    """All steps of `PixelLSTM`. The gradient runs through the steps backwards and is exact."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, K: Tensor, h_0: Tensor, c_0: Tensor, front: Front) -> Tensor:
        R, _, B, size = a.shape
        size //= 4
        # Place p stands at p + 1: one place of the learned state on either side of the front.
        outside = h_0[:, None, None].expand(R, front.places + 2, B, size)
        earlier, c = outside, c_0[:, None, None].expand(R, front.places, B, size).clone()
        states, gates, cells = [], [], []
        out = a.new_empty(*a.shape[:3], size)
        for pixels, lo, hi in front.steps:
            z = a[:, pixels].reshape(R, -1, 4 * size)
            for k, offset in enumerate(front.offsets):
                z = torch.baddbmm(z, _places(earlier, lo, hi, offset), K[:, k])
            before = c[:, lo:hi]
            s, after, h = cell(z.view(R, hi - lo, B, -1), before)
            states.append(earlier)
            gates.append(s)
            cells.append(before.clone())
            earlier = outside.clone()
            earlier[:, lo + 1 : hi + 1] = h
            out[:, pixels] = h
            c[:, lo:hi] = after
        ctx.front, ctx.size = front, size
        ctx.save_for_backward(K, *states, *gates, *cells)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        front, size, T = ctx.front, ctx.size, len(ctx.front.steps)
        K, *saved = ctx.saved_tensors
        states, gates, cells = saved[:T], saved[T : 2 * T], saved[2 * T :]
        R, _, B, _ = grad.shape
        K_T = K.transpose(-1, -2).contiguous()
        da, dK = grad.new_empty(*grad.shape[:3], 4 * size), torch.zeros_like(K)
        dh, outside = torch.zeros_like(states[0]), torch.zeros_like(states[0])
        dc = grad.new_zeros(R, front.places, B, size)
        for (pixels, lo, hi), state, s, before in zip(
            reversed(front.steps), reversed(states), reversed(gates), reversed(cells), strict=True
        ):
            here = dh[:, lo + 1 : hi + 1]
            d = grad[:, pixels] + here
            here.zero_()
            outside += dh  # what is left was read from the learned state
            dz, dc[:, lo:hi] = _cell_backward(d, dc[:, lo:hi], s, before)
            da[:, pixels] = dz
            dz = dz.view(R, -1, 4 * size)
            dh = torch.zeros_like(dh)
            for k, offset in enumerate(front.offsets):
                dK[:, k].baddbmm_(_places(state, lo, hi, offset).transpose(1, 2), dz)
                part = torch.bmm(dz, K_T[:, k]).view(R, hi - lo, B, size)
                dh[:, lo + 1 + offset : hi + 1 + offset] += part
        return da, dK, (outside + dh).sum((1, 2)), dc.sum((1, 2)), None


def _places(states: Tensor, lo: int, hi: int, offset: int) -> Tensor:
    """The states that the places lo..hi - 1 read at an offset, (R, (hi - lo) * B, h)."""
    return states[:, lo + 1 + offset : hi + 1 + offset].flatten(1, 2)


def _cell_backward(dh: Tensor, dc: Tensor, s: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Gradient of `cell` with respect to z (..., 4h) and the earlier c, from dh and dc of its results."""
    o, f, i, g = s.chunk(4, -1)
    tanh_g = 2 * g - 1
    tanh_c = 2 * (2 * torch.addcmul(f * c, i, tanh_g)).sigmoid_() - 1
    dc = torch.addcmul(dc, dh * o, 1 - tanh_c * tanh_c)
    dz = torch.empty_like(s)
    d_o, d_f, d_i, d_g = dz.chunk(4, -1)
    torch.mul(dh, tanh_c, out=d_o)
    torch.mul(dc, c, out=d_f)
    torch.mul(dc, tanh_g, out=d_i)
    torch.mul(dc, 4 * i, out=d_g)  # tanh' = 4 sigma' at 2g
    return dz.mul_(s).mul_(1 - s), dc * f


class CachedCell:
    """The gates of `cell` as calls of a plan (`nn.cached_sampling`).

    Its input z (., 4h) must hold -o, -f, -i, g: `signs` is what the weights are multiplied by for that.
    """

    def __init__(self, hidden: int, rows: int, xp: Arithmetic) -> None:
        self.hidden, self.xp = hidden, xp
        self.signs = xp.like.new_ones(4 * hidden)
        self.signs[: 3 * hidden] = -1
        self.one = xp.ones(rows, 3 * hidden)
        self.s, self.g = xp.zeros(rows, 3 * hidden), xp.zeros(rows, hidden)

    def plan(self, z: Array, c: Array, new_c: Array, h: Array) -> list[Call]:
        """z (L, 4h), c (L, h) -> new_c and h, both (L, h); new_c may be c."""
        xp, size, one = self.xp, self.hidden, self.one[: len(z)]
        s, g = self.s[: len(z)], self.g[: len(z)]
        o, f, i = s[:, :size], s[:, size : 2 * size], s[:, 2 * size :]
        return [
            (xp.exp, z[:, : 3 * size], one, s),
            (xp.add, s, one, s),  # 1 / sigma of all three
            (xp.tanh, z[:, 3 * size :], one, g),
            (xp.divide, g, i, g),
            (xp.divide, c, f, new_c),
            (xp.add, new_c, g, new_c),
            (xp.tanh, new_c, one, h),
            (xp.divide, h, o, h),
        ]
