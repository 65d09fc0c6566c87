"""The ELBO of one image taken apart: pictures, q on the plane, KL per dimension with its sliders, the sum and its gap.

All numbers come from `inference.elbo` (the KL is worked out in the browser too, so that it follows a slider at once).
The value carries what Python has made of a drawing: `{"drawing": {...}}` of `ui.stages.elbo.wire`.
"""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent

PICTURE = """
    <figure>
      <div class="pg-elbo-pic" data-pic="{name}"{more}>
        <canvas role="img" data-t-label="elbo.{name}_label"></canvas></div>
      <figcaption>{caption}</figcaption>
    </figure>"""
PICTURES = {
    "x": ("", '<span data-t="elbo.x"></span>'),
    "p": ("", '<span data-t="elbo.p"></span>'),
    "nats": (' tabindex="0"', '<span data-part="scale"></span>'),
    "plane": (' tabindex="0"', '<span data-part="plane"></span>'),
}
DIMENSION = """
    <div class="pg-elbo-dim" data-dim="{d}">
      <div class="pg-elbo-curve"><canvas role="img" data-t-label="elbo.curve_label"></canvas></div>
      <div class="pg-elbo-kl" data-part="kl{d}"></div>
      <label><b>μ<sub>{n}</sub></b><input type="range" min="-4" max="4" step="0.001" value="0" data-knob="mu{n}"
        aria-label="μ{n}"><output></output></label>
      <label><b>σ<sub>{n}</sub></b><input type="range" min="-5.3" max="0" step="0.001" value="0" data-knob="s{n}"
        aria-label="σ{n}"><output></output></label>
    </div>"""
TEMPLATE = """
<div class="pg-elbo" role="group" data-t-label="elbo.label">
  <div class="pg-elbo-pictures">{pictures}
  </div>
  <p class="pg-elbo-pixel" data-part="pixel" aria-live="polite"></p>
  <div class="pg-elbo-row">
    <div class="pg-elbo-dims">{dimensions}
      <p class="pg-elbo-slip" data-part="slip"></p>
    </div>
    <div class="pg-elbo-sum"><canvas role="img" data-t-label="elbo.sum_label"></canvas></div>
  </div>
  <p class="pg-elbo-said" data-part="said" role="status"></p>
  <div class="pg-elbo-bar">
    <button type="button" class="pg-button" data-act="encoder" data-t="elbo.encoder"></button>
    <button type="button" class="pg-button" data-act="climb"></button>
    <button type="button" class="pg-button" data-act="truth" data-t="elbo.truth"></button>
    <span class="pg-elbo-views" role="group" data-t-label="elbo.views">
      <button type="button" class="pg-button" data-view="near" data-t="elbo.near"></button>
      <button type="button" class="pg-button" data-view="whole" data-t="elbo.whole"></button>
    </span>
  </div>
  <div class="pg-elbo-examples" role="group" data-t-label="elbo.examples"></div>
</div>"""


class ElboView(CanvasComponent):
    """See the module docstring. limits: `{"mu", "low", "high"}` of q.

    server_functions: `examples()`, `example(k)`, `linked(bits)`, `terms(bits, q)`, `importance(bits, q)`,
    `climb(bits, q)`, each guarded by `page.server`.
    """

    def __init__(self, limits: Mapping[str, float], home: int, **kwargs: object) -> None:
        pictures = "".join(
            PICTURE.format(name=name, more=more, caption=caption) for name, (more, caption) in PICTURES.items()
        )
        dimensions = "".join(DIMENSION.format(d=d, n=d + 1) for d in range(2))
        super().__init__(
            "elbo_view",
            template=TEMPLATE.format(pictures=pictures, dimensions=dimensions),
            constants={"LIMITS": dict(limits), "HOME": home},
            **kwargs,
        )
