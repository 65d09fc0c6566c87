"""The film of sampling pixel by pixel: played, scrubbed, hovered and flipped in the browser."""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent

ICONS = {
    "restart": '<path d="M5 4h3v16H5zM20 4v16L9 12z"/>',
    "back": '<path d="M17 4v16L6 12z"/>',
    "step": '<path d="M7 4v16l11-8z"/>',
    "end": '<path d="M4 4v16l11-8zM16 4h3v16h-3z"/>',
    "play": '<path class="pg-play" d="M6 3v18l15-9z"/><path class="pg-pause" d="M5 3h5v18H5zM14 3h5v18h-5z"/>',
}
SPEEDS = (4, 30, 120, 480)  # pixels per second
SPEED = 120
LEGEND = ("ink", "paper", "given", "drawn", "unknown", "now", "hand")


def _button(name: str, kind: str = "") -> str:
    icon = f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>'
    return (
        f'<button type="button" class="pg-button {kind}" data-part="{name}" data-t-title="pixels.do_{name}">'
        f"{icon}</button>"
    )


def _template() -> str:
    speeds = "".join(f'<option value="{v}"{" selected" if v == SPEED else ""}></option>' for v in SPEEDS)
    legend = "".join(f'<span class="pg-{k}"><i></i><span data-t="pixels.legend_{k}"></span></span>' for k in LEGEND)
    return f"""
<div class="pg-pixel-player" tabindex="0" role="group" data-t-label="pixels.player">
  <div class="pg-player-stage"><canvas role="img" data-t-label="pixels.canvas"></canvas></div>
  <div class="pg-player-bar">
    <span class="pg-player-group">{_button("restart")}{_button("back")}</span>
    {_button("play", "pg-main")}
    <span class="pg-player-group">{_button("step")}{_button("end")}</span>
    <input type="range" min="0" max="784" step="1" value="0" data-part="slider" data-t-label="pixels.slider">
    <select data-part="speed" data-t-title="pixels.speed">{speeds}</select>
    <span class="pg-player-group" role="group" data-t-label="pixels.left_map">
      <button type="button" class="pg-button" data-map="p" data-t="pixels.show_p"></button>
      <button type="button" class="pg-button" data-map="surprise" data-t="pixels.show_surprise"></button>
    </span>
    <button type="button" class="pg-button" data-part="back-all" data-t="pixels.back_all" hidden></button>
    <button type="button" class="pg-button" data-part="undo" data-t="pixels.undo" hidden></button>
  </div>
  <div class="pg-player-foot">
    <div class="pg-player-legend">{legend}</div>
    <span class="pg-player-hint" data-part="hint"></span>
  </div>
  <div class="pg-player-numbers" data-part="numbers"></div>
  <div class="pg-player-said" data-part="said" role="status" aria-live="polite"></div>
</div>"""


class PixelPlayer(CanvasComponent):
    """Plays a film; value as `ui.stages.pixels.film` makes it, or `{"message": {"en", "ko"}}`.

    models: per id what stands beside its films, `{"name", "value", "floor", "worst", "published"}`. Server functions:
    `depends(model, pixels, index)` and `flip(model, pixels, index, seed, temperature, given, sample)`. Event:
    `relabel`, when the page's language changed.
    """

    def __init__(self, models: Mapping[str, dict], value: dict | None = None, **kwargs: object) -> None:
        super().__init__("pixel_player", value, template=_template(), constants={"MODELS": dict(models)}, **kwargs)
