"""The latent stage: walk the plane of codes of a VAE, encode a digit, see the two terms of the ELBO."""

from __future__ import annotations

import gradio as gr
import numpy as np

from playground import catalog
from playground.ui.components.base import pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.latent_map import LatentMap
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

MODEL = "vae"
EXTENT = 3.5
EXAMPLES = 20
FIELDS = {
    "x": Field("float", 0.0, -EXTENT, EXTENT),
    "y": Field("float", 1.2, -EXTENT, EXTENT),
    "example": Field("int", 8, -1, EXAMPLES - 1),
    "film": Field("choice", "path", choices=["path", "prior"]),
    "mosaic": Field("bool", True),
    "codes": Field("bool", False),
    "prior": Field("bool", True),
    "sample": Field("choice", "mean", choices=["mean", "sample"]),
    "seed": Field("int", 0, 0, 2**31 - 1),
}
ROOT = "document.querySelector('#pg-latent .pg-latent')"
TELL = f"{ROOT}?.dispatchEvent(new CustomEvent('knobs', {{detail: %s}}))"
# The first press draws with the seed that is there, the next ones with the seeds after it.
DRAW = f"""(seed) => {{
  const root = {ROOT}, drawn = root?.dataset.film === 'prior' && root.dataset.seed === String(seed);
  if (!drawn) {TELL % "{draw: true}"};
  return drawn ? (seed + 1) % 2147483648 : seed;
}}"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("latent")
    with view:
        asked = [plane, decode, path, prior, example]
        plane_map = LatentMap("latent", server_functions=[page.server(fn) for fn in asked])
    with controls:
        mosaic = gr.Checkbox(True, label=T("latent.mosaic"))
        codes = gr.Checkbox(False, label=T("latent.codes"))
        contours = gr.Checkbox(True, label=T("latent.prior"))
        sample = gr.Radio(
            [(T("latent.mean"), "mean"), (T("latent.sample"), "sample")], value="mean", label=T("latent.shown")
        )
        seed = gr.Number(0, label=T("latent.seed"), precision=0, minimum=0)
        draw = gr.Button(T("latent.draw"))
        gr.Markdown(T("latent.pad"))
        pad = DigitPad()
    with notes:
        bound, code = catalog.card(MODEL).equation.split(r",\qquad ")  # on two lines: one would be cut off
        page.notes("latent", f"$${bound}$$\n\n$${code}$$")
    knobs = {"mosaic": mosaic, "codes": codes, "prior": contours, "sample": sample, "seed": seed}
    page.state("latent", knobs, FIELDS)
    for name, knob in knobs.items():
        page.event(knob.change, None, knob, None, js=f"(value) => {{ {TELL % f'{{{name}: value}}'}; }}")
    page.event(draw.click, None, seed, seed, js=DRAW)
    page.event(pad.drawn, encode_drawing, pad, plane_map, live=True)


def plane() -> dict:
    """The decoded plane, codes and examples, for the browser to play with alone."""
    from playground.inference import latent

    found = latent.latent_map(MODEL)
    arrays = {name: pack(getattr(found, name)) for name in ("sprite", "codes", "labels", "examples", "example_labels")}
    return {**arrays, "extent": found.extent, "numbers": latent.numbers(MODEL)}


def decode(x: float, y: float) -> dict:
    """The exact decode of one code."""
    from playground.inference import latent

    return {"x": pack(latent.decode([x, y], MODEL).x[0])}


def path(points: list, n: int) -> dict:
    """The exact film strip along a drawn path."""
    from playground.inference import latent

    found = latent.path(points, n, MODEL)
    return {"z": pack(found.z), "x": pack(found.x)}


def prior(seed: int, n: int) -> dict:
    """Codes from the prior and their decodes."""
    from playground.inference import latent

    found = latent.prior(seed, n, MODEL)
    return {"z": pack(found.z), "x": pack(found.x)}


def example(k: int) -> dict:
    """What the encoder says of one of the example digits that come with the weights."""
    from playground.errors import InvalidInput
    from playground.inference import latent

    examples = latent.latent_map(MODEL).examples
    if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k < len(examples):
        raise InvalidInput("integer_range", "example", k, low=0, high=len(examples) - 1)
    return wire(latent.encode(examples[k], MODEL))


def encode_drawing(drawing: dict | None) -> dict:
    """A drawing of the pad, put into MNIST's frame and encoded."""
    if not drawing or not drawing.get("strokes"):
        return gr.skip()  # a cleared pad leaves the last digit on the plane
    from playground.inference import latent

    return {"encoded": wire(latent.encode(drawing, MODEL, normalise=True))}


def wire(found: object) -> dict:
    """`inference.latent.Encoded` as JSON with packed arrays."""
    return {name: pack(value) if isinstance(value, np.ndarray) else value for name, value in vars(found).items()}


def register_api(page: Page) -> None:
    """The named endpoints `/decode` and `/encode`."""
    page.api(decode_codes, "decode")
    page.api(encode_image, "encode")


def decode_codes(z: list) -> dict:
    """Decode codes of the VAE: z [x, y] or up to 64 of them, each in [-8, 8].

    Gives {"z": (n, 2), "x": (n, 28, 28) p(x_i = 1 | z) in [0, 1]} as packed arrays {"shape", "dtype", "data": base64}.
    """
    from playground.inference import latent

    found = latent.decode(z, MODEL)
    return {"z": pack(found.z), "x": pack(found.x)}


def encode_image(image: list | dict, normalise: bool = False) -> dict:
    """Encode one image with the VAE: 28 x 28 numbers in [0, 1], ink = 1, nested or packed.

    normalise: put a drawing of any size (or {"strokes": ...} of the pad) into MNIST's frame first. Gives mu, sigma,
    x_hat (packed arrays) and reconstruction, kl, elbo, log_prob, gap in nats, and what else `Encoded` holds.
    """
    from playground.inference import latent

    return wire(latent.encode(image, MODEL, bool(normalise)))


STAGE = Stage("latent", build, register_api)
