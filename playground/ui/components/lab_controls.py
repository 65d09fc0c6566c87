"""The lab's controls: what to train on, with which preset and seed, and a few knobs. All of it lives in the browser."""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent

DATASETS = ("ring8", "grid25", "moons", "spiral")
RATES = ("0.2", "0.5", "1", "2", "5")
CRITIC = ("preset", "1", "2", "3", "5", "10")
TEMPLATE = """<div class="pg-lab-controls" role="group" data-t-label="lab.controls">
<div class="pg-lab-group"><span id="lab-dataset" data-t="lab.title.dataset"></span>
  <div class="pg-lab-datasets" role="group" aria-labelledby="lab-dataset">@DATASETS@</div></div>
<div class="pg-lab-group"><span id="lab-preset" data-t="lab.title.preset"></span>
  <div class="pg-lab-presets" role="group" aria-labelledby="lab-preset">@PRESETS@</div></div>
<div class="pg-lab-says" aria-live="polite"><b></b><p></p><table><tbody></tbody></table><small></small></div>
<div class="pg-lab-group"><label for="lab-seed" data-t="lab.title.seed"></label>
  <div class="pg-lab-row"><input type="number" id="lab-seed" min="0" max="2147483647" step="1" inputmode="numeric">
  <button type="button" class="pg-button" data-act="another" data-t="lab.another"
    data-t-title="lab.another_hint"></button></div></div>
<details class="pg-lab-knobs"><summary data-t="lab.knobs"></summary>
  <label><span data-t="lab.knob.lr_g"></span><select data-knob="lr_g">@RATES@</select></label>
  <label><span data-t="lab.knob.lr_d"></span><select data-knob="lr_d">@RATES@</select></label>
  <label><span data-t="lab.knob.k"></span><select data-knob="k">@CRITIC@</select></label>
  <label class="pg-lab-check"><input type="checkbox" data-knob="ema"><span data-t="lab.knob.ema"></span></label>
</details>
</div>"""


class LabControls(CanvasComponent):
    """Keeps the stage's state in the URL and tells the view (an element id) when it changes.

    presets: settings of each. home: the preset that opens each data set. claims: see `inference.lab.claims`.
    """

    def __init__(
        self,
        view: str,
        presets: Mapping[str, Mapping],
        home: Mapping[str, str],
        claims: Mapping[str, Mapping],
        **kwargs: object,
    ) -> None:
        rates = "".join(f'<option value="{value}">× {value}</option>' for value in RATES)
        plain = "".join(f'<option value="{k}">{k}</option>' for k in CRITIC[1:])
        critic = f'<option value="{CRITIC[0]}" data-t="lab.knob.k_preset"></option>{plain}'
        template = (
            TEMPLATE.replace("@PRESETS@", "".join(_button("preset", id, "preset") for id in presets))
            .replace("@DATASETS@", "".join(_button("dataset", id, "dataset") for id in DATASETS))
            .replace("@RATES@", rates)
            .replace("@CRITIC@", critic)
        )
        constants = {"VIEW": view, "PRESETS": presets, "HOME": home, "CLAIMS": claims}
        super().__init__("lab_controls", template=template, constants=constants, **kwargs)


def _button(kind: str, id: str, texts: str) -> str:
    return (
        f'<button type="button" class="pg-button" data-{kind}="{id}" aria-pressed="false" '
        f'data-t="lab.{texts}.{id}"></button>'
    )
