"""The film of a text, character by character: the text, others beside it, the next distribution, the hidden units."""

from __future__ import annotations

from collections.abc import Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SPEEDS = (4, 15, 60)  # characters per second
SPEED = 15
ROWS = 4
LONGEST = 400  # steps, until a film says how long it is


def _choices(part: str, label: str, names: Sequence[str]) -> str:
    buttons = "".join(
        f'<button type="button" class="pg-button" data-{part}="{n}" data-t="text.{part}_{n}"></button>' for n in names
    )
    return f'<span class="pg-player-group" role="group" data-t-label="{label}">{buttons}</span>'


def _template() -> str:
    rows = "".join(
        f'<button type="button" class="pg-text-row" data-row="{k}"><span class="pg-text-name"></span>'
        '<span class="pg-text-words"></span></button>'
        for k in range(ROWS)
    )
    marks = "".join(
        f'<div class="pg-mark" data-mark="{k}"><span data-part="name"></span>'
        '<span class="pg-mark-track"><i></i></span><b></b></div>'
        for k in ("yours", "network", "ngram", "uniform")
    )
    paints = _choices("paint", "text.paint", ("plain", "surprise", "unit"))
    choices = paints + _choices("order", "text.order", ("sorted", "alphabet"))
    return f"""
<div class="pg-text-player" tabindex="0" role="group" data-t-label="text.player">
  <div class="pg-text-refused" data-part="refused" role="alert" hidden></div>
  <div class="pg-text-columns">
    <div class="pg-text-main">
      <div class="pg-text-title" data-part="title"></div>
      <div class="pg-text-page" data-part="page" role="img"></div>
      <div class="pg-text-legend" data-part="legend" hidden><span data-part="low"></span><i></i>
        <span data-part="high"></span></div>
    </div>
    <div class="pg-text-others"><div class="pg-text-title" data-t="text.others"></div>{rows}</div>
    <div class="pg-text-marks"><div class="pg-text-title" data-t="text.bits_title"></div>
      <div class="pg-text-bits" data-part="bits"></div>{marks}<p data-t="text.bits_note"></p></div>
  </div>
  {bar("text", LONGEST, SPEEDS, SPEED, choices)}
  <div class="pg-text-reading" data-part="reading"></div>
  <div class="pg-text-bars"><canvas role="img" data-t-label="text.bars"></canvas></div>
  <div class="pg-text-state">
    <div class="pg-text-title"><span data-part="unit-title"></span>
      <label><span data-t="text.unit"></span>
      <input type="number" min="1" max="512" step="1" data-part="unit" inputmode="numeric"></label>
      <span class="pg-text-named" data-part="named"></span></div>
    <div class="pg-text-units"><canvas role="img" data-t-label="text.units"></canvas></div>
  </div>
  <div class="pg-player-said" data-part="said" role="status" aria-live="polite"></div>
</div>"""


class TextPlayer(CanvasComponent):
    """Plays a film; value as `ui.stages.text.film` makes it, or `{"refused": {"en", "ko"}}` for a text that the
    alphabet cannot write, which leaves the last film where it was.

    marks: bits per character to compare with. units: what was found of single units, `{"index", "follows", "score"}`.
    Server function: `focus(prefix, seed, temperature, row)`, the film of another row.
    """

    def __init__(self, marks: dict, units: Sequence[dict], value: dict | None = None, **kwargs: object) -> None:
        constants = {"MARKS": marks, "UNITS": list(units)}
        super().__init__("text_player", value, template=_template(), constants=constants, **kwargs)
