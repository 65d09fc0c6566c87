"""The lab's slow motion: how z, x, G, D and the loss hang together, and what flows between them, phase by phase."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
D_PHASES = ("z", "fake", "judge", "loss", "gradient", "step")
G_PHASES = ("z", "fake", "judge", "loss", "push", "gradient", "step")
SPEEDS = (0.25, 0.5, 1, 2)  # phases per second
Z_UNIT = 40  # z travels in fortieths
TEMPLATE = """<div class="pg-slow">
  <div class="pg-slow-door"><button type="button" class="pg-button" data-part="open"></button>
    <span class="pg-slow-busy" role="status" aria-live="polite"></span>
    <progress max="1" value="0" hidden data-t-label="lab_slow.progress"></progress></div>
  <section class="pg-slow-stage" tabindex="0" role="group" data-t-label="lab_slow.view" hidden>
    <div class="pg-slow-head"><b data-part="title"></b>
      <label><span data-t="lab_slow.panel"></span> <select data-part="panel"></select></label>
      <button type="button" class="pg-button" data-part="next"></button>
      <button type="button" class="pg-button" data-part="close" data-t="lab_slow.close"></button></div>
    <div class="pg-slow-say" aria-live="polite"><b data-part="name"></b><p data-part="say"></p></div>
    <div class="pg-slow-flow"><canvas role="img"></canvas></div>
    <p class="pg-slow-formula" data-part="formula"></p>
    <div class="pg-slow-groups" role="group" data-t-label="lab_slow.turns"></div>
    <div class="pg-slow-phases" role="group" data-t-label="lab_slow.phases"></div>
    @BAR@
  </section>
</div>"""


class LabSlow(CanvasComponent):
    """Asks the view (an element id) by a `plan` event which run and step it shows, and tells that iteration slowly.

    Values: `{"token", "queue" | "progress" | "told" | "error"}`, made in the stage. Events: `slowly` (the run, `step`,
    `token`) and `leave`.
    """

    def __init__(self, view: str, **kwargs: object) -> None:
        template = TEMPLATE.replace("@BAR@", bar("lab_slow", 0, SPEEDS, 0.5))
        constants = {"VIEW": view, "D_PHASES": D_PHASES, "G_PHASES": G_PHASES, "Z_UNIT": Z_UNIT}
        super().__init__("lab_slow", template=template, constants=constants, **kwargs)
