"""A plane to draw a prior on, and the training that brings the codes of digits into the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SPEEDS = (6, 12, 24)
SHAPE = '<button type="button" class="pg-button" data-shape="@ID@" data-t="own_prior.shape_@ID@"></button>'
TEMPLATE = """<div class="pg-own" tabindex="0" role="group" data-t-label="own_prior.label">
  <div class="pg-own-left">
    <div class="pg-own-plane"><canvas role="img" data-t-label="own_prior.plane"></canvas></div>
    <div class="pg-own-tools">
      <span class="pg-own-shapes" role="group" data-t-label="own_prior.shapes">@SHAPES@</span>
      <label><span data-t="own_prior.pen"></span>
        <input type="range" min="2" max="20" step="1" value="7" data-part="width" data-t-label="own_prior.pen"></label>
      <button type="button" class="pg-button" data-act="undo" data-t="own_prior.undo"></button>
      <button type="button" class="pg-button" data-act="clear" data-t="own_prior.clear"></button>
    </div>
  </div>
  <div class="pg-own-right">
    <div class="pg-own-go">
      <button type="button" class="pg-button pg-main" data-act="train"></button>
      <progress max="1" value="0" data-part="progress" data-t-label="own_prior.progress"></progress>
      <span data-part="status" role="status" aria-live="polite"></span>
    </div>
    <dl class="pg-own-numbers">
      <div><dt data-t="own_prior.distance"></dt><dd data-part="distance"></dd></div>
      <div><dt data-t="own_prior.share"></dt><dd data-part="share"></dd></div>
      <div><dt data-t="own_prior.nats"></dt><dd data-part="nats"></dd></div>
    </dl>
    <div class="pg-own-strip"><canvas role="img" data-t-label="own_prior.strip"></canvas></div>
    <div class="pg-own-chart" data-chart="distance">
      <canvas role="img" data-t-label="own_prior.chart_distance"></canvas></div>
    <div class="pg-own-chart" data-chart="loss"><canvas role="img" data-t-label="own_prior.chart_loss"></canvas></div>
    <p class="pg-own-claim" data-part="claim"></p>
  </div>
  @BAR@
</div>"""


class OwnPriorView(CanvasComponent):
    """Draws, asks for a training and plays it. Values: `{"token", "queue": place}`, `{"token", "frame": {...}}`,
    `{"token", "late": true}` or `{"token", "error": payload}`; what stays the same comes from `server.prepare`.

    Events: `run` ({token, drawing, seed}) and `halt` ({token}). shapes: strokes of the ready-made drawings. frames,
    steps: of a film. limit: seconds after which a training is given up. Other parts of the
    page send `seed` as an event to `.pg-own`.
    """

    def __init__(self, shapes: Mapping[str, Sequence], frames: int, steps: int, limit: float, **kwargs: object) -> None:
        buttons = "".join(SHAPE.replace("@ID@", id) for id in shapes)
        template = TEMPLATE.replace("@SHAPES@", buttons).replace("@BAR@", bar("own_prior", frames, SPEEDS, 12))
        constants = {"SHAPES": dict(shapes), "STEPS": steps, "LIMIT": limit}
        super().__init__("own_prior_view", template=template, constants=constants, **kwargs)
