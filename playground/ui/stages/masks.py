"""The masks stage: how cutting connections turns an autoencoder into a distribution."""

from __future__ import annotations

from playground.inference import masks as room
from playground.ui.components.base import pack
from playground.ui.components.mask_view import KINDS, TASKS, MaskControls, MaskView
from playground.ui.links import Field
from playground.ui.page import Page, Stage

EXAMPLES = {  # the order of the inputs, and the degrees of two hidden layers
    "lecture": {"order": "231", "m1": "2122", "m2": "1221"},
    "four": {"order": "1234", "m1": "13221", "m2": "12332"},
    "six": {"order": "461253", "m1": "1234552", "m2": "2134545"},
    "image": {"order": "123456789", "m1": "1357824682", "m2": "2468135778"},
}
FIELDS = {
    "kind": Field("choice", "made", choices=KINDS),
    "task": Field("choice", "paths", choices=TASKS),
    "order": Field("text", EXAMPLES["lecture"]["order"], high=room.MOST_INPUTS),
    "m1": Field("text", EXAMPLES["lecture"]["m1"], high=room.MOST_UNITS),
    "m2": Field("text", EXAMPLES["lecture"]["m2"], high=room.MOST_UNITS),
    "seed": Field("int", 0, 0, 2**31 - 1),  # of the first weights
    "draw": Field("int", 0, 0, 2**31 - 1),  # of the uniforms of a sample
    "step": Field("int", 0, 0, 2 * room.MOST_INPUTS),
}
EQUATION = r"""$$\begin{aligned}
M^{l}_{kj}&=\left[\,m^{l}(k)\ge m^{l-1}(j)\,\right] && \text{hidden}\\
M^{\text{out}}_{dk}&=\left[\,m^{0}(d)> m^{L}(k)\,\right] && \text{strict}\\
h^{l}&=\sigma\!\left((W^{l}\odot M^{l})\,h^{l-1}+c^{l}\right)\\
p(x_d=1\mid x_{<d})&=\sigma\!\left((V\odot M^{\text{out}})\,h^{L}+b\right)_d
\end{aligned}$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("masks")
    with view:
        MaskView("masks", elem_id="masks-view", server_functions=[page.server(evidence)])
    with controls:
        MaskControls("masks", "masks-view", EXAMPLES)
    with notes:
        page.notes("masks", EQUATION)
    page.state("masks", {}, FIELDS)


def evidence(order: list, degrees: list, weights: dict, x: list, masked: bool) -> dict:
    """What the real network with these degrees and weights depends on, for the view."""
    found = room.evidence(order, degrees, weights, x, masked)
    return {"seen": pack(found.seen), "total": found.total, "p": pack(found.p)}


def register_api(page: Page) -> None:
    """The named endpoint `/mask_evidence`."""
    page.api(mask_evidence, "mask_evidence")


def mask_evidence(order: list, degrees: list, weights: list | dict, x: list | None = None, masked: bool = True) -> dict:
    """What a small masked network sees, by gradient over all 2^n binary inputs.

    order: the inputs in their turn, a permutation of 1..n. degrees: one list per hidden layer. weights: per layer W
    (out, in) by rows, then the bias (out,), in one array, plain or packed. Gives {"seen": (n, n) packed, row d
    the largest |d logit_d / d x_j|, "total": sum of p(x) over all x, "p": (n,) packed, of the given x}.
    """
    return evidence(order, degrees, weights, [0] * len(order) if x is None and isinstance(order, list) else x, masked)


STAGE = Stage("masks", build, register_api)
