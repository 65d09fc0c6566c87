"""Posterior collapse: four trainings on one clock, and the shipped VAEs by their beta."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

PANELS = ("autoencoder", "kl_only", "vae", "fourth")
SPEEDS = (2, 4, 8)
PANEL = """<figure class="pg-collapse-panel" data-run="@RUN@">
  <figcaption><i></i><b data-part="name"></b><span data-part="nats"></span></figcaption>
  <div class="pg-collapse-plane"><canvas role="img"></canvas></div>
  <div class="pg-collapse-bars"><canvas role="img"></canvas></div>
  <div class="pg-collapse-strip"><canvas role="img"></canvas></div>
</figure>"""
CHART = """<div class="pg-collapse-@KIND@" data-chart="@NAME@">
  <canvas role="img" data-t-label="collapse.@LABEL@"></canvas></div>"""
TEMPLATE = """<div class="pg-collapse" tabindex="0" role="group" data-t-label="collapse.label">
  <div class="pg-collapse-film">
    <div class="pg-collapse-head">
      <span class="pg-collapse-clock"><b data-part="clock"></b><span data-part="steps"></span></span>
      <span class="pg-collapse-badge" data-part="beta"></span>
      <span class="pg-collapse-classes" data-part="classes" role="img" data-t-label="collapse.classes"></span>
    </div>
    <div class="pg-collapse-panels">@PANELS@</div>
    <div class="pg-collapse-charts">@CHARTS@</div>
    @BAR@
  </div>
  <div class="pg-collapse-betas" hidden>
    @BETAS@
    <div class="pg-collapse-scroll" tabindex="0" role="region" data-t-label="collapse.beta_table"><table></table></div>
    <p data-part="betas"></p>
  </div>
  <p class="pg-collapse-said" data-part="said" role="status" aria-live="polite"></p>
</div>"""


class CollapseView(CanvasComponent):
    """Plays the recording that `server.recording()` gives; other parts of the page send `knobs` (view, fourth, points)
    as events to `.pg-collapse`."""

    def __init__(self, most: int, **kwargs: object) -> None:
        panels = "".join(PANEL.replace("@RUN@", run) for run in PANELS)
        charts = "".join(_chart("chart", name, f"chart_{name}") for name in ("reconstruction", "kl"))
        betas = "".join(_chart("beta", name, name) for name in ("beta_kl", "beta_reconstruction"))
        template = TEMPLATE.replace("@PANELS@", panels).replace("@CHARTS@", charts).replace("@BETAS@", betas)
        template = template.replace("@BAR@", bar("collapse", most, SPEEDS, 4))
        super().__init__("collapse_view", template=template, scripts=["unfold"], **kwargs)


def _chart(kind: str, name: str, label: str) -> str:
    return CHART.replace("@KIND@", kind).replace("@NAME@", name).replace("@LABEL@", label)
