"""Alarms on log p: a histogram per set, a threshold to drag, the ROC it moves on, and a visitor's own set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.ui.components.base import CanvasComponent

TEMPLATE = """
<div class="pg-anomaly" role="group" data-t-label="anomaly.label">
  <div class="pg-anomaly-hist" tabindex="0" role="group" data-t-label="anomaly.hist_label">
    <div class="pg-anomaly-hist-box"><canvas role="img" data-t-label="anomaly.hist_label"></canvas></div>
    <label class="pg-anomaly-slider"><span data-part="threshold"></span>
      <input type="range" min="0" max="1000" step="1" value="0"></label>
  </div>
  <div class="pg-anomaly-side">
    <div class="pg-anomaly-roc"><canvas role="img" data-t-label="anomaly.roc_label"></canvas></div>
    <table class="pg-anomaly-counts"></table>
    <p class="pg-anomaly-said" data-part="said" role="status" aria-live="polite"></p>
  </div>
  <div class="pg-anomaly-mine">
    <div class="pg-anomaly-mine-head">
      <b data-part="mine"></b>
      <button type="button" class="pg-button" data-act="add" data-t="anomaly.add"></button>
      <button type="button" class="pg-button" data-act="clear" data-t="anomaly.clear"></button>
    </div>
    <div class="pg-anomaly-pictures"></div>
  </div>
  <div class="pg-anomaly-all">
    <p class="pg-anomaly-caption" data-part="caption"></p>
    <div class="pg-anomaly-scroll" tabindex="0" role="region" data-t-label="anomaly.table_label">
      <table class="pg-anomaly-table"></table>
    </div>
  </div>
</div>"""


class AnomalyView(CanvasComponent):
    """Value: `{"drawing": {"x", "log_prob": {id: nats}}}` for the drawing on the pad. All else is asked for once.

    names: what each model is called where the locale files have no name for it. sets: ids of the anomalous sets. most:
    drawings of one visitor. Server functions: `overview()`, `sets_of(model)`, `rate(images)`. Other parts of the page
    send `knobs` (model, rule) and `add` as events to `.pg-anomaly`.
    """

    def __init__(
        self, names: Mapping[str, str], sets: Sequence[str], most: int, value: dict | None = None, **kwargs: object
    ) -> None:
        constants = {"NAMES": dict(names), "SETS": list(sets), "MOST": most}
        super().__init__("anomaly_view", value, template=TEMPLATE, constants=constants, **kwargs)
