"""The basics stage: counting parameters, a whole joint table, dice, the first samples, and a map of the field."""

from __future__ import annotations

import gradio as gr
import numpy as np

from playground.inference.basics import FITS, JOINTS, ORDERS, PIXEL_CNN, RIDGE, SHAPES
from playground.ui.components import basics as view
from playground.ui.components.base import pack
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import LATEX, Page, Stage

SHEET = 9  # samples of each model
OUTCOMES = 6
KINDS = ("binary", "levels", "rgb")
# Free probabilities of the outcomes; the last outcome has what is left, so M outcomes need M - 1.
WEIGHTS = {f"w{i}": Field("float", 0.5 if i == 1 else 0.1, 0, 1) for i in range(1, OUTCOMES)}
THREE = {"pz": 0.5, "x0": 0.2, "x1": 0.9, "y0": 0.2, "y1": 0.9}
FIELDS = {
    "section": Field("choice", "count", choices=view.SECTIONS),
    "kind": Field("choice", "binary", choices=KINDS),
    "pixels": Field("int", 784, 1, 784),
    "levels": Field("int", 16, 2, 256),
    "reach": Field("int", 28, 1, 783),
    "units": Field("int", 500, 1, 4096),
    "shape": Field("choice", "3x3", choices=list(SHAPES)),
    "joint": Field("choice", "columns", choices=JOINTS),
    "order": Field("choice", "raster", choices=ORDERS),
    "fit": Field("choice", "markov", choices=FITS),
    "past": Field("int", 2, 1, 8),
    "edits": Field("text", "", high=1500),  # entries edited by hand, "15-25000_3-0"; lives in the table
    "part": Field("choice", "categorical", choices=["categorical", "three"]),
    "outcomes": Field("int", 2, 2, OUTCOMES),
    **WEIGHTS,
    "draws": Field("int", 0, 0, 100000),
    **{name: Field("float", value, 0, 1) for name, value in THREE.items()},
    "broken": Field("float", 0.0, -1, 1),
    "window": Field("int", 28, 1, 57),
    "index": Field("int", 406, 0, 783),  # the pixel whose window is drawn; lives in the samples' view
    "seed": Field("int", 0, 0, 2**31 - 1),
}
# What stands in the column of controls, section by section; see `components.basics._knob`.
KNOBS = (
    ("count", "choice", "kind", KINDS),
    ("count", "slider", "pixels", 1, 784, 1),
    ("count", "slider", "levels", 2, 256, 1),
    ("count", "slider", "reach", 1, 783, 1),
    ("count", "slider", "units", 1, 4096, 1),
    ("table", "choice", "shape", tuple(SHAPES)),
    ("table", "choice", "joint", JOINTS),
    ("table", "list", "fit", FITS),
    ("table", "slider", "past", 1, 8, 1),
    ("table", "choice", "order", ORDERS),
    ("table", "hint", "table"),
    ("table", "button", "reset"),
    ("dice", "choice", "part", ("categorical", "three")),
    ("dice", "slider", "outcomes", 2, OUTCOMES, 1),
    *(("dice", "slider", name, 0, 1, 0.01) for name in WEIGHTS),
    *(("dice", "slider", name, 0, 1, 0.01) for name in THREE),
    ("dice", "slider", "broken", -1, 1, 0.01),
    ("dice", "button", "mend"),
    ("samples", "slider", "window", 1, 57, 1),
    ("samples", "button", "play"),
    ("samples", "hint", "samples"),
    ("dice samples", "slider", "seed", 0, 2**31 - 1, 1),
    ("dice samples", "button", "another"),
)
EQUATIONS = {
    "count": (r"p(x_1,\dots,x_n):\;2^n-1", r"\prod_i p(x_i):\;n", r"p(x_1)\prod_{i>1}p(x_i\mid x_{i-1}):\;2n-1"),
    "table": (
        r"p(x)=\prod_{i=1}^{n}p(x_i\mid x_{<i})",
        r"\mathrm{KL}(p\,\|\,q)=\sum_x p(x)\ln\frac{p(x)}{q(x)}\;\ge\;0",
    ),
    "dice": (r"\sum_{m=1}^{M}p_m=1\;\Rightarrow\;M-1\text{ parameters}", r"p(x\mid y,z)=p(x\mid z)"),
    "samples": (
        r"p(x)=\prod_{i=1}^{784}p(x_i\mid x_{i-k},\dots,x_{i-1})",
        r"p(x_i=1\mid\cdot)=\sigma\Big(b_i+\sum_{j=1}^{k}w_{ij}\,x_{i-j}\Big)",
    ),
    "map": (r"\log p(x)=\sum_i\log p(x_i\mid x_{<i})", r"\log p(x)\ge\mathrm{ELBO}(x)", r"x=G(z),\;z\sim p(z)"),
}


