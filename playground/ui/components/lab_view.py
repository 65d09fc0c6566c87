"""The lab's view: four panels on one clock, a chart over the steps, and the player's buttons."""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent

LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
NUMBERS = ("modes", "hq", "js", "gradient")
SERIES = (*NUMBERS, "curves")  # of the chart, each a button
FURTHER = ("near", "kl", "swd", "loss_d", "loss_g", "work", "seconds")  # the same, in a list
LAYERS = ("real", "fake", "arrows", "mesh")  # drawn over the background, each on or off
BACKS = ("d", "optimal", "difference", "plain")  # of which one is the background
OWN_START = "loss:lsgan;a:-1;b:1;c:0"  # one's own panel, at first: b - c = 1, b - a = 2, Pearson's chi square
SCRIPTS = ["unfold", "lab_data", "lab_films", "lab_draw", "lab_chart", "lab_numbers", "lab_gif"]
LAYER = """<button type="button" class="pg-lab-layer" data-layer="@NAME@" aria-pressed="true"
  data-t-title="lab.layer.@NAME@_hint"><i class="pg-lab-dot pg-lab-@NAME@"></i>
  <span data-t="lab.layer.@NAME@"></span></button>"""
PANEL = """<figure class="pg-lab-panel" data-panel="@PLACE@">
  <figcaption><i class="pg-lab-swatch"></i><span></span><small></small></figcaption>
  <div class="pg-lab-plane"><canvas role="img"></canvas><p class="pg-lab-note" hidden></p></div>
  <dl>@NUMBERS@</dl>
</figure>"""
NUMBER = """<div data-number="@NAME@" data-t-title="lab.number.@NAME@_hint">
  <dt data-t="lab.number.@NAME@"></dt><dd></dd></div>"""
ORIGINAL = """<figure class="pg-lab-panel" data-beside="@PLACE@">
  <div class="pg-lab-plane"><canvas role="img"></canvas></div><figcaption></figcaption></figure>"""
BUTTON = '<button type="button" class="pg-button" data-act="@ACT@" data-t-title="lab.act.@ACT@"></button>'
TEMPLATE = """<div class="pg-lab" tabindex="0" role="group" data-t-label="lab.view">
  <div class="pg-lab-head">
    <span class="pg-lab-clock"><span data-t="lab.step"></span> <b data-step>0</b><span data-total></span></span>
    <span class="pg-lab-badge" data-source></span>
    <span class="pg-lab-status" role="status" aria-live="polite"></span>
    <span class="pg-lab-legend" role="group" data-t-label="lab.overlays">
      @LAYERS@
      <label><i class="pg-lab-field" data-t-title="lab.field_hint"></i>
        <select data-back data-t-label="lab.background">@BACKS@</select></label>
      <span><i class="pg-lab-ring"></i><span data-t="lab.legend.covered"></span></span>
    </span>
  </div>
  <div class="pg-lab-panels">@PANELS@</div>
  <div class="pg-lab-before" hidden><b data-t="lab.original"></b>
    <span><button type="button" class="pg-button" data-act="follow" data-t="lab.act.follow" hidden></button>
      <button type="button" class="pg-button" data-act="original" data-t="lab.act.original"></button></span>
    <div class="pg-lab-panels">@ORIGINALS@</div></div>
  <div class="pg-lab-chart">
    <div class="pg-lab-series" role="group" data-t-label="lab.chart">@SERIES@
      <select data-curve data-t-label="lab.further"><option value="" data-t="lab.further"></option>@FURTHER@</select>
    </div>
    <div class="pg-lab-lines"><canvas role="img" data-t-label="lab.chart"></canvas></div>
    <p class="pg-lab-key" data-t="lab.curves_key" hidden></p>
  </div>
  <div class="pg-lab-bar">
    @BUTTONS@
    <input type="range" min="0" max="0" value="0" step="1" data-t-label="lab.scrub">
    <label><span class="pg-lab-wide" data-t="lab.speed"></span>
      <select data-speed data-t-label="lab.speed"><option value="slow" data-t="lab.speed_slow"></option>
        <option value="normal" selected data-t="lab.speed_normal"></option>
        <option value="fast" data-t="lab.speed_fast"></option></select></label>
  </div>
  <details class="pg-lab-all"><summary data-t="lab.all"></summary>
    <div class="pg-lab-scroll" tabindex="0" role="region" data-t-label="lab.all"><table>
      <thead><tr></tr></thead><tbody></tbody></table></div>
    <ul class="pg-lab-means"></ul></details>
</div>"""


class LabView(CanvasComponent):
    """Plays films of the lab. Recorded ones it fetches from `server.recorded`; live ones come as values:

    `{"token", "queue": place}`, `{"token", "frame": {...}}` or `{"token", "error": payload}`, their scene from
    `server.scene`; `server.gif` makes a film of pictures. Events: `run` (what to train, see the stage) and `halt`.

    Other components can ask its root element: a `plan` event fills its detail with the run and the step that are
    shown, and `moved` tells that either is another now.

    presets: settings of each, baked into the script; each has a recorded film on its own data and seed.
    failures: runs of two panels, see the stage.
    """

    def __init__(self, presets: Mapping[str, Mapping], failures: Mapping[str, Mapping], **kwargs: object) -> None:
        numbers = "".join(NUMBER.replace("@NAME@", name) for name in NUMBERS)
        places = list(map(str, range(len(LOSSES))))
        panels = "".join(PANEL.replace("@PLACE@", place).replace("@NUMBERS@", numbers) for place in places)
        series = "".join(
            f'<button type="button" class="pg-button" data-series="{name}" data-t="lab.number.{name}"></button>'
            for name in SERIES
        )
        buttons = "".join(BUTTON.replace("@ACT@", act) for act in ("restart", "back", "play", "step", "live"))
        backs = "".join(f'<option value="{name}" data-t="lab.back.{name}"></option>' for name in BACKS)
        further = "".join(f'<option value="{name}" data-t="lab.number.{name}"></option>' for name in FURTHER)
        template = (
            TEMPLATE.replace("@PANELS@", panels)
            .replace("@ORIGINALS@", "".join(ORIGINAL.replace("@PLACE@", place) for place in places))
            .replace("@SERIES@", series)
            .replace("@FURTHER@", further)
            .replace("@BUTTONS@", buttons)
            .replace("@LAYERS@", "".join(LAYER.replace("@NAME@", name) for name in LAYERS))
            .replace("@BACKS@", backs)
        )
        constants = {"PRESETS": presets, "FAILURES": failures, "OWN_START": OWN_START}
        super().__init__("lab_view", template=template, constants=constants, scripts=SCRIPTS, **kwargs)
