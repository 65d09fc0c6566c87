"""AR(k): logistic regression of each pixel on the k pixels before it in raster order.

    p(x) = prod_i p(x_i | x_{i-k}, ..., x_{i-1}),    logit_i = b_i + sum_{j=1..k} w_{ij} x_{i-j}

Claim: what the window reaches matters, not how long it is. In 28 columns the pixel above is 28 places back: from k = 2
to 24 next to nothing is gained (5.7 nats), then the window turns the corner into the row above and five pixels gain 34:
above and three or two to the right (k = 25, 26), above right (27), above (28), above left (29).

A pixel's weights depend on no other pixel's and its likelihood is concave in them, so each position is fitted to its
optimum by Newton's method, from b at the smoothed logit of the pixel's mean. Add-one smoothing and a weak prior
on w, Gaussian (`PRIOR`), keep the optimum from infinity where a pixel was never white.

One file holds the fitted weights of several windows, as float16; `Config.k` is the one in use and `at(k)` the model of
another. The window runs along the raster: it wraps around the left border, where "the pixel to the left" is the last
one of the row above; places before the first pixel hold zeros.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive, Batch, Phase

PRIOR = 1.0  # precision of the Gaussian prior on each weight, in images
STEPS, TOLERANCE = 25, 1e-5  # Newton steps at most; stop when the next one would gain less, in nats per image


class Window(nn.Module):
    """The weights of one window length: w (D, k), the last column for x_{i-1}, and b (D,)."""

    def __init__(self, size: int, k: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(size, k, dtype=torch.float16), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(size, dtype=torch.float16), requires_grad=False)


class ARK(Autoregressive):
    """Logistic regression on the last k pixels, with weights of its own at every position."""

    @dataclass(frozen=True)
    class Config:
        """k: pixels that each one sees. windows: the lengths whose weights the file holds; empty for k alone."""

        height: int = 28
        width: int = 28
        k: int = 28
        windows: tuple[int, ...] = ()

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        lengths = config.windows or (config.k,)
        if config.k not in lengths or min(lengths) < 1:
            raise ValueError(f"expected k among the windows {lengths}, each at least 1, got {config.k}")
        self.windows = nn.ModuleDict({str(k): Window(self.order.numel(), k) for k in lengths})

    def at(self, k: int) -> ARK:
        """The model of another of the fitted windows; it shares these weights."""
        model = ARK(replace(self.config, k=k, windows=()))
        model.windows = nn.ModuleDict({str(k): self.windows[str(k)]})
        return model.to(self.device).eval()

    @property
    def _dtype(self) -> torch.dtype:
        stored = super()._dtype
        return torch.float32 if stored == torch.float16 else stored  # half is for the file, not for arithmetic

    def phases(self) -> list[Phase]:
        return []

    def fit(self, batches: Iterable[Batch]) -> None:
        """Fit all windows: batches of (x (B, 1, H, W) in [0, 1], label).

        Of grey images the past is drawn once, x_j ~ Bern(pixel / 255), and the target is the expected x_i.
        """
        grey = torch.cat([x.flatten(1) for x, *_ in batches])  # (N, D)
        x = torch.bernoulli(grey, generator=torch.Generator().manual_seed(0))
        longest = max(map(int, self.windows))
        past = F.pad(x, (longest, 0))  # x_j stands at column longest + j
        past = past.T.contiguous()  # a window is a block of rows
        for i, y in enumerate(grey.T.contiguous()):
            theta = torch.logit((y.sum(0, keepdim=True) + 1) / (len(y) + 2))  # (1 + k,): b, then w
            for k, window in sorted(self.windows.items(), key=lambda item: int(item[0])):
                features = past[longest + i - int(k) : longest + i]  # (k, N)
                start = torch.cat([theta[:1], theta.new_zeros(int(k) + 1 - len(theta)), theta[1:]])
                theta = _newton(start, *_gather(features, y))  # from the shorter window's optimum
                window.b[i], window.w[i] = theta[0], theta[1:]

    def logits(self, x: Tensor) -> Tensor:
        k, window = self.config.k, self.windows[str(self.config.k)]
        past = F.pad(x.flatten(1), (k, 0)).unfold(1, k, 1)[:, :-1]  # (B, D, k)
        return (torch.einsum("bdk,dk->bd", past, window.w.to(x.dtype)) + window.b).view_as(x)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        k, window = self.config.k, self.windows[str(self.config.k)]
        w, b = window.w.to(self._dtype), window.b.to(self._dtype)
        x = w.new_zeros(k + len(b), n)  # x_i stands at row k + i
        for i, (w_i, b_i) in enumerate(zip(w, b, strict=True)):
            x[k + i] = yield w_i @ x[i : i + k] + b_i


def _gather(features: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Windows (k, N) and targets (N,) as features (k, M), targets and counts (M,).

    All the empty windows, a third of them, become one column that counts as many; to them belong the two images, one
    white and one dark, of add-one smoothing.
    """
    some = features.any(0)
    empty = y[~some]
    y = torch.cat([y[some], (empty.sum(0, keepdim=True) + 1) / (len(empty) + 2)])
    count = torch.ones_like(y)
    count[-1] = len(empty) + 2
    return F.pad(features[:, some], (0, 1)), y, count


def _newton(theta: Tensor, features: Tensor, y: Tensor, count: Tensor) -> Tensor:
    """argmax over theta = (b, w) of the sum of y log p + (1 - y) log(1 - p), p = sigma(b + w features), and w's prior.

    features (k, M), y in [0, 1] and count (M,).
    """
    features = F.pad(features, (0, 0, 1, 0), value=1)  # (1 + k, M)
    prior = torch.full_like(theta, PRIOR)
    prior[0] = 0
    for _ in range(STEPS):
        p = (theta @ features).sigmoid()
        gradient = features @ (count * (y - p)) - prior * theta
        hessian = (features * (count * p * (1 - p))) @ features.T + prior.diag()
        step = torch.linalg.solve(hessian.double(), gradient.double()).to(theta)
        theta = theta + step * (4 / step.abs().max().clamp(min=4))  # far from the optimum a full step can overshoot
        if gradient @ step / 2 < TOLERANCE * count.sum():
            break
    return theta
