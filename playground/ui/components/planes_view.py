"""Up to three latent planes side by side under one cursor, with what each decodes there and what it is worth.

The browser asks for each plane once (`plane`), then for its maps (`verdicts`, `speeds`); hovering blends the tiles at
the cursor on every plane and asks nobody. A click asks for the exact decodes, a digit for its place on every plane. The
component has no value: all that is chosen lives in the link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playground.ui.components.base import CanvasComponent

CELL = """
    <section class="pg-planes-cell" data-cell="{k}">
      <label class="pg-planes-choice"><span data-t="planes.slot_{letter}"></span><select></select></label>
      <div class="pg-planes-plane" tabindex="0" role="application">
        <div class="pg-planes-ground"><canvas></canvas></div>
        <div class="pg-planes-over"><canvas></canvas></div>
        <div class="pg-planes-clip"><div class="pg-planes-cursor" hidden></div></div>
      </div>
      <div class="pg-planes-pictures">
        <figure>
          <div class="pg-planes-big" role="img" data-t-label="planes.big_label"><canvas></canvas></div>
          <figcaption><b data-part="z"></b><span data-part="verdict"></span></figcaption>
        </figure>
        <figure data-part="rebuilt">
          <div class="pg-planes-hat" role="img" data-t-label="planes.hat_label"><canvas></canvas></div>
          <figcaption><b data-t="planes.hat"></b><span data-part="nats"></span></figcaption>
        </figure>
      </div>
    </section>"""
TABLE = """
    <section data-cell="{k}">
      <h3></h3>
      <table><tbody></tbody></table>
      <p data-part="missing"></p>
    </section>"""
TEMPLATE = """
<div class="pg-planes" role="group" data-t-label="planes.group">
  <div class="pg-planes-bar" role="group" data-t-label="planes.presets">{presets}
    <span class="pg-planes-space"></span>
    <button type="button" class="pg-button" data-act="play"></button>
  </div>
  <div class="pg-planes-row">{cells}
  </div>
  <div class="pg-planes-legend"><span data-part="low"></span><div class="pg-planes-scale"><canvas></canvas></div>
    <span data-part="high"></span><span data-part="ground"></span></div>
  <div class="pg-planes-tables">{tables}
  </div>
  <div class="pg-planes-digit">
    <div class="pg-planes-x" role="img" data-t-label="planes.x_label"><canvas></canvas></div>
    <span data-t="planes.examples"></span>
    <div class="pg-planes-examples" role="group" data-t-label="planes.examples"></div>
  </div>
</div>"""
PRESET = """
    <button type="button" class="pg-button" data-preset="{name}" data-t="planes.preset_{name}"></button>"""


class PlanesView(CanvasComponent):
    """See the module docstring. models: `{name: {"id", "variant"}}`; presets: `{name: [model, model, model]}`.

    server_functions: `plane(name)`, `verdicts(name)`, `speeds(name)`, `decode(names, u)`, `examples()`,
    `encode(names, image, normalise)`, each guarded by `page.server`.
    """

    def __init__(
        self,
        models: Mapping[str, Mapping],
        presets: Mapping[str, Sequence[str]],
        limits: Mapping[str, object],
        **kwargs: object,
    ) -> None:
        template = TEMPLATE.format(
            presets="".join(PRESET.format(name=name) for name in presets),
            cells="".join(CELL.format(k=k, letter="abc"[k]) for k in range(3)),
            tables="".join(TABLE.format(k=k) for k in range(3)),
        )
        constants = {"MODELS": dict(models), "PRESETS": dict(presets), "LIMITS": dict(limits)}
        super().__init__("planes_view", template=template, constants=constants, **kwargs)
