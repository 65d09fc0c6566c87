"""The cyclegan stage's view; assets/js/cyclegan_view.js fills it. What to translate stands in the column beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.translator_view import SCALE, button, numbers, tile, view

SECTIONS = ("cycle", "without", "hidden", "eight", "objective")
RESIDUALS = ("twin", "truth", "fine")
CYCLE = f"""<section data-section="cycle">
<p class="pg-tr-lead" data-says="cycle_lead"></p>
<div class="pg-tr-four">{"".join(map(tile, ("x", "there", "back", "cycle", "truth", "missed")))}
{tile("patches")}{tile("patches_truth")}</div>
<div class="pg-tr-legends">{SCALE}<p class="pg-tr-legend"><span class="pg-real"><i></i><span
  data-t="cyclegan.patch_real"></span></span><span class="pg-made"><i></i><span
  data-t="cyclegan.patch_made"></span></span></p></div>
<p class="pg-tr-said" role="status" data-says="patch"></p>
</section>"""
ROW = """<div class="pg-tr-lambda" data-lambda="@L@"><h3 data-t="cyclegan.@T@"></h3>
<p class="pg-tr-notice" role="alert" hidden></p><div class="pg-tr-five">@TILES@</div></div>"""
FIVE = "".join(map(tile, ("x", "there", "back", "cycle", "missed")))
WITHOUT = f"""<section data-section="without"><p class="pg-tr-lead" data-t="cyclegan.without_lead"></p>
{ROW.replace("@L@", "10").replace("@T@", "with").replace("@TILES@", FIVE)}
{ROW.replace("@L@", "0").replace("@T@", "without").replace("@TILES@", FIVE)}
{numbers("cyclegan")}</section>"""
HIDDEN = f"""<section data-section="hidden"><p class="pg-tr-lead" data-t="cyclegan.hidden_lead"></p>
<p class="pg-tr-hint" data-hint hidden><span data-t="cyclegan.hidden_hint"></span>
<button type="button" class="pg-button" data-t="cyclegan.way.zebra_coat"></button></p>
<div class="pg-tr-hidden">
<div class="pg-tr-twins"><div class="pg-tr-three" data-twin="0">{tile("x")}{tile("there")}{tile("back")}</div>
<div class="pg-tr-three" data-twin="1">{tile("x")}{tile("there")}{tile("back")}</div></div>
<div class="pg-tr-glass"><h3 data-t="cyclegan.glass"></h3>
<div class="pg-tr-choose" role="group" data-t-label="cyclegan.residual">
{"".join(button("residual", name, f"cyclegan.residual_{name}") for name in RESIDUALS)}</div>
{tile("residual")}
<div class="pg-tr-slider"><label for="cyclegan-gain" data-t="cyclegan.gain"></label>
<output for="cyclegan-gain"></output><input type="range" id="cyclegan-gain" min="0" max="6" step="0.1"></div></div>
</div>
<h3 data-t="cyclegan.noise_title"></h3>
<div class="pg-tr-noise"><div class="pg-tr-two">{tile("noisy")}{tile("returned")}</div>
<div class="pg-tr-curves"><div class="pg-tr-curve"
data-view="error"><canvas role="img"></canvas></div><div class="pg-tr-curve" data-view="memory"><canvas
role="img"></canvas></div>
<div class="pg-tr-slider"><label for="cyclegan-noise" data-t="cyclegan.sigma"></label>
<output for="cyclegan-noise"></output><input type="range" id="cyclegan-noise" min="0" max="@LAST@" step="1"></div>
<p class="pg-tr-said" role="status" data-says="noise"></p></div></div>
</section>"""
EIGHT = """<section data-section="eight"><p class="pg-tr-lead" data-t="cyclegan.eight_lead"></p>
<div class="pg-tr-batch" role="table" data-t-label="cyclegan.section.eight">@ROWS@</div>
<p class="pg-tr-said" data-says="eight"></p></section>"""
LINE = """<div role="row" data-line="@NAME@"><span role="rowheader" data-says="line_@NAME@"></span>@CELLS@</div>"""
CELL = '<span role="cell"><canvas width="32" height="32" role="img"></canvas><small></small></span>'
LINES = ("x", "there", "truth", "back", "cycle")


class CycleganView(CanvasComponent):
    """All sections but the objective. Server functions: `trip`, `both`, `hidden`, `eight`, `numbers` of the stage."""

    def __init__(self, sigmas: int, eight: int, *, server_functions: Sequence[Callable], **kwargs: object) -> None:
        """sigmas: sizes of noise. eight: pictures in a batch."""
        lines = "".join(LINE.replace("@NAME@", name).replace("@CELLS@", CELL * eight) for name in LINES)
        parts = CYCLE + WITHOUT + HIDDEN.replace("@LAST@", str(sigmas - 1)) + EIGHT.replace("@ROWS@", lines)
        super().__init__(
            "cyclegan_view",
            template=view("cyclegan", SECTIONS, parts),
            scripts=["translator_parts", "cyclegan_hidden"],
            constants={"STAGE": "cyclegan"},
            server_functions=list(server_functions),
            **kwargs,
        )
