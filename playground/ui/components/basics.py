"""The basics stage's components: a bar of sections, their knobs, and one large view per section.

The state of all of them is the URL's (`playground.link`). Whoever changes it dispatches `knobs` on the stage's element;
everything that shows it listens there. Nothing asks the server but the samples, once per seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.ui.components.base import CanvasComponent

SECTIONS = ("count", "table", "dice", "samples", "map")
BAR = '<div class="pg-basics-bar" role="group" data-t-label="basics.sections">@SECTIONS@</div>'
COUNT = """<div class="pg-basics-view pg-basics-count" data-section="count">
<div class="pg-basics-top">
  <div class="pg-basics-picture" role="img" data-t-label="basics.count.picture"></div>
  <div class="pg-basics-headline" aria-live="polite"><p></p><strong></strong><em></em>
    <details><summary data-t="basics.count.digits"></summary><code></code></details></div>
</div>
<div class="pg-basics-scroll"><table><thead></thead><tbody></tbody></table></div>
<div class="pg-basics-slips"></div>
</div>"""
TABLE = """<div class="pg-basics-view pg-basics-joint" data-section="table">
<div class="pg-basics-strips">
  <div><h3 data-t="basics.table.joint"></h3><div class="pg-basics-strip" data-strip="p"></div></div>
  <div><h3 data-t="basics.table.best"></h3><div class="pg-basics-strip" data-strip="q"></div></div>
</div>
<p class="pg-basics-verdict" aria-live="polite"></p>
<div class="pg-basics-all" tabindex="0" role="application" data-t-label="basics.table.all_label"></div>
<div class="pg-basics-legend"><span data-t="basics.table.legend"></span><output></output></div>
</div>"""
DICE = """<div class="pg-basics-view pg-basics-dice" data-section="dice">
<div data-part="categorical">
  <p class="pg-basics-headline2" aria-live="polite"></p>
  <div class="pg-basics-bars" tabindex="0" role="application" data-t-label="basics.dice.bars_label"></div>
  <div class="pg-basics-row">
    <button type="button" class="pg-button" data-draw="1" data-t="basics.dice.draw1"></button>
    <button type="button" class="pg-button" data-draw="10" data-t="basics.dice.draw10"></button>
    <button type="button" class="pg-button" data-draw="1000" data-t="basics.dice.draw1000"></button>
    <button type="button" class="pg-button" data-draw="0" data-t="basics.dice.clear"></button>
    <output></output>
  </div>
</div>
<div data-part="three">
  <div class="pg-basics-three" role="img" data-t-label="basics.three.label"></div>
  <div class="pg-basics-scroll"><table><thead></thead><tbody></tbody></table></div>
  <p class="pg-basics-verdict" aria-live="polite"></p>
</div>
</div>"""
SAMPLES = """<div class="pg-basics-view pg-basics-samples" data-section="samples">
<div class="pg-basics-sheets">@SHEETS@</div>
<div class="pg-basics-below">
  <div><h3 data-t="basics.samples.curve_title"></h3>
    <div class="pg-basics-curve" tabindex="0" role="application" data-t-label="basics.samples.curve_label"></div></div>
  <div><h3 data-t="basics.samples.window_title"></h3>
    <div class="pg-basics-window" tabindex="0" role="application" data-t-label="basics.samples.window_label"></div>
    <p class="pg-basics-says" aria-live="polite"></p></div>
</div>
</div>"""
SHEET = """<figure><figcaption><b></b><span></span></figcaption>
<div class="pg-basics-sheet" data-sheet="{id}" role="img"></div></figure>"""
MAP = """<div class="pg-basics-view pg-basics-map" data-section="map">
<div class="pg-basics-grid"></div>
<p class="pg-basics-verdict" data-t="basics.map.legend"></p>
</div>"""


class BasicsSections(CanvasComponent):
    """The bar that chooses a section; shows its view, knobs and notes and hides the others'."""

    def __init__(self, **kwargs: object) -> None:
        buttons = "".join(
            f'<button type="button" class="pg-button" data-section="{id}" data-t="basics.section.{id}"></button>'
            for id in SECTIONS
        )
        super().__init__("basics_sections", template=BAR.replace("@SECTIONS@", buttons), **kwargs)


