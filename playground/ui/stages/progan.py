"""The progan stage: one network at every resolution from 4 to 32 pixels, its drawing, and its growth as a film."""

from __future__ import annotations

import base64
from dataclasses import asdict

import gradio as gr

from playground import catalog
from playground.inference.progan import LARGEST_SEED, SHOWN, SIDES, TOP, UNIT
from playground.ui import flows
from playground.ui.components.base import pack
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.progan_view import KNOBS, MARKS, SECTIONS, ProganView
from playground.ui.links import Field
from playground.ui.page import Page, Stage

ROWS = 6
FRAMES = catalog.card("progan").recipe.film
FIELDS = {
    "section": Field("choice", SECTIONS[0], choices=SECTIONS),
    "seed": Field("int", 0, 0, LARGEST_SEED),
    "row": Field("int", 0, 0, ROWS - 1),
    "walk": Field("bool", False),  # rows: from the first seed's z to the next one's
    "at": Field("float", 2.5, 0, TOP),  # level - 1 + alpha: whole numbers are levels that are in
    "mark": Field("choice", "equalized", choices=MARKS),
    "step": Field("int", -1, -1, FRAMES - 1),  # moment of the film; -1: plays from the start
    "flow": Field("choice", "D", choices=flows.choices("progan")),
}
MORE = r"""$$\begin{aligned}h^D_{l-1}=\;&(1-\alpha)\,\mathrm{fromRGB}_{l-1}(\mathrm{down}_2(x))\\
&+\alpha\,\mathrm{down}_2\!\left(D_l(\mathrm{fromRGB}_l(x))\right)\end{aligned}$$

$$x_\alpha=(1-\alpha)\,\mathrm{up}_2(\mathrm{down}_2(x))+\alpha\,x$$

$$w=c\,\hat w,\quad\hat w\sim\mathcal N(0,1),\quad c=\tfrac{\text{gain}}{\sqrt{\text{fan-in}}}$$

$$\begin{aligned}\min_D\;&-\mathbb{E}\ln D(x_\alpha)-\mathbb{E}\ln(1-D(G(z)))
+\mathbb{E}\,\lVert\nabla\ell(x_\alpha)\rVert^2\\
\min_G\;&-\mathbb{E}\ln D(G(z)),\qquad D=\sigma(\ell)\end{aligned}$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("progan")
    with view:
        asked = [page.server(fn) for fn in (stages, network, variation, film, numbers)]
        constants = {"ROWS": ROWS, "UNIT": UNIT, "SIDES": list(SIDES), "SHOWN": SHOWN}
        ProganView(ROWS, FRAMES, constants=constants, server_functions=asked, elem_id="progan-view")
        with gr.Column(min_width=0, elem_classes=["pg-progan-flow"]):
            FlowPicture("progan", link=("progan", "flow"), elem_id="progan-flow")
    with controls:
        gr.HTML(
            html_template=KNOBS,
            js_on_load="playground.translate(element);",
            apply_default_css=False,
            elem_id="progan-knobs",
        )
    with notes:
        page.notes("progan", f"$${catalog.card('progan').equation}$$\n\n{MORE}")
    page.state("progan", {}, FIELDS)


def stages(seed: int, walk: bool) -> dict:
    """What every toRGB draws from six consecutive noises, or on the way from one to the next."""
    from playground.inference import progan

    made = (progan.walk if walk is True else progan.stages)(seed, ROWS)
    return {"seeds": made.seeds.tolist(), "raw": [pack(x) for x in made.raw]}


def network() -> dict:
    """All layers with their shapes and constants."""
    from playground.inference import progan

    return {"layers": [asdict(layer) for layer in progan.layers()]}


def variation(seed: int) -> dict:
    """Three batches of eight and what the critic's extra map says of each."""
    from playground.inference import progan

    made = progan.variation(seed)
    return {
        name: {
            "images": pack(batch.images),
            "spread": [float(v) for v in batch.spread],
            "logit": float(batch.logit.mean()),
        }
        for name, batch in (("real", made.real), ("generated", made.generated), ("copies", made.copies))
    }


def film() -> dict:
    """The film of the growth and its schedule."""
    from playground.inference import progan

    made = progan.film()
    return {
        "sheet": base64.b64encode(made.sheet).decode("ascii"),
        "seen": made.seen.tolist(),
        "level": made.level.tolist(),
        "alpha": made.alpha.tolist(),
        "digits": pack(made.digits),
        "schedule": {"seen": made.corner_seen.tolist(), "at": made.corner_height.tolist()},
        "channels": list(made.channels),
        "own": list(made.own),
    }


def numbers() -> dict:
    """What was measured once on the shipped weights."""
    from playground.inference import progan

    return asdict(progan.numbers())


def generate_progan(seed: int = 0, n: int = 1, level: int = TOP, alpha: float = 1.0) -> dict:
    """Progressive GAN digits of n consecutive seeds at one resolution.

    seed of the noise: 0..2147483647. n: 1..100. level: 0..3, for 4, 8, 16 or 32 pixels a side. alpha: how far that
    level has faded in, 0..1 (0 is the level below, every pixel twice).
    Returns `images` packed as {"shape": [n, side, side], "dtype": "uint8", "data": base64}, `seeds` and `side`.
    """
    from playground.inference import progan

    made = progan.generate(seed, n, level, alpha)
    return {"images": pack(made.images), "seeds": made.seeds.tolist(), "side": made.images.shape[-1]}


def register_api(page: Page) -> None:
    """The stage's named endpoint."""
    page.api(generate_progan, "generate_progan")


STAGE = Stage("progan", build, register_api)
