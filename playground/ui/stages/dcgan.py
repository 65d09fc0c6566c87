"""The dcgan stage: one network trained with four losses; its pictures, its noises, its training as a film."""

from __future__ import annotations

import base64

import gradio as gr
import numpy as np

from playground import catalog
from playground.inference.dcgan import LARGEST_PSI, LARGEST_SEED, LOSSES, MOST, TYPICAL
from playground.inference.dcgan_film import SHOWN
from playground.ui import flows
from playground.ui.components.base import pack
from playground.ui.components.dcgan_view import PSI, SECTIONS, DcganView, knobs, sections_bar
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.image_grid import ImageGrid
from playground.ui.links import Field
from playground.ui.page import Page, Stage

FRAMES = catalog.card("dcgan").recipe.film
SIDE_BY_SIDE = 25
SEED = (0, LARGEST_SEED)
FIELDS = {
    "section": Field("choice", "grid", choices=SECTIONS),
    "loss": Field("choice", LOSSES[0], choices=LOSSES),
    "seed": Field("int", 0, *SEED),
    "picked": Field("int", 0, *SEED),
    "psi": Field("float", 1.0, 0, LARGEST_PSI),
    "walk_a": Field("int", 3, *SEED),
    "walk_b": Field("int", 17, *SEED),
    "sum": Field("text", "", high=200),  # seeds of the three terms, "4.12.9_3_25.7"; lives in the view
    "view": Field("choice", "one", choices=("one", "all")),
    "step": Field("int", -1, -1, FRAMES - 1),  # moment of the film; -1: plays from the start
    "flow": Field("choice", "D", choices=flows.choices("dcgan")),
}
EQUATION = r"""$$\text{minimax:}\;\min_G\max_D\;\mathbb{E}\ln D(x)+\mathbb{E}\ln(1-D(G(z)))$$

$$\text{NS:}\;\min_G\,-\mathbb{E}\ln D(G(z)),\qquad D=\sigma(l)$$

$$\text{LSGAN:}\;\min_D\tfrac12\mathbb{E}(l(x)-1)^2+\tfrac12\mathbb{E}\,l(G(z))^2$$

$$\min_G\tfrac12\mathbb{E}(l(G(z))-1)^2$$

$$\text{WGAN-GP:}\;\min_D\mathbb{E}\,l(G(z))-\mathbb{E}\,l(x)+10\,\mathbb{E}(\lVert\nabla l(\hat x)\rVert-1)^2$$

$$\min_G-\mathbb{E}\,l(G(z))$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("dcgan")
    with view:
        _text(sections_bar(), elem_id="dcgan-bar")
        with gr.Row(elem_classes=["pg-dcgan-row"]):
            with gr.Column(min_width=0, elem_classes=["pg-dcgan-left"]):
                ImageGrid(label="dcgan.samples", elem_id="dcgan-samples")
                _text(PSI, elem_id="dcgan-psi-view")
            with gr.Column(min_width=0, elem_classes=["pg-dcgan-right"]):
                asked = [page.server(fn) for fn in (grid, look, way, add, compare, film, facts)]
                DcganView(LOSSES, TYPICAL, SHOWN, FRAMES, server_functions=asked, elem_id="dcgan-view")
        with gr.Column(min_width=0, elem_classes=["pg-dcgan-game"]):
            FlowPicture("dcgan", variants=False, link=("dcgan", "flow"), elem_id="dcgan-flow")
    with controls:
        _text(knobs(LOSSES), elem_id="dcgan-knobs")
    with notes:
        page.notes("dcgan", EQUATION)
    page.state("dcgan", {}, FIELDS)


def grid(loss: str, seed: int, psi: float) -> dict:
    """Pictures of 100 consecutive seeds."""
    from playground.inference import dcgan

    return {"images": pack(dcgan.samples(loss, seed, MOST, psi).images)}


def look(loss: str, seed: int, psi: float) -> dict:
    """One picture and all that is known of it."""
    from playground.inference import dcgan

    return wire(dcgan.opened(loss, seed, psi))


def way(loss: str, a: int, b: int) -> dict:
    """The straight and the spherical way between two noises."""
    from playground.inference import dcgan

    return {"ways": [{**wire(one), **wire(one.reading)} for one in dcgan.walk(loss, a, b)]}


def add(loss: str, a: list, b: list, c: list) -> dict:
    """Three means of noises and their sum."""
    from playground.inference import dcgan

    found = dcgan.arithmetic(loss, a, b, c)
    ink = {name: getattr(found, name).tolist() for name in ("lengths", "ink")}
    return {"images": pack(found.images), "members": pack(found.members), **wire(found.reading), **ink}


def compare(seed: int) -> dict:
    """The same noises and the measured numbers under each loss; what is not there says so in its place."""
    from playground.errors import WeightsError
    from playground.inference import dcgan

    rows = []
    for found in dcgan.numbers():
        row: dict = {"loss": found.loss, "images": None, "numbers": None, "error": None}
        try:
            row["images"] = pack(dcgan.samples(found.loss, seed, SIDE_BY_SIDE).images)
            if found.missing:
                raise found.missing
            row["numbers"] = {name: value for name, value in vars(found).items() if name not in ("loss", "missing")}
        except WeightsError as problem:
            row["error"] = problem.payload()["message"]
        rows.append(row)
    return {"rows": rows}


def film(loss: str) -> dict:
    """The film of a training: the PNG as it is, histograms and curves."""
    from playground.inference import dcgan_film

    found = dcgan_film.film(loss)
    lists = {name: getattr(found, name).tolist() for name in ("steps", "edges", "wins", "gradient", "covered")}
    arrays = {name: pack(getattr(found, name)) for name in ("real", "fake", "digits")}
    return {"sheet": base64.b64encode(found.sheet).decode("ascii"), **lists, **arrays}


def facts(loss: str) -> dict:
    """What was measured once on a loss's weights."""
    from playground.inference import dcgan

    found = dcgan.probes(loss)
    scores = {name: pack(np.array(values, np.float32)) for name, values in found["scores"].items()}
    return {**found, "scores": scores}


