"""Densities: grey pictures drawn value by value from mixtures of Gaussians, and densities of the plane taken apart."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SPEEDS = (2, 10, 40, 150)  # values per second
SPEED = 40


def _group(label: str, kind: str, names: tuple[str, ...]) -> str:
    buttons = "".join(
        f'<button type="button" class="pg-button" data-{kind}="{name}" data-t="density.{kind}_{name}"></button>'
        for name in names
    )
    return f'<span class="pg-player-group" role="group" data-t-label="density.{label}">{buttons}</span>'


def _template(size: int) -> str:
    film = _group("height", "height", ("linear", "log")) + _group("range", "range", ("whole", "near"))
    dots = "".join(
        f'<button type="button" class="pg-button pg-density-{name}" data-dots="{name}"><i></i>'
        f'<span data-t="density.dots_{name}"></span></button>'
        for name in ("data", "samples")
    )
    return f"""
<div class="pg-density" tabindex="0" role="group" data-t-label="density.player">
  <div class="pg-density-stage"><canvas role="img" data-t-label="density.canvas"></canvas></div>
  <div data-for="digits">{bar("density", size, SPEEDS, SPEED, film)}</div>
  <div data-for="plane" class="pg-player-bar" hidden>{dots}<span data-t="density.drag"></span></div>
  <div class="pg-density-units">
    <div><label><b data-t="density.unit"></b> <span data-part="unit"></span>
      <input type="range" min="-2" max="2.5" step="0.01" value="0" data-part="factor" data-t-label="density.unit">
    </label>
    <span class="pg-player-group" role="group" data-t-label="density.unit">
      <button type="button" class="pg-button" data-factor="1">× 1</button>
      <button type="button" class="pg-button" data-factor="255">× 255</button>
    </span>
    <p data-part="shift"></p></div>
    <table><thead><tr><th></th><th data-part="old"></th><th data-part="new"></th></tr></thead>
      <tbody data-part="rows"></tbody></table>
  </div>
  <div class="pg-player-said" data-part="said" role="status" aria-live="polite"></div>
</div>"""


class DensityView(CanvasComponent):
    """Plays films of grey digits and takes densities of the plane apart; value as `ui.stages.density` makes it.

    `{"kind": "digits", ...}`, `{"kind": "plane", ...}` or `{"message": {"en", "ko"}}`. facts: the model's number on the
    digits, `{"value"}`, in nats of density.
    """

    def __init__(self, facts: dict, **kwargs: object) -> None:
        super().__init__("density_view", template=_template(14 * 14), constants={"FACTS": facts}, **kwargs)
