"""The ELBO stage: the bound of a VAE taken apart for one drawing, with q in the visitor's hands."""

from __future__ import annotations

import base64

import gradio as gr
import numpy as np

from playground.errors import InvalidInput
from playground.inference import checks
from playground.inference import elbo as room
from playground.ui.components.base import pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.elbo_view import ElboView
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

EXAMPLES, HOME = 20, 10
FIELDS = {  # all of it lives in the view
    "example": Field("int", HOME, -1, EXAMPLES - 1),  # -1: the drawing
    "drawing": Field("text", "", high=140),  # 784 bits, base64
    "own": Field("bool", False),  # q is the visitor's, not the encoder's
    "mu1": Field("float", 0.0, -room.FARTHEST, room.FARTHEST),
    "mu2": Field("float", 0.0, -room.FARTHEST, room.FARTHEST),
    "s1": Field("float", room.WIDEST, room.NARROWEST, room.WIDEST),
    "s2": Field("float", room.WIDEST, room.NARROWEST, room.WIDEST),
    "view": Field("choice", "near", choices=("near", "whole")),
}
EQUATION = (
    r"$$\log p(x)=\underbrace{\mathbb{E}_q[\log p(x|z)]-\mathrm{KL}(q\,\|\,p(z))}_{\mathrm{ELBO}}"
    r"+\mathrm{KL}(q\,\|\,p(z|x))$$"
    "\n\n"
    r"$$\log p(x|z)=\sum_i x_i\log\hat x_i+(1-x_i)\log(1-\hat x_i)$$"
    "\n\n"
    r"$$\mathrm{KL}(q\,\|\,p(z))=\tfrac12\sum_j\bigl(\mu_j^2+\sigma_j^2-\ln\sigma_j^2-1\bigr)$$"
    "\n\n"
    r"$$\mathrm{ELBO}\le\mathbb{E}\Bigl[\log\tfrac1K\sum_{k=1}^{K}\tfrac{p(x,z_k)}{q(z_k)}\Bigr]\le\log p(x)$$"
)


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("elbo")
    with view:
        limits = {"mu": room.FARTHEST, "low": room.NARROWEST, "high": room.WIDEST}
        asked = [page.server(fn) for fn in (examples, example, linked, terms, importance, climb)]
        picture = ElboView(limits, HOME, server_functions=asked)
    with controls:
        gr.Markdown(T("elbo.pad"))
        pad = DigitPad()
    with notes:
        page.notes("elbo", EQUATION)
    page.state("elbo", {}, FIELDS)
    page.event(pad.drawn, drawn, pad, picture, live=True)


def drawn(pad: dict | None) -> dict:
    """A drawing of the pad, taken apart; a cleared pad leaves the last image."""
    if not pad or not pad.get("strokes"):
        return gr.skip()
    return {"drawing": wire(room.take(pad, normalise=True))}


def examples() -> dict:
    """The example digits that come with the weights."""
    from playground.inference import latent

    found = latent.latent_map(room.MODEL)
    return {"x": pack(found.examples), "labels": found.example_labels.tolist()}


def example(k: int) -> dict:
    """One of the example digits, taken apart."""
    from playground.inference import latent

    return wire(room.take(latent.latent_map(room.MODEL).examples[checks.whole("example", k, 0, EXAMPLES - 1)]))


def linked(bits: str) -> dict:
    """The image of a link, taken apart."""
    return wire(room.take(room.from_bits(bits)))


def terms(bits: str, q: list) -> dict:
    """The bound of an image under q = [mu_1, mu_2, sigma_1, sigma_2]."""
    found = room.terms(room.from_bits(bits), *_halves(q))
    return {
        "reconstruction": found.reconstruction,
        "nats": pack(found.nats),
        "p": pack(found.p),
        "kl": found.kl.tolist(),
        "elbo": found.elbo,
    }


def importance(bits: str, q: list) -> dict:
    """The importance-weighted bound under q as K grows."""
    return {name: v.tolist() for name, v in vars(room.importance(room.from_bits(bits), *_halves(q))).items()}


def climb(bits: str, q: list) -> dict:
    """q on its way up the ELBO."""
    return {"path": pack(room.climb(room.from_bits(bits), *_halves(q)))}


def wire(found: room.Drawing) -> dict:
    """A `Drawing` as JSON, with its image as bits for a link."""
    bits = base64.urlsafe_b64encode(np.packbits(found.x).tobytes()).decode("ascii")
    packed = {name: pack(v) if isinstance(v, np.ndarray) else v for name, v in vars(found).items()}
    return {**packed, "bits": bits}


def _halves(q: object) -> tuple[list, list]:
    if not isinstance(q, (list, tuple)) or len(q) != 4:
        raise InvalidInput("shape", "q", q, expected="(4,)")
    return list(q[:2]), list(q[2:])


def register_api(page: Page) -> None:
    """The named endpoint `/elbo`."""
    page.api(elbo, "elbo")


def elbo(image: list | dict, mu: list | None = None, sigma: list | None = None, normalise: bool = False) -> dict:
    """The ELBO of an image under q = N(mu, diag sigma^2), each of two numbers; without them, under the encoder's.

    image: 28 x 28 numbers in [0, 1], ink = 1, nested or packed; normalise: put a drawing of any size (or {"strokes":
    ...} of the pad) into MNIST's frame first. Gives mu, sigma, reconstruction, kl (of each dimension), elbo, log_prob
    and gap in nats, nats: (28, 28) of each pixel and p: (28, 28), packed.
    """
    known = room.take(image, bool(normalise))
    mu, sigma = (known.mu if mu is None else mu), (known.sigma if sigma is None else sigma)
    found = room.terms(known.x, mu, sigma)
    numbers = {"reconstruction": found.reconstruction, "kl": found.kl.tolist(), "elbo": found.elbo}
    q = {"mu": [float(v) for v in mu], "sigma": [float(v) for v in sigma]}
    truth = {"log_prob": known.log_prob, "gap": known.log_prob - found.elbo}
    return {**q, **numbers, **truth, "nats": pack(found.nats), "p": pack(found.p)}


STAGE = Stage("elbo", build, register_api)
