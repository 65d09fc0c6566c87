"""The controls of the sight stage: which models and which pixel, or the grid of a film. They live in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.ui.components.base import CanvasComponent

NONE = "none"
TEMPLATE = """<div class="pg-sight-controls" role="group" data-t-label="sight.controls">
<div class="pg-sight-group" data-for="sees"><span id="sight-models" data-t="sight.models"></span>
  <div class="pg-sight-models" role="group" aria-labelledby="sight-models">@MODELS@</div></div>
<div class="pg-sight-group" data-for="sees"><span id="sight-pixel" data-t="sight.pixel"></span>
  <div class="pg-sight-row" role="group" aria-labelledby="sight-pixel">
    <label><span data-t="sight.row"></span>
      <input type="number" min="1" max="28" step="1" data-pixel="row"></label>
    <label><span data-t="sight.column"></span>
      <input type="number" min="1" max="28" step="1" data-pixel="column"></label>
  </div><small data-t="sight.pixel_hint"></small></div>
<div class="pg-sight-group" data-for="sees"><span id="sight-show" data-t="sight.show"></span>
  <div class="pg-sight-choice" role="group" aria-labelledby="sight-show">@SHOW@</div></div>
<div class="pg-sight-group" data-for="strength"><span id="sight-digit" data-t="sight.digit"></span>
  <div class="pg-sight-digits" role="group" aria-labelledby="sight-digit">@DIGITS@</div>
  <small data-t="sight.strength_hint"></small></div>
<div class="pg-sight-group" data-for="film"><span id="sight-grid" data-t="sight.grid"></span>
  <div class="pg-sight-row" role="group" aria-labelledby="sight-grid">
    <label><span><span data-t="sight.height"></span> <b data-says="height"></b></span>
      <input type="range" step="1" data-grid="height"></label>
    <label><span><span data-t="sight.width"></span> <b data-says="width"></b></span>
      <input type="range" step="1" data-grid="width"></label>
  </div><small data-t="sight.grid_hint"></small></div>
<div class="pg-sight-group" data-for="film"><span id="sight-space" data-t="sight.space"></span>
  <div class="pg-sight-choice" role="group" aria-labelledby="sight-space">@SPACES@</div>
  <small data-says="space"></small></div>
<div class="pg-sight-group" data-for="diagonal"><span id="sight-shift" data-t="sight.shift"></span>
  <div class="pg-sight-stack" role="group" aria-labelledby="sight-shift">@SHIFTS@</div>
  <small data-says="shift"></small></div>
<div class="pg-sight-group" data-for="sees"><small data-t="sight.measured"></small></div>
</div>"""


def _choice(name: str, values: Sequence[str]) -> str:
    return "".join(
        f'<button type="button" class="pg-button" data-set="{name}" data-value="{value}" '
        f'data-t="sight.{name}_{value}"></button>'
        for value in values
    )


def _select(slot: str, models: Sequence[str]) -> str:
    options = "".join(f'<option value="{id}"></option>' for id in models)
    none = "" if slot == "a" else f'<option value="{NONE}" data-t="sight.none"></option>'
    return f'<select data-model="{slot}" data-t-label="sight.model_{slot}">{none}{options}</select>'


class SightControls(CanvasComponent):
    """Keeps the stage's state in the URL and tells the view (an element id) when it changes.

    names: id -> name of each model, shown where the page has no label `pixels.<id>` yet.
    """

    def __init__(
        self,
        stage: str,
        view: str,
        names: Mapping[str, str],
        spaces: Sequence[str],
        shifts: Sequence[str],
        **kwargs: object,
    ) -> None:
        digits = "".join(
            f'<button type="button" class="pg-button" data-set="digit" data-value="{k}">{k}</button>' for k in range(10)
        )
        parts = {
            "MODELS": "".join(_select(slot, list(names)) for slot in "abc"),
            "SHOW": _choice("show", ("set", "strength")),
            "DIGITS": digits,
            "SPACES": _choice("space", spaces),
            "SHIFTS": _choice("shift", shifts),
        }
        template = TEMPLATE
        for name, value in parts.items():
            template = template.replace(f"@{name}@", value)
        super().__init__(
            "sight_controls",
            template=template,
            constants={"STAGE": stage, "VIEW": view, "NAMES": dict(names)},
            **kwargs,
        )
