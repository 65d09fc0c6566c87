"""The lecture's four-letter network, h e l l -> e l l o, trained in the browser with exact gradients."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent

TEMPLATE = """
<div class="pg-hello" tabindex="0" role="group" data-t-label="text.hello_label">
  <div class="pg-hello-columns">
    <div class="pg-hello-net"><canvas role="img" data-t-label="text.hello_net"></canvas></div>
    <div class="pg-hello-side">
      <div class="pg-text-title" data-t="text.hello_loss_title"></div>
      <div class="pg-hello-loss"><canvas role="img" data-t-label="text.hello_loss_title"></canvas></div>
      <div class="pg-hello-said" data-part="said"></div>
    </div>
  </div>
  <div class="pg-player-bar">
    <button type="button" class="pg-button" data-part="restart" data-t="text.hello_restart"></button>
    <button type="button" class="pg-button pg-main" data-part="run"></button>
    <button type="button" class="pg-button" data-part="step" data-t="text.hello_step"></button>
    <label class="pg-hello-knob"><span data-t="text.hello_lr"></span><output data-part="lr-value"></output>
      <input type="range" min="-2" max="0.301" step="0.05" data-part="lr"></label>
    <label class="pg-hello-knob"><span data-t="text.hello_seed"></span>
      <input type="number" min="0" max="2147483647" step="1" inputmode="numeric" data-part="seed"></label>
    <label class="pg-hello-knob"><input type="checkbox" data-part="memory">
      <span data-t="text.hello_memory"></span></label>
  </div>
</div>"""


class HelloNet(CanvasComponent):
    """Three hidden units, four letters; it needs nothing from the server. For tests, the root element has `.hello`:
    `init(seed)`, `forward(params, memory)` and `gradient(params, memory)` of the forty numbers Wx, Wh, b, V, c."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__("hello_net", template=TEMPLATE, **kwargs)
