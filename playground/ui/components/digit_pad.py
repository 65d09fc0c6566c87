"""A pad to draw a digit on, with a row of examples; what it sends goes to `inference.drawing.read` as it is."""

from __future__ import annotations

import json

from playground.ui.components.base import ASSETS, CanvasComponent

TEMPLATE = """
<div class="pg-digit-pad" tabindex="0" role="group" data-t-label="digit_pad.label">
  <div class="pg-pad-box"><canvas role="img" data-t-label="digit_pad.canvas"></canvas></div>
  <div class="pg-pad-tools">{tools}
    <button type="button" class="pg-button" data-act="undo" data-t="digit_pad.undo"></button>
    <button type="button" class="pg-button" data-act="clear" data-t="digit_pad.clear"></button>
  </div>
  <div class="pg-pad-label" data-t="digit_pad.examples"></div>
  <div class="pg-pad-examples"></div>
</div>"""
TOOLS = """
    <button type="button" class="pg-button" data-tool="strokes" data-t="digit_pad.pen"></button>
    <button type="button" class="pg-button" data-tool="hidden" data-t="digit_pad.hide"></button>"""


class DigitPad(CanvasComponent):
    """Draws strokes; value `{"strokes": [[[x, y], ...], ...], "hidden": [...]}` in [0, 1] of the pad, or None.

    hide: a second brush whose strokes, `hidden`, mark what a model should fill in. Event: `drawn`, after every change.
    """

    def __init__(self, value: dict | None = None, *, hide: bool = False, **kwargs: object) -> None:
        examples = json.loads((ASSETS / "examples" / "digits.json").read_text("utf-8"))
        template = TEMPLATE.format(tools=TOOLS if hide else "")
        super().__init__(
            "digit_pad", value, template=template, constants={"HIDE": hide, "EXAMPLES": examples}, **kwargs
        )