def wire(found: object) -> dict:
    """A dataclass of the room as JSON with packed arrays."""
    return {name: _plain(value) for name, value in vars(found).items() if name != "reading"}


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return pack(value)
    return wire(value) if hasattr(value, "__dataclass_fields__") else value


def register_api(page: Page) -> None:
    """The named endpoints `/generate_dcgan`, `/inspect_dcgan`, `/walk_dcgan` and `/sum_dcgan`."""
    for fn in (generate_dcgan, inspect_dcgan, walk_dcgan, sum_dcgan):
        page.api(fn, fn.__name__)


def generate_dcgan(loss: str = "nonsaturating", seed: int = 0, n: int = 16, psi: float = 1.0) -> dict:
    """Digits of a DCGAN for n consecutive seeds (1..100), with the judge's reading of each.

    loss it was trained with: nonsaturating, minimax, lsgan or wgan_gp. psi: 0..1.5, factor on z. Gives `images`
    (n, 28, 28), `digits` and `confidence` (n,) packed as {"shape", "dtype", "data": base64}, and `seeds`.
    """
    from playground.inference import dcgan

    found = dcgan.samples(loss, seed, n, psi)
    return {"images": pack(found.images), **wire(dcgan.reading(found.images)), "seeds": found.seeds.tolist()}


def inspect_dcgan(loss: str = "nonsaturating", seed: int = 0, psi: float = 1.0) -> dict:
    """One digit of a DCGAN, its z, D's logit, the judge's reading and the nearest training digit; see `Opened`."""
    return look(loss, seed, psi)


def walk_dcgan(loss: str = "nonsaturating", a: int = 3, b: int = 17, steps: int = 12) -> dict:
    """The straight and the spherical way between the noises of two seeds; steps: 3..32 pictures each.

    Gives {"straight", "spherical"}, each with `images`, `lengths` of z, `digits` and `confidence` as packed arrays.
    """
    from playground.inference import dcgan

    both = dcgan.walk(loss, a, b, steps)
    return {name: {**wire(one), **wire(one.reading)} for name, one in zip(("straight", "spherical"), both, strict=True)}


def sum_dcgan(a: list, b: list, c: list, loss: str = "nonsaturating") -> dict:
    """mean z of the seeds a - mean z of b + mean z of c, 1..10 seeds each: four pictures, the last is the sum."""
    return add(loss, a, b, c)


def _text(template: str, **kw: object) -> None:
    gr.HTML(html_template=template, js_on_load="playground.translate(element);", apply_default_css=False, **kw)


STAGE = Stage("dcgan", build, register_api)
