"""The ladder: tables that are sorted in the browser, and the rungs in a chart of likelihood against cost."""

from __future__ import annotations

from collections.abc import Sequence

from playground.ui.components.base import CanvasComponent

TEMPLATE = """
<div class="pg-ladder" role="group" data-t-label="ladder.label">
  <p class="pg-ladder-line" data-t="ladder.line"></p>
  <div class="pg-ladder-tables"></div>
  <div class="pg-ladder-chart" tabindex="0" role="group" data-t-label="ladder.chart_label">
    <div class="pg-ladder-axes" role="group" data-t-label="ladder.axis">
      <span class="pg-ladder-title" data-t="ladder.chart_title"></span>{axes}
    </div>
    <div class="pg-ladder-canvas"><canvas role="img" data-t-label="ladder.chart_label"></canvas></div>
  </div>
  <p class="pg-ladder-machine" data-part="machine"></p>
</div>"""


class LadderTable(CanvasComponent):
    """Value: `{"rungs": [...], "machine": {...}}`, see `ui.stages.ladder.rungs`; order and axis live in the link.

    columns: ids of the columns that can be sorted by. axes: ids of what the chart can stand on.
    """

    def __init__(
        self, columns: Sequence[str], axes: Sequence[str], value: dict | None = None, **kwargs: object
    ) -> None:
        buttons = "".join(
            f'<button type="button" class="pg-button" data-axis="{axis}" data-t="ladder.col_{axis}"></button>'
            for axis in axes
        )
        template = TEMPLATE.replace("{axes}", buttons)
        super().__init__("ladder_table", value, template=template, constants={"COLUMNS": list(columns)}, **kwargs)
