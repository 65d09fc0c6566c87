"""The film of sampling pixel by pixel: played, scrubbed, hovered and flipped in the browser."""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SPEEDS = (4, 30, 120, 480)  # pixels per second
SPEED = 120
LEGEND = ("ink", "paper", "given", "drawn", "unknown", "now", "hand")


MORE = """
    <span class="pg-player-group" role="group" data-t-label="pixels.left_map">
      <button type="button" class="pg-button" data-map="p" data-t="pixels.show_p"></button>
      <button type="button" class="pg-button" data-map="surprise" data-t="pixels.show_surprise"></button>
    </span>
    <button type="button" class="pg-button" data-part="back-all" data-t="pixels.back_all" hidden></button>
    <button type="button" class="pg-button" data-part="undo" data-t="pixels.undo" hidden></button>"""


def _template() -> str:
    legend = "".join(f'<span class="pg-{k}"><i></i><span data-t="pixels.legend_{k}"></span></span>' for k in LEGEND)
    return f"""
<div class="pg-pixel-player" tabindex="0" role="group" data-t-label="pixels.player">
  <div class="pg-player-stage"><canvas role="img" data-t-label="pixels.canvas"></canvas></div>
  {bar("pixels", 28 * 28, SPEEDS, SPEED, MORE)}
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
