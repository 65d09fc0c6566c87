"""The collapse stage: what becomes of the codes when the KL term weighs too much, as a film and by beta."""

from __future__ import annotations

import gradio as gr

from playground.inference import collapse as room
from playground.ui.components.collapse_view import CollapseView
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

VIEWS = ("film", "beta")
FOURTH = ("late", "strong")
POINTS = ("mu", "z")
MOMENTS = 64  # more than any film has
FIELDS = {
    "view": Field("choice", "film", choices=VIEWS),
    "fourth": Field("choice", "late", choices=FOURTH),
    "sample": Field("choice", "mu", choices=POINTS),
    "step": Field("int", -1, -1, MOMENTS),  # -1: plays from the start
}
ROOT = "document.querySelector('#pg-collapse .pg-collapse')"
TELL = f"(value) => {{ {ROOT}?.dispatchEvent(new CustomEvent('knobs', {{detail: {{%s: value}}}})); }}"
EQUATION = r"""$$\mathcal L_\beta=\mathbb E_{q}\log p(x\mid z)-\beta\sum_d\mathrm{KL}_d,\quad
\mathrm{KL}_d=\mathrm{KL}\!\left(q(z_d\mid x)\,\|\,\mathcal N(0,1)\right)$$

$$\mathrm{KL}_d=\tfrac12\left(\mu_d^2+\sigma_d^2-\ln\sigma_d^2-1\right)=0\iff\mu_d=0,\;\sigma_d=1$$

$$q(z\mid x)=\mathcal N(0,I)\;\Rightarrow\;p(x\mid z)\approx\prod_i p(x_i)$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("collapse")
    with view:
        CollapseView(MOMENTS, server_functions=[page.server(recording)], elem_id="collapse-view")
    with controls:
        knobs = {name: _radio(name, choices) for name, choices in _CHOICES.items()}
        gr.Markdown(T("collapse.legend"), elem_classes=["pg-collapse-legend"])
    with notes:
        page.notes("collapse", EQUATION)
    page.state("collapse", knobs, FIELDS)
    for name, knob in knobs.items():
        page.event(knob.change, None, knob, None, js=TELL % name)


_CHOICES = {"view": VIEWS, "fourth": FOURTH, "sample": POINTS}


def _radio(name: str, choices: tuple[str, ...]) -> gr.Radio:
    named = [(T(f"collapse.{name}_{choice}"), choice) for choice in choices]
    return gr.Radio(named, value=FIELDS[name].default, label=T(f"collapse.{name}"))


def recording() -> dict:
    """The whole recording, as it is stored."""
    return room.recorded()


def collapse(run: str = "late") -> dict:
    """The numbers of one recorded training: autoencoder, kl_only, vae, late (beta jumps at half-time) or strong.

    Gives {"steps", "kl": nats per dimension, "reconstruction": -E log p(x|z) in nats, "independent": the same of
    independent pixels, "beta"}, means over the first 1,000 test digits.
    """
    film, found = room.film(run), room.recorded()
    numbers = {"kl": film.kl.round(4).tolist(), "reconstruction": film.reconstruction.round(2).tolist()}
    return {"steps": found["steps"], **numbers, "independent": found["independent"], "beta": found["beta"]}


def register_api(page: Page) -> None:
    """Adds `/collapse`."""
    page.api(collapse, "collapse")


STAGE = Stage("collapse", build, register_api)
