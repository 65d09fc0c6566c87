"""Reparameterization: two computation graphs, the objective with two descents on it, and histograms of both gradients.

Numbers of the graphs come from the table of f and f' that arrives with the objective, all others from
`inference.reparam`. `ReparamKnobs` keeps the state in the URL and tells the view.
"""

from __future__ import annotations

from collections.abc import Sequence

from playground.ui.components.base import CanvasComponent

VIEW = """
<div class="pg-reparam" tabindex="0" role="group" data-t-label="reparam.label">
  <div class="pg-reparam-graphs"><canvas role="img" data-t-label="reparam.graphs_label"></canvas></div>
  <div class="pg-reparam-bar">
    <button type="button" class="pg-button" data-act="play"></button>
    <button type="button" class="pg-button" data-act="draw" data-t="reparam.draw"></button>
    <label class="pg-reparam-eps"><b>ε</b><input type="range" min="-3" max="3" step="0.01" value="0.8" aria-label="ε">
      <output></output></label>
  </div>
  <div class="pg-reparam-charts">
    <div>
      <div class="pg-reparam-descent"><canvas role="img" data-t-label="reparam.descent_label"></canvas></div>
      <div class="pg-reparam-bar">
        <button type="button" class="pg-button" data-act="descend"></button>
        <input type="range" min="0" max="{steps}" step="1" value="0" data-part="step" data-t-label="reparam.step">
        <output data-part="at"></output>
      </div>
    </div>
    <div class="pg-reparam-hists"><canvas role="img" data-t-label="reparam.hists_label"></canvas></div>
  </div>
  <div class="pg-reparam-scroll" tabindex="0" role="region" data-t-label="reparam.table_label">
    <table class="pg-reparam-table"><thead></thead><tbody></tbody></table>
  </div>
  <p class="pg-reparam-said" data-part="said" role="status" aria-live="polite"></p>
</div>"""
SLIDER = """
  <label><span><b>{name}</b> <span data-t="reparam.{knob}"></span></span><output data-out="{knob}"></output>
    <input type="range" min="{low}" max="{high}" step="{step}" data-knob="{knob}"></label>"""
SLIDERS = (  # knob, its sign, ends and step; draws and rate are powers of ten
    ("mu", "μ", -3, 3, 0.01),
    ("sigma", "σ", 0.1, 2, 0.01),
    ("draws", "S", 0, 3, 0.01),
    ("rate", "η", -1, 1, 0.01),
)
KNOBS = """
<div class="pg-reparam-knobs" role="group" data-t-label="reparam.knobs">
  <div class="pg-reparam-choice" role="group" aria-labelledby="reparam-objective">
    <span id="reparam-objective" data-t="reparam.objective"></span>{objectives}
  </div>{sliders}
  <label class="pg-reparam-check"><input type="checkbox" data-knob="baseline"><span data-t="reparam.baseline"></span>
  </label>
  <label class="pg-reparam-seed"><span data-t="reparam.seed"></span>
    <span><input type="number" min="0" max="2147483647" step="1" inputmode="numeric" data-knob="seed">
    <button type="button" class="pg-button" data-act="again" data-t="reparam.again"></button></span></label>
</div>"""


class ReparamView(CanvasComponent):
    """See the module docstring. server_functions: `curve(objective)`, `gradients(...)`, `descent(...)`, guarded."""

    def __init__(self, steps: int, **kwargs: object) -> None:
        super().__init__("reparam_view", template=VIEW.format(steps=steps), constants={"STEPS": steps}, **kwargs)


class ReparamKnobs(CanvasComponent):
    """Objective, mu, sigma, draws, learning rate, baseline and seed."""

    def __init__(self, objectives: Sequence[str], **kwargs: object) -> None:
        buttons = "".join(
            f'<button type="button" class="pg-button" data-objective="{name}" data-t="reparam.f_{name}"></button>'
            for name in objectives
        )
        sliders = "".join(
            SLIDER.format(knob=knob, name=name, low=low, high=high, step=step)
            for knob, name, low, high, step in SLIDERS
        )
        super().__init__("reparam_knobs", template=KNOBS.format(objectives=buttons, sliders=sliders), **kwargs)
