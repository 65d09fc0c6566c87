"""The latent plane: a mosaic of decoded digits that answers the pointer by itself, and what an encoder says of a digit.

The browser asks for the plane once (`plane`), when the component first appears; hovering then blends the four tiles
around the pointer. A click asks for the exact decode, a drawn path for its exact film strip, a seed for draws from the
prior, an example for its posterior. The value carries one thing only, what Python has encoded:
`{"encoded": {...}}` of `ui.stages.latent.wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.ui.components.base import CanvasComponent

TEMPLATE = """
<div class="pg-latent">
  <div class="pg-latent-main">
    <div class="pg-latent-plane" tabindex="0" role="application" data-t-label="latent.plane_label">
      <canvas></canvas>
    </div>
    <div class="pg-latent-classes" role="group" data-t-label="latent.classes" hidden></div>
  </div>
  <div class="pg-latent-side">
    <div class="pg-latent-now">
      <div class="pg-latent-digit" role="img"><canvas></canvas></div>
      <div class="pg-latent-facts">
        <div class="pg-latent-z"></div>
        <div class="pg-latent-p"></div>
        <div class="pg-latent-badge" aria-live="polite"></div>
        <div class="pg-latent-hint" data-t="latent.hint"></div>
      </div>
    </div>
    <div class="pg-latent-encoded">
      <div class="pg-latent-row">{pictures}
      </div>
      <table class="pg-latent-terms"><tbody></tbody></table>
      <div class="pg-latent-average"></div>
    </div>
  </div>
  <div class="pg-latent-strip">
    <div class="pg-latent-film" role="img"><canvas></canvas></div>
    <div class="pg-latent-bar">
      <button type="button" class="pg-button" data-act="play"></button>
      <span class="pg-latent-what"></span>
    </div>
    <div class="pg-latent-tests">
      <span data-t="latent.tests"></span>
      <div class="pg-latent-examples" role="group" data-t-label="latent.tests"></div>
    </div>
  </div>
</div>"""
PICTURE = """
        <figure>
          <div class="pg-latent-pic" data-pic="{name}" role="img" data-t-label="latent.{label}"><canvas></canvas></div>
          <figcaption data-t="latent.{name}"></figcaption>
        </figure>"""
PICTURES = {"x": "x", "x_hat": "x_hat", "zoom": "zoom_label"}


class LatentMap(CanvasComponent):
    """One large plane, the decoded digit beside it, a film strip below; see the module docstring.

    server_functions: `plane()`, `decode(x, y)`, `path(points, n)`, `prior(seed, n)`, `example(k)`, each
    guarded by `page.server`.
    """

    def __init__(self, stage: str, *, server_functions: Sequence[Callable], **kwargs: object) -> None:
        pictures = "".join(PICTURE.format(name=name, label=label) for name, label in PICTURES.items())
        super().__init__(
            "latent_map",
            template=TEMPLATE.format(pictures=pictures),
            constants={"STAGE": stage},
            server_functions=list(server_functions),
            **kwargs,
        )
