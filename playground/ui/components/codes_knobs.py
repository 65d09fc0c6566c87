"""The knobs of the codes stage: category, two continuous codes, noise, kind of sweep; and what each code carries."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent

CATEGORIES = 10
SLIDER = """<div class="pg-knob" data-code="@CODE@">
  <div class="pg-knob-head"><label for="codes-@CODE@" data-t="codes.@CODE@"></label><output for="codes-@CODE@"></output>
    <button type="button" class="pg-button pg-small" data-play="@CODE@"><b></b></button></div>
  <input type="range" id="codes-@CODE@" min="-1" max="1" step="0.01" value="0">
  <div class="pg-knob-ends"><span data-t="codes.@CODE@_low"></span><span data-t="codes.@CODE@_high"></span></div>
</div>"""
BUTTON = (
    '<button type="button" class="pg-button pg-category" data-category="@K@" aria-pressed="false">'
    '<canvas width="28" height="28" aria-hidden="true"></canvas><span></span></button>'
)
TEMPLATE = """<div class="pg-codes-knobs" role="group" data-t-label="codes.knobs">
<div class="pg-knob"><div class="pg-knob-head"><span id="codes-c1" data-t="codes.c1"></span></div>
  <div class="pg-categories" role="group" aria-labelledby="codes-c1">@CATEGORIES@</div>
  <div class="pg-knob-note" data-t="codes.unordered"></div></div>
@SLIDERS@
<div class="pg-knob"><div class="pg-knob-head"><span id="codes-both" data-t="codes.both"></span></div>
  <div class="pg-both" role="group" aria-labelledby="codes-both">
  <button type="button" class="pg-button" data-play="together"><b></b> <span data-t="codes.together"></span></button>
  <button type="button" class="pg-button" data-play="apart"><b></b> <span data-t="codes.apart"></span></button>
  </div></div>
<div class="pg-knob pg-noise"><div class="pg-knob-head"><label for="codes-seed" data-t="codes.noise"></label></div>
  <div class="pg-noise-row"><input type="number" id="codes-seed" min="0" max="2147483647" step="1" inputmode="numeric">
  <button type="button" class="pg-button pg-primary" data-act="another" data-t="codes.another"
    data-t-title="codes.another_hint"></button></div></div>
<div class="pg-knob"><div class="pg-knob-head"><span id="codes-kind" data-t="codes.sweep_kind"></span></div>
  <div class="pg-kinds" role="group" aria-labelledby="codes-kind">
  <button type="button" class="pg-button" data-kind="c1_c2" data-t="codes.kind_c1_c2"></button>
  <button type="button" class="pg-button" data-kind="c1_c3" data-t="codes.kind_c1_c3"></button>
  <button type="button" class="pg-button" data-kind="c2_c3" data-t="codes.kind_c2_c3"></button>
  <button type="button" class="pg-button" data-kind="c1_z" data-t="codes.kind_c1_z"></button></div>
  <div class="pg-knob-note" data-t="codes.kinds_note"></div></div>
</div>"""
INFORMATION = """<div class="pg-information" role="group" data-t-label="codes.information">
<div class="pg-codes-title" data-t="codes.information"></div><div class="pg-bars"></div></div>"""


class CodesKnobs(CanvasComponent):
    """Holds the stage's state in the browser, writes it to the URL, and fills three image grids of the same tab and,
    where it finds one, an `INFORMATION` panel.

    Its server functions are `turn(c1, c2, c3, seed)`, `sweep(kind, c1, c2, c3, seed)`, `sheet(c1, seed)` and `facts()`.
    Each change is told to the stage as 'codes-knobs'; 'codes-pick' with some of the values turns the knobs there.
    A dragged slider is answered from the sheet at once; the exact picture follows, one question in flight at a time.
    """

    def __init__(self, *, picture: str, others: str, sweep: str, **kwargs: object) -> None:
        """picture, others, sweep: element ids of the image grids."""
        template = TEMPLATE.replace(
            "@CATEGORIES@", "".join(BUTTON.replace("@K@", str(k)) for k in range(CATEGORIES))
        ).replace("@SLIDERS@", "".join(SLIDER.replace("@CODE@", code) for code in ("c2", "c3")))
        constants = {"GRIDS": [picture, others, sweep]}
        super().__init__("codes_knobs", template=template, constants=constants, scripts=["codes_parts"], **kwargs)
