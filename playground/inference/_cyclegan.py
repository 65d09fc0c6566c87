"""The networks behind the cyclegan stage. Checked values in, the room's dataclasses out."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from playground.inference import _translators as shared
from playground.inference.cyclegan import MODEL, NOISES, SIGMAS, Hidden, Trip
from playground.inference.given import Given

TWINS = 16  # other stripes over which a distance that nobody can foresee is averaged
STRIPED = "zebra"


@torch.inference_mode()
def trip(given: Given, style: str, target: str, variant: str) -> Trip:
    """There and back, with all that can be said of it."""
    model = shared.network(MODEL, variant)
    x = shared.painted(given, style, model.device)
    there = model.translate(x, target)
    back = model.translate(there, style)
    truth = None if given.x is not None else shared.painted(given, target, model.device)
    field, stride, first = shared.geometry(model.D_Y)
    return Trip(
        f"{style}_{target}",
        not variant.endswith("_lambda_0"),
        *(shared.shown(pictures) for pictures in (x, there, back)),
        None if truth is None else shared.shown(truth),
        shared.apart(x, back),
        None if truth is None else shared.apart(there, truth),
        given.digits,
        shared.read(there),
        model.opinion(there, target).cpu().numpy(),
        None if truth is None else model.opinion(truth, target).cpu().numpy(),
        *(field, stride, first),
        None if truth is None else shared.apart(x, truth).mean((1, 2)),
        None if truth is None else _unknown(truth, _twins(given, target, model.device)),
    )


@torch.inference_mode()
def hidden(given: Given, style: str, target: str, variant: str) -> Hidden:
    """The middle under a magnifying glass and under noise."""
    model = shared.network(MODEL, variant)
    x = shared.painted(given, style, model.device)
    twins = None if given.x is not None else _twins(given, style, model.device)
    both = x if twins is None else torch.cat([x, twins[0]])
    there = model.translate(both, target)
    back = model.translate(there, style)
    noisy, returned = _disturbed(model, there[:1], style, int(given.seeds[0]))
    error = (returned - x).abs().mean((2, 3, 4)).cpu().numpy()  # (S, NOISES)
    return Hidden(
        f"{style}_{target}",
        *(shared.shown(pictures) for pictures in (both, there, back)),
        {name: _pixels(r) for name, r in _residuals(given, there, target).items()},
        np.array(SIGMAS),
        *(shared.shown(pictures[:, 0]) for pictures in (noisy, returned)),
        *(error.mean(1), error.min(1), error.max(1)),
        None if twins is None else float(_unknown(x, twins)[0]),
        None if twins is None else _memory(x, twins, returned),
    )


def _residuals(given: Given, there: Tensor, target: str) -> dict[str, Tensor]:
    """Signed (3, 32, 32) by name, of those that this source has."""
    first = there[:1]
    smooth = F.avg_pool2d(F.pad(first, (1, 1, 1, 1), mode="replicate"), 3, 1)
    found = {"twin": there[0] - there[1]} if len(there) == 2 else {}
    if given.x is None:
        found["truth"] = first[0] - shared.painted(given, target, there.device)[0]
    return found | {"fine": first[0] - smooth[0]}


def _disturbed(model: torch.nn.Module, there: Tensor, style: str, seed: int) -> tuple[Tensor, Tensor]:
    """The middle (1, 3, 32, 32) under noise of every size, and what comes back: (S, NOISES, 3, 32, 32) each.

    A picture stays in [0, 1], whatever the noise. The same noises at every size, so that the curve is smooth.
    """
    draws = np.random.Generator(np.random.PCG64(seed)).standard_normal((NOISES, *there.shape[1:]), np.float32)
    noise = torch.from_numpy(draws).to(there.device)
    sigmas = torch.tensor(SIGMAS, device=there.device).view(-1, 1, 1, 1, 1)
    noisy = (there[None] + sigmas * noise).clamp(0, 1)
    returned = model.translate(noisy.flatten(0, 1), style).view(noisy.shape)
    return noisy, returned


def _twins(given: Given, style: str, device: torch.device) -> Tensor | None:
    """The sources with other stripes (TWINS, n, 3, H, W); None for a style without stripes."""
    if style != STRIPED:
        return None
    first = int(given.seeds[0]) + 2**31  # apart from the scene's own; torch looks at the lower 32 bits only
    return shared.twins(given, style, device, [first + k for k in range(TWINS)])


def _unknown(painted: Tensor, twins: Tensor | None) -> np.ndarray:
    """(n,): mean distance of paintings from their twins; 0 where there are none."""
    if twins is None:
        return np.zeros(len(painted))
    return (painted - twins).abs().mean((0, 2, 3, 4)).cpu().numpy()


def _memory(x: Tensor, twins: Tensor, returned: Tensor) -> np.ndarray:
    """(S,): where what came back (S, NOISES, 3, H, W) lies between x (1) and halfway to a twin (0), over twins."""
    way = (x - twins).flatten(1)  # (TWINS, 3 H W)
    from_twin = returned.flatten(2)[:, :, None] - twins.flatten(1)  # (S, NOISES, TWINS, 3 H W)
    shares = 2 * (from_twin * way).sum(3) / way.square().sum(1) - 1
    return shares.mean((1, 2)).cpu().numpy()


def _pixels(signed: Tensor) -> np.ndarray:
    return signed.movedim(0, -1).float().cpu().numpy()