class BasicsKnobs(CanvasComponent):
    """The knobs of all sections. Each is written to the URL and told to the views."""

    def __init__(self, knobs: Sequence[tuple], **kwargs: object) -> None:
        rows = "".join(_knob(*knob) for knob in knobs)
        template = f'<div class="pg-basics-knobs" role="group" data-t-label="basics.knobs">{rows}</div>'
        super().__init__("basics_knobs", template=template, **kwargs)


class BasicsCount(CanvasComponent):
    """What n pixels cost, with exact numbers. pixel_cnn: its `hidden` and `blocks`."""

    def __init__(self, pixel_cnn: dict, **kwargs: object) -> None:
        super().__init__("basics_count", template=COUNT, constants={"PIXEL_CNN": pixel_cnn}, **kwargs)


class BasicsTable(CanvasComponent):
    """The joint table of at most nine pixels and what each shortcut can express of it.

    joints: per shape and name of a built-in table its entries `[[index, weight], ...]`; shapes: `[height, width]`.
    """

    def __init__(self, shapes: dict, joints: dict, fits: Sequence[str], ridge: float, **kwargs: object) -> None:
        constants = {"SHAPES": shapes, "JOINTS": joints, "FITS": list(fits), "RIDGE": ridge}
        super().__init__("basics_table", template=TABLE, constants=constants, **kwargs)


class BasicsDice(CanvasComponent):
    """A die of two to six outcomes to load and throw, and three pixels that may or may not be independent."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__("basics_dice", template=DICE, **kwargs)


class BasicsSamples(CanvasComponent):
    """Samples of the independent, Markov and AR(k) models, the likelihood over k, and the window of a pixel.

    numbers: `inference.basics.numbers()`. server_functions: `draw(seed)`, `window(k)`, guarded by `page.server`.
    """

    def __init__(self, numbers: dict, *, server_functions: Sequence[Callable], **kwargs: object) -> None:
        sheets = "".join(SHEET.format(id=id) for id in ("bernoulli", "markov", "ar_k"))
        super().__init__(
            "basics_samples",
            template=SAMPLES.replace("@SHEETS@", sheets),
            constants={"NUMBERS": numbers},
            server_functions=list(server_functions),
            **kwargs,
        )


class BasicsMap(CanvasComponent):
    """All models by what they know of p(x) and how they sample; each name leads to its stage.

    field: `inference.basics.field()`.
    """

    def __init__(self, field: Sequence[dict], **kwargs: object) -> None:
        super().__init__("basics_map", template=MAP, constants={"FIELD": list(field)}, **kwargs)


def _knob(section: str, kind: str, name: str, *options: object) -> str:
    """One row of the knobs: ("slider", name, low, high, step), ("choice", name, choices), ("list", name, choices),
    ("button", name), ("hint", key)."""
    label = f'<span id="basics-{name}" data-t="basics.knob.{name}"></span>'
    if kind == "slider":
        low, high, step = options
        bounds = f'min="{low}" max="{high}" step="{step}"'
        shared = f'{bounds} data-field="{name}" aria-labelledby="basics-{name}"'
        number, line = f'<input type="number" {shared} inputmode="decimal">', f'<input type="range" {shared}>'
        inner = f'<div class="pg-basics-slide">{label}{number}{line}</div>'
    elif kind in ("choice", "list"):
        buttons = "".join(
            f'<button type="button" class="pg-button" data-choice="{choice}" data-of="{name}">'
            f'<span data-t="basics.{name}.{choice}"></span><small></small></button>'
            for choice in options[0]
        )
        inner = f'{label}<div class="pg-basics-{kind}" role="group" aria-labelledby="basics-{name}">{buttons}</div>'
    elif kind == "button":
        inner = f'<button type="button" class="pg-button" data-act="{name}" data-t="basics.knob.{name}"></button>'
    else:
        inner = f'<p class="pg-basics-hint" data-t="basics.hint.{name}"></p>'
    return (
        f'<div class="pg-basics-knob pg-basics-{kind}-knob" data-section="{section}" data-knob="{name}">{inner}</div>'
    )
