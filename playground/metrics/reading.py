"""The way back: from a picture that InfoGAN did not draw to codes and noise that draw it.

Q reads the codes at a glance. No network reads z, so it is searched, by steps of Adam on

    E(z) = mean over pixels of (G(z, c) - x)^2,   c = Q's reading, held fixed

from the noises of a few seeds. `error` is the root of E, in shares of a pixel's range.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from playground.data import mnist
from playground.data.noise import noises
from playground.models.infogan import Codes, InfoGAN

STEPS, RATE = 40, 0.2
READ, SEARCHED, STARTS = 10_000, 100, 8  # test digits whose code is read, whose noise is searched; from how many seeds


def read(model: InfoGAN, x: Tensor) -> tuple[Tensor, Tensor]:
    """Q of pictures (n, 1, 28, 28): p(c1 | x) (n, 10), and the means of c2 and c3 (n, 2), which may leave [-1, 1]."""
    guess = model.guess(x)
    return guess.logits.softmax(1), guess.mean


def as_codes(p: Tensor, mean: Tensor) -> Codes:
    """The codes to draw with: the likeliest c1, and c2, c3 cut to the range G was trained on."""
    return Codes(p.argmax(1), *mean.clamp(-1, 1).unbind(1))


def error(drawn: Tensor, x: Tensor) -> Tensor:
    """Root mean square over the pixels of pictures (n, 1, 28, 28): (n,)."""
    return (drawn - x).square().flatten(1).mean(1).sqrt()


def search(model: InfoGAN, x: Tensor, codes: Codes, z: Tensor, steps: int = STEPS) -> Tensor:
    """Noises (n, 62) that bring G nearer to pictures x (n, 1, 28, 28), from z on; each row for itself."""
    with torch.inference_mode(False), torch.enable_grad():
        z = z.clone().requires_grad_()
        x, codes = x.clone(), Codes(*(c.clone() for c in codes))
        optimizer = torch.optim.Adam([z], lr=RATE)
        for _ in range(steps):
            loss = (model.generate(z, **codes._asdict()) - x).square().flatten(1).mean(1).sum()
            (z.grad,) = torch.autograd.grad(loss, [z])  # the shared model's parameters keep no gradient
            optimizer.step()
        return z.detach()


@torch.inference_mode()
def facts(model: InfoGAN, digits: list[int]) -> dict:
    """How well real test digits are read and drawn again; digits: the one of each c1.

    read (%): how often the digit of the likeliest c1 is the label. before, after (n,) median, and high (95 %) of the
    error of the nearest of the starts, as drawn with their own noise and after the search.
    """
    images, labels = mnist.load(False)
    x, hits = mnist.grey(images[:READ]), 0
    for part, label in zip(x.split(500), labels[:READ].split(500), strict=True):
        hits += (torch.tensor(digits)[read(model, part)[0].argmax(1)] == label).sum().item()
    before, after = _errors(model, x[:SEARCHED])
    return {
        "read": round(100 * hits / len(x), 2),
        "n": len(x),
        "before": round(float(np.median(before)), 4),
        "after": round(float(np.median(after)), 4),
        "high": round(float(np.quantile(after, 0.95)), 4),
        "searched": len(before),
        "steps": STEPS,
    }


def _errors(model: InfoGAN, x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """The smallest error over the starts of every picture (n, 1, 28, 28), before and after the search: (n,) each."""
    p, mean = read(model, x)
    codes = Codes(*(c.repeat_interleave(STARTS) for c in as_codes(p, mean)))
    z = torch.from_numpy(noises(range(STARTS), model.z_dim)).repeat(len(x), 1)
    many = x.repeat_interleave(STARTS, 0)
    found = []
    for noise in (z, search(model, many, codes, z)):
        of = error(model.generate(noise, **codes._asdict()), many)
        found.append(of.reshape(len(x), STARTS).min(1).values.numpy())
    return found[0], found[1]