def build(page: Page) -> None:
    """Fills the tab."""
    from playground.inference import basics

    left, controls, notes = page.layout("basics")
    with left:
        view.BasicsSections()
        view.BasicsCount(PIXEL_CNN)
        view.BasicsTable(SHAPES, _joints(), FITS, RIDGE)
        view.BasicsDice()
        view.BasicsSamples(basics.numbers(), server_functions=[page.server(draw), page.server(window)])
        view.BasicsMap(basics.field())
    with controls:
        view.BasicsKnobs(KNOBS)
    with notes:
        for section in view.SECTIONS:
            _notes(section)
    page.state("basics", {}, FIELDS)


def draw(seed: int) -> dict:
    """Samples of the three models for one seed, a bit per pixel: bernoulli and markov (n, 98), ar (m, n, 98)."""
    from playground.inference import basics

    found = basics.samples(seed, SHEET)
    bits = {name: pack(np.packbits(getattr(found, name), axis=-1)) for name in ("bernoulli", "markov", "ar")}
    return {**bits, "n": SHEET, "windows": found.windows.tolist()}


def window(k: int) -> dict:
    """Fitted weights of AR(k), w (784, k) and b (784,)."""
    from playground.inference import basics

    w, b = basics.window(k)
    return {"k": k, "w": pack(w), "b": pack(b)}


def _joints() -> dict:
    """The built-in joint tables by shape and name, as `[[index, probability], ...]`."""
    from playground.inference import basics

    found: dict = {}
    for shape in SHAPES:
        tables = {name: basics.joint(name, shape) for name in JOINTS}
        found[shape] = {name: [[int(i), float(p[i])] for i in np.flatnonzero(p)] for name, p in tables.items()}
    return found


def _notes(section: str) -> None:
    """What to look at and the equations of one section; the bar of sections shows the right ones."""
    with gr.Row(elem_classes=["pg-note-row", "pg-basics-note", f"pg-basics-note-{section}"]):
        with gr.Column(min_width=0, elem_classes=["pg-note"]):
            gr.Markdown(T("page.look"), elem_classes=["pg-note-title"])
            look = "basics.look" if section == "count" else f"basics.look_{section}"
            gr.Markdown(T(look), latex_delimiters=LATEX)
        with gr.Column(min_width=0, elem_classes=["pg-note", "pg-equation"]):
            gr.Markdown(T("page.equation"), elem_classes=["pg-note-title"])
            gr.Markdown("\n\n".join(f"$${line}$$" for line in EQUATIONS[section]), latex_delimiters=LATEX)


def register_api(page: Page) -> None:
    """The named endpoints `/count_parameters`, `/fit_joint` and `/sample_basics`."""
    page.api(count_parameters, "count_parameters")
    page.api(fit_joint, "fit_joint")
    page.api(sample_basics, "sample_basics")


def count_parameters(
    pixels: int = 784, kind: str = "binary", levels: int = 16, reach: int = 28, units: int = 500
) -> dict:
    """What a distribution over pictures of n pixels costs: exact numbers of free parameters, as decimal strings.

    pixels: 1..784. kind: binary, levels (2..256 values per pixel) or rgb (256^3 values per pixel). reach: k of AR(k),
    1..783. units: hidden units of NADE, 1..4096. Gives {"outcomes": values of a pixel, "spent": {"joint", "chain",
    "ar_table", "markov", "independent", "ar_logistic", "fvsbn", "nade", "pixel_cnn"}}, null where one does not apply.
    """
    from playground.inference import basics

    found = basics.count_parameters(pixels, kind, levels, reach, units)
    spent = {name: None if value is None else str(value) for name, value in found.spent.items()}
    return {"outcomes": str(found.outcomes), "spent": spent}


def fit_joint(
    table: list | dict | str = "columns", shape: str = "3x3", fit: str = "markov", past: int = 2, order: str = "raster"
) -> dict:
    """The best approximation of a joint table over small binary pictures, in KL(p || q).

    table: 2^n weights, bit i of the index being pixel i in raster order, nested or packed, or the name of a built-in
    one. shape: 2x2, 2x3 or 3x3. fit: chain, independent, markov, ar_table, ar_logistic or fvsbn. past: 1..8, k of
    AR(k). order: raster or columns. Gives {"q": 2^n numbers, "kl" in nats, "parameters", "leak": share of q on pictures
    of probability 0}; kl is null where q misses a picture of p.
    """
    from playground.inference import basics

    p = basics.joint(table, shape) if isinstance(table, str) else table
    found = basics.fit(p, shape, fit, past, order)
    kl = found.kl if np.isfinite(found.kl) else None
    return {"q": found.q.tolist(), "kl": kl, "parameters": found.parameters, "leak": found.leak}


def sample_basics(seed: int = 0, n: int = 9) -> dict:
    """n samples (1..64) of the independent, Markov and AR(k) models from the same uniforms.

    Gives {"bernoulli": (n, 784), "markov": (n, 784), "windows": lengths k, "ar": (m, n, 784)} as packed uint8 arrays
    {"shape", "dtype", "data": base64}.
    """
    from playground.inference import basics

    found = basics.samples(seed, n)
    packed = {name: pack(getattr(found, name)) for name in ("bernoulli", "markov", "ar")}
    return {**packed, "windows": found.windows.tolist()}


STAGE = Stage("basics", build, register_api)
