"""What a model can see: maps of dependence side by side, and two films that show how a PixelRNN comes by its past.

The state lives in the URL; `SightControls` changes it and tells the view by a `configure` event on the view's element,
the view tells the controls by `changed`. Everything a film needs arrives once per grid, a rule once per model; a
measured set is asked for when the pointer rests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import button

SCRIPTS = ("sight_draw", "sight_maps", "sight_pictures", "sight_films")  # and at last sight_view
VIEWS = ("sees", "row", "diagonal")
SLOTS = ("a", "b", "c")
SPEEDS = ("0.5", "1", "2")
SEES_LEGEND = ("pixel", "seen", "missed", "future", "leaked", "rule")
FILM_LEGEND = {
    "row": ("chosen", "input", "state", "missed", "cut"),
    "diagonal": ("chosen", "forward", "backward", "side", "above", "missed", "leaked"),
}
FIGURE = """<figure class="pg-sight-figure" data-slot="@SLOT@">
      <figcaption class="pg-sight-name"></figcaption>
      <div class="pg-sight-map" tabindex="0" role="application"><canvas></canvas></div>
      <div class="pg-sight-count"></div>
      <div class="pg-sight-chips"></div>
      <div class="pg-sight-how"></div>
    </figure>"""


def _legend(kinds: Sequence[str], view: str) -> str:
    items = "".join(f'<span class="pg-sight-{k}"><i></i><span data-t="sight.legend_{k}"></span></span>' for k in kinds)
    return f'<div class="pg-sight-legend" data-for="{view}">{items}</div>'


def _template() -> str:
    tabs = "".join(
        f'<button type="button" class="pg-button" role="tab" id="pg-sight-tab-{view}" data-view="{view}" '
        f'aria-controls="pg-sight-{"maps" if view == "sees" else "film"}" data-t="sight.view_{view}"></button>'
        for view in VIEWS
    )
    figures = "".join(FIGURE.replace("@SLOT@", slot) for slot in SLOTS)
    speeds = "".join(f'<option value="{v}"{" selected" if v == "1" else ""}>× {v}</option>' for v in SPEEDS)
    buttons = "".join(button("sight", name) for name in ("restart", "back", "play", "step", "end"))
    legends = "".join(_legend(kinds, view) for view, kinds in FILM_LEGEND.items())
    return f"""
<div class="pg-sight">
  <div class="pg-sight-tabs" role="tablist" data-t-label="sight.views">{tabs}</div>
  <div class="pg-sight-maps" id="pg-sight-maps" role="tabpanel" aria-labelledby="pg-sight-tab-sees">
    <p class="pg-sight-where" role="status" aria-live="polite"></p>
    <div class="pg-sight-figures">{figures}</div>
    {_legend(SEES_LEGEND, "set")}
    <div class="pg-sight-legend" data-for="strength"><span><i class="pg-sight-ramp"></i><span
      data-t="sight.legend_strength"></span></span><span class="pg-sight-ink"><i></i><span
      data-t="sight.legend_ink"></span></span><span class="pg-sight-rule"><i></i><span
      data-t="sight.legend_rule"></span></span></div>
  </div>
  <div class="pg-sight-film" id="pg-sight-film" role="tabpanel" tabindex="0" hidden>
    <p class="pg-sight-caption" role="status" aria-live="polite"></p>
    <div class="pg-sight-picture"><canvas role="img"></canvas></div>
    <div class="pg-sight-bar">
      {buttons}
      <input type="range" min="0" max="1" step="1" value="0" data-part="slider" data-t-label="sight.slider">
      <select data-part="speed" data-t-title="sight.speed">{speeds}</select>
    </div>
    <p class="pg-sight-numbers"></p>
    {legends}
  </div>
</div>"""


class SightView(CanvasComponent):
    """See the module docstring.

    names: id -> name of each model, shown where the page has no label `pixels.<id>` yet. server_functions:
    `rules(model)`, `look(model, index)`, `strength(model, digit, index)`, `row_film(height, width, space)`,
    `diagonal_film(height, width, space, shift)`, each guarded by `page.server`.
    """

    def __init__(
        self,
        stage: str,
        controls: str,
        names: Mapping[str, str],
        *,
        server_functions: Sequence[Callable],
        **kwargs: object,
    ) -> None:
        super().__init__(
            "sight_view",
            template=_template(),
            scripts=SCRIPTS,
            constants={"STAGE": stage, "CONTROLS": controls, "NAMES": dict(names)},
            server_functions=list(server_functions),
            **kwargs,
        )
