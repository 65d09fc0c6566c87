"""The codes stage's sections beside the knobs: what the codes carry, what each does, both networks, a drawing.

One bar chooses the section, which stands in the URL; a part of the tab with the classes `pg-codes-part pg-on-<section>`
shows in these sections only. Every view asks its own server functions, when it is first seen.
"""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent

SECTIONS = ("turn", "carry", "effects", "drawing", "without", "objective")
WAYS = ("c2", "c3", "together", "apart")
ATTRIBUTES = ("slant", "width", "thickness", "height")
VARIANTS = ("lambda_1", "lambda_0")
MADE = 8

BAR = '<div class="pg-codes-bar" role="group" data-t-label="codes.sections">@SECTIONS@</div>'
BUTTON = '<button type="button" class="pg-button" data-section="@ID@" data-t="codes.section.@ID@"></button>'
TABLES = """<div class="pg-codes-tables"><p class="pg-codes-lead" data-t="codes.tables_lead"></p>
<div class="pg-codes-pair">@TABLES@</div></div>"""
TABLE = """<figure data-variant="@V@"><figcaption><b data-t="codes.@V@"></b><span data-part="said"></span></figcaption>
<div class="pg-codes-table"></div></figure>"""
EFFECTS = """<div class="pg-codes-effects"><p class="pg-codes-lead" data-part="lead"></p>
<div class="pg-codes-legend"><span class="pg-key-1" data-t="codes.lambda_1"></span>
<span class="pg-key-0" data-t="codes.lambda_0"></span><span class="pg-key-band" data-t="codes.band"></span></div>
@ROWS@</div>"""
ROW = """<section data-way="@WAY@"><header><b data-t="codes.way.@WAY@"></b><span data-part="does"></span>
<span data-part="factor"></span></header>@PANELS@</section>"""
PANEL = """<figure data-attribute="@A@"><figcaption><b data-t="codes.attribute.@A@"></b><span></span></figcaption>
<div class="pg-codes-curve" role="img"></div></figure>"""
LEAD = '<p class="pg-codes-lead" data-t="codes.without_lead"></p>'
TITLES = '<div class="pg-codes-title" data-t="codes.@V@"></div><p class="pg-codes-said" data-variant="@V@"></p>'
PAIR = '<div class="pg-codes-asker" aria-hidden="true"></div>'
DRAWING = """<div class="pg-codes-drawing" role="group" data-t-label="codes.section.drawing" data-state="empty">
<p class="pg-codes-lead" data-t="codes.drawing_lead"></p>
<p class="pg-codes-empty" role="status" data-t="codes.drawing_empty"></p>
<div class="pg-codes-found">
  <figure data-part="drawn"><figcaption data-t="codes.drawn"></figcaption>
    <canvas width="28" height="28"></canvas><p></p></figure>
  <div class="pg-codes-read"><b data-t="codes.q_reads"></b>
    <div data-part="bars"></div><div data-part="turns"></div></div>
  <figure data-part="again"><figcaption data-t="codes.drawn_again"></figcaption>
    <canvas width="28" height="28"></canvas><p></p></figure>
</div>
<p class="pg-codes-note" role="status"></p>
<div class="pg-codes-attempts" data-attempts="made"><b data-t="codes.made"></b><div></div></div>
<div class="pg-codes-attempts" data-attempts="searched"><b data-t="codes.searched"></b><div></div></div>
<p class="pg-codes-said" data-part="typical"></p>
</div>"""
OPTIONS = """<div class="pg-codes-options"><label><input type="checkbox" id="codes-search">
<span data-t="codes.search"></span></label><p class="pg-knob-note" data-t="codes.search_note"></p>
<button type="button" class="pg-button" data-act="noises" data-t="codes.other_noises"></button></div>"""


class CodesSections(CanvasComponent):
    """The bar of sections. The stage carries the chosen one as data-codes; the style sheet shows what belongs to it."""

    def __init__(self, **kwargs: object) -> None:
        template = BAR.replace("@SECTIONS@", "".join(BUTTON.replace("@ID@", id) for id in SECTIONS))
        super().__init__("codes_sections", template=template, **kwargs)


class CodesTables(CanvasComponent):
    """Which digits the judge reads from each c1, with and without lambda. Server function: `tables()`."""

    def __init__(self, **kwargs: object) -> None:
        template = TABLES.replace("@TABLES@", "".join(TABLE.replace("@V@", v) for v in VARIANTS))
        super().__init__("codes_tables", template=template, scripts=["codes_parts"], **kwargs)


class CodesEffects(CanvasComponent):
    """What turning does to slant, width, stroke and height, with and without lambda. Server function: `effects()`."""

    def __init__(self, **kwargs: object) -> None:
        panels = "".join(PANEL.replace("@A@", name) for name in ATTRIBUTES)
        rows = "".join(ROW.replace("@PANELS@", panels).replace("@WAY@", way) for way in WAYS)
        template = EFFECTS.replace("@ROWS@", rows)
        super().__init__("codes_effects", template=template, scripts=["codes_parts"], **kwargs)


class CodesPair(CanvasComponent):
    """Fills two image grids with the knobs' sweep in both networks. Server functions: `pair(kind, c1, c2, c3, seed)`,
    `tables()`."""

    def __init__(self, *, grids: dict[str, str], **kwargs: object) -> None:
        """grids: element id of the image grid of each network."""
        super().__init__("codes_pair", template=PAIR, constants={"GRIDS": grids}, scripts=["codes_parts"], **kwargs)


class CodesDrawing(CanvasComponent):
    """The codes of a drawing. Its value comes from the pad, `{"drawn": ...}`, or from the search, `{"found": ...}`.

    Server functions: `read_drawing(drawing, seed)` and `typical()`. Event: `search`, its value `{"drawing", "seed"}`.
    """

    def __init__(self, *, pad: str, **kwargs: object) -> None:
        """pad: element id of the digit pad."""
        constants = {"PAD": pad, "MADE": MADE}
        super().__init__("codes_drawing", template=DRAWING, constants=constants, scripts=["codes_parts"], **kwargs)
