"""A colour image drawn sub-pixel by sub-pixel: the picture, the pixel in play, its three conditionals, other draws."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SPEEDS = (3, 30, 300, 1500)  # sub-pixels per second
SPEED = 300
LEGEND = ("now", "unknown", "sees")
MORE = """
    <button type="button" class="pg-button" data-part="sees" aria-pressed="false" data-t="colour.sees"></button>
    <button type="button" class="pg-button" data-part="resample" data-t="colour.resample"></button>
    <button type="button" class="pg-button" data-part="undo" data-t="colour.undo" hidden></button>"""


def _template(size: int) -> str:
    legend = "".join(f'<span class="pg-{k}"><i></i><span data-t="colour.legend_{k}"></span></span>' for k in LEGEND)
    return f"""
<div class="pg-colour" tabindex="0" role="group" data-t-label="colour.player">
  <div class="pg-colour-stage"><canvas role="img" data-t-label="colour.canvas"></canvas></div>
  {bar("colour", size, SPEEDS, SPEED, MORE)}
  <div class="pg-player-foot"><div class="pg-player-legend">{legend}</div><span data-t="colour.hint"></span></div>
  <table class="pg-colour-count"><tbody>
    <tr><th data-t="colour.count_levels"></th><td>256</td><td>8</td></tr>
    <tr><th data-t="colour.count_joint"></th><td>256³ − 1 = 16,777,215</td><td>8³ − 1 = 511</td></tr>
    <tr><th data-t="colour.count_network"></th><td>3 × 255 = 765</td><td>3 × 7 = 21</td></tr>
  </tbody></table>
  <div class="pg-player-numbers" data-part="numbers"></div>
  <div class="pg-player-said" data-part="said" role="status" aria-live="polite"></div>
</div>"""


class ColourView(CanvasComponent):
    """Plays films; value as `ui.stages.colour.film` makes it, or `{"message": {"en", "ko"}}`.

    facts: `{"levels", "blocks", "value", "bits"}` of the model. Server functions: `resample(levels, index, seed,
    temperature)` and `force(levels, index, level, seed, temperature, sample)`.
    """

    def __init__(self, facts: dict, **kwargs: object) -> None:
        size = 3 * 28 * 28
        super().__init__("colour_view", template=_template(size), constants={"FACTS": facts}, **kwargs)
