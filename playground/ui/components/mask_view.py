"""The mask explorer: a small MADE drawn as a network, with its masks as matrices and what each output may see.

Everything is computed and drawn in the browser: masks, paths, a training of some milliseconds, likelihood and sampling.
The server is asked one thing, `evidence(order, degrees, weights, x, masked)`: the gradient of the real network. State
lives in the URL; the controls (`MaskControls`) change it and send a `configure` event to the view's element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import button

KINDS = ("autoencoder", "made")
TASKS = ("paths", "likelihood", "sample")
ORDERS = ("written", "reversed", "random")
BUTTON = '<button type="button" class="pg-button" data-@KIND@="@ID@" aria-pressed="false" data-t="masks.@KIND@_@ID@">'
# What the network is trained on, by its number of inputs: one of n; equal pairs; bars of a picture of 2 x 3 or 3 x 3.
DATA = {
    2: ["10", "01"],
    3: ["100", "010", "001"],
    4: ["1100", "0011", "1111", "0000"],
    5: ["11000", "01100", "00110", "00011"],
    6: ["111000", "000111", "100100", "010010", "001001"],
    7: ["1110000", "0001111", "1010101"],
    8: ["11110000", "00001111", "10101010", "01010101"],
    9: ["111000000", "000111000", "000000111", "100100100", "010010010", "001001001"],
}
STEPS = ("restart", "back", "play", "step")
LEGEND = ("kept", "cut", "leak", "picked")
TEMPLATE = """<div class="pg-masks" tabindex="0" role="group" data-t-label="masks.view">
  <div class="pg-masks-story" aria-live="polite"><b data-part="title"></b><span data-part="story"></span></div>
  <div class="pg-masks-stage"><canvas role="img" data-t-label="masks.canvas"></canvas></div>
  <div class="pg-masks-bar">
    <span class="pg-masks-steps" data-part="steps">@BUTTONS@
      <button type="button" class="pg-button" data-act="another" data-t="masks.another"></button></span>
    <span class="pg-masks-unit" data-part="unit" role="group" data-t-label="masks.unit_label">
      <span data-part="unit-name"></span>
      <button type="button" class="pg-button" data-act="less" data-t-title="masks.less">−</button>
      <button type="button" class="pg-button" data-act="more" data-t-title="masks.more">+</button></span>
    <span class="pg-masks-legend">@LEGEND@</span>
  </div>
  <div class="pg-masks-facts" role="status" data-part="facts"></div>
</div>"""
CONTROLS = """<div class="pg-mask-controls" role="group" data-t-label="masks.controls">
@GROUPS@
<div class="pg-masks-group"><span data-t="masks.title_data"></span>
  <div class="pg-masks-data" data-part="data" role="img" data-t-label="masks.title_data"></div>
  <small data-part="about"></small>
  <button type="button" class="pg-button" data-act="retrain" data-t="masks.retrain"></button></div>
</div>"""


class MaskView(CanvasComponent):
    """The drawing; see the module docstring. server_functions: `evidence`."""

    def __init__(self, stage: str, *, server_functions: Sequence[Callable], **kwargs: object) -> None:
        buttons = "".join(button("masks", name, "data-act") for name in STEPS)
        legend = "".join(f'<span class="pg-{k}"><i></i><span data-t="masks.legend_{k}"></span></span>' for k in LEGEND)
        template = TEMPLATE.replace("@BUTTONS@", buttons).replace("@LEGEND@", legend)
        functions = list(server_functions)
        constants = {"STAGE": stage, "DATA": DATA}
        super().__init__("mask_view", template=template, constants=constants, server_functions=functions, **kwargs)


class MaskControls(CanvasComponent):
    """Changes the stage's state in the URL and tells the view (an element id).

    examples: per name `{"order", "m1", "m2"}`, the degrees with two hidden layers.
    """

    def __init__(self, stage: str, view: str, examples: Mapping[str, Mapping], **kwargs: object) -> None:
        groups = "".join(
            _group(kind, ids)
            for kind, ids in (
                ("kind", KINDS),
                ("task", TASKS),
                ("example", examples),
                ("layers", ("1", "2")),
                ("order", ORDERS),
                ("degrees", ("resample",)),
            )
        )
        plain = {name: dict(value) for name, value in examples.items()}
        constants = {"STAGE": stage, "VIEW": view, "EXAMPLES": plain, "DATA": DATA}
        super().__init__("mask_controls", template=CONTROLS.replace("@GROUPS@", groups), constants=constants, **kwargs)


def _group(kind: str, ids: Sequence[str]) -> str:
    buttons = "".join(f"{BUTTON.replace('@KIND@', kind).replace('@ID@', id)}</button>" for id in ids)
    return (
        f'<div class="pg-masks-group"><span data-t="masks.title_{kind}"></span>'
        f'<div class="pg-masks-choice" role="group" data-t-label="masks.title_{kind}">{buttons}</div></div>\n'
    )
