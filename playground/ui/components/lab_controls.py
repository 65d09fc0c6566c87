"""The lab's controls: what to train on, with which preset and seed, and a few knobs. All of it lives in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from playground.ui.components.base import CanvasComponent

DATASETS = ("ring8", "grid25", "moons", "spiral", "pair", "mixture", "points")
DATA_KNOBS = {  # low, high, step
    "modes": (2, 12, 1),
    "rows": (2, 5, 1),
    "columns": (2, 5, 1),
    "weight": (0.05, 0.95, 0.05),
    "std": (0.01, 0.5, 0.01),
}
DATA_KNOB = """<label data-data-row="@NAME@" hidden><span data-t="lab.data.@NAME@"></span>
  <input type="range" data-data="@NAME@" min="@LOW@" max="@HIGH@" step="@STEP@"><output></output></label>"""
PAD = """<div class="pg-lab-draw" hidden>
  <p data-hint></p>
  <div class="pg-lab-pad" tabindex="0" role="application" data-t-label="lab.pad"><canvas></canvas></div>
  <div class="pg-lab-padbar"><span data-count role="status"></span>
    <button type="button" class="pg-button" data-act="undo" data-t="lab.undo"></button>
    <button type="button" class="pg-button" data-act="clear" data-t="lab.clear"></button>
    <button type="button" class="pg-button pg-lab-go" data-act="use" data-t="lab.use"></button></div>
  <details class="pg-lab-table" hidden><summary data-t="lab.table.title"></summary>
    <textarea rows="5" spellcheck="false" data-t-label="lab.table.title"
      placeholder="x,y&#10;0.5,-1.2&#10;-1,0.3"></textarea>
    <p class="pg-lab-problem" role="alert" hidden></p>
    <div class="pg-lab-padbar"><label class="pg-button"><span data-t="lab.table.file"></span>
        <input type="file" accept=".csv,.tsv,.txt,text/csv,text/plain"></label>
      <button type="button" class="pg-button" data-act="table" data-t="lab.table.use"></button></div>
    <p data-t="lab.table.hint"></p></details>
</div>"""
RATES = ("0.2", "0.5", "1", "2", "5")
CRITIC = ("preset", "1", "2", "3", "5", "10")
TEMPLATE = """<div class="pg-lab-controls" role="group" data-t-label="lab.controls">
<div class="pg-lab-group"><span id="lab-dataset" data-t="lab.title.dataset"></span>
  <div class="pg-lab-datasets" role="group" aria-labelledby="lab-dataset">@DATASETS@</div>
  <div class="pg-lab-data">@DATA@</div>@PAD@</div>
<div class="pg-lab-group"><span id="lab-preset" data-t="lab.title.preset"></span>
  <div class="pg-lab-presets" role="group" aria-labelledby="lab-preset">@PRESETS@</div></div>
<details class="pg-lab-failures"><summary data-t="lab.title.failure"></summary>
  <div class="pg-lab-presets" role="group" data-t-label="lab.title.failure">@FAILURES@</div></details>
<div class="pg-lab-group"><span id="lab-panels" data-t="lab.title.panels"></span>
  <div class="pg-lab-chosen" role="group" aria-labelledby="lab-panels">@PANELS@</div>
  <details class="pg-lab-own" hidden open><summary data-t="lab.own.title"></summary>
    <label><span data-t="lab.steer.of.loss"></span><select data-own="loss">@LOSS_NAMES@</select></label>
    @OWN@<p data-t="lab.own.hint"></p></details></div>
<div class="pg-lab-says" aria-live="polite"><b></b><p></p><table><tbody></tbody></table><small></small></div>
<div class="pg-lab-group"><label for="lab-seed" data-t="lab.title.seed"></label>
  <div class="pg-lab-row"><input type="number" id="lab-seed" min="0" max="2147483647" step="1" inputmode="numeric">
  <button type="button" class="pg-button" data-act="another" data-t="lab.another"
    data-t-title="lab.another_hint"></button></div><p class="pg-lab-hint" data-t="lab.seed_hint"></p></div>
<details class="pg-lab-knobs"><summary data-t="lab.knobs"></summary>
  <label><span data-t="lab.knob.lr_g"></span><select data-knob="lr_g">@RATES@</select></label>
  <label><span data-t="lab.knob.lr_d"></span><select data-knob="lr_d">@RATES@</select></label>
  <label><span data-t="lab.knob.k"></span><select data-knob="k">@CRITIC@</select></label>
  <label class="pg-lab-check"><input type="checkbox" data-knob="ema"><span data-t="lab.knob.ema"></span></label>
  <div class="pg-lab-network" role="group" data-t-label="lab.network"><b data-t="lab.network"></b>
    @NETWORK@
    <label><span data-t="lab.net.activation"></span><select data-knob="activation">@ACTIVATIONS@</select></label>
    <p class="pg-lab-hint" data-t="lab.network_hint"></p></div>
</details>
<details class="pg-lab-live"><summary data-t="lab.steer.title"></summary>
  <div class="pg-lab-turns" role="group" data-t-label="lab.steer.turns">@TURNS@</div>
  <label><span data-t="lab.steer.panel"></span><select data-steer="panel">
    <option value="" data-t="lab.steer.all"></option>@LOSSES@</select></label>
  <label><span data-t="lab.steer.knob"></span><select data-steer="knob">@STEERS@</select></label>
  <label><span data-t="lab.steer.value"></span><select data-steer="loss">@LOSS_NAMES@</select>
    <select data-steer="ema"><option value="true" data-t="lab.steer.on"></option>
      <option value="false" data-t="lab.steer.off"></option></select>
    <input type="number" data-steer="number" step="any" inputmode="decimal"></label>
  <p class="pg-lab-now"><span data-t="lab.steer.now"></span> <span data-now></span></p>
  <button type="button" class="pg-button pg-lab-go" data-act="steer"></button>
  <div class="pg-lab-row"><input type="number" data-steer="until" min="1" max="20000" step="1" inputmode="numeric"
      data-t-label="lab.steer.until"><button type="button" class="pg-button" data-act="until"
      data-t="lab.steer.go"></button></div>
  <label class="pg-lab-check"><input type="checkbox" data-steer="settle"><span data-t="lab.steer.settle"></span></label>
</details>
<details class="pg-lab-save"><summary data-t="lab.save.title"></summary>
  <div class="pg-lab-padbar"><button type="button" class="pg-button" data-act="csv" data-t="lab.save.csv"></button>
    <button type="button" class="pg-button" data-act="json" data-t="lab.save.json"></button>
    <button type="button" class="pg-button" data-act="gif" data-t="lab.save.gif"></button>
    <label class="pg-button"><span data-t="lab.save.load"></span>
      <input type="file" accept=".json,application/json"></label></div>
  <p class="pg-lab-progress" role="status" hidden><span></span><progress max="1" value="0"></progress></p>
</details>
</div>"""
STEERS = ("loss", "lr_g", "lr_d", "k_d", "k_g", "penalty", "a", "b", "c", "ema")  # what can change while it trains
STEER_RANGE = {
    **dict.fromkeys(("lr_g", "lr_d"), (1e-5, 1e-1)),
    **dict.fromkeys(("k_d", "k_g"), (0, 10)),
    "penalty": (0, 100),
    **dict.fromkeys("abc", (-2, 2)),
}
TURNS = ("both", "d", "g")
PANELS = {"m": "minimax", "n": "nonsaturating", "l": "lsgan", "w": "wgan_gp", "o": "own"}  # letters of a link
CHOICES = ["".join(some) for size in (2, 3, 4) for some in combinations(PANELS, size)]  # which panels to show
OWN = ("lr_g", "lr_d", "k_d", "k_g", "penalty", "a", "b", "c")
OWN_KNOB = """<label data-own-row="@NAME@"><span data-t="lab.steer.of.@NAME@"></span>
  <input type="number" data-own="@NAME@" step="any" inputmode="decimal" min="@LOW@" max="@HIGH@"></label>"""
NETWORK = {  # low, high, step; these make another run from its first step
    "layers": (1, 4, 1),
    "width": (8, 128, 8),
    "z_dim": (1, 32, 1),
    "batch": (16, 512, 16),
}
NETWORK_KNOB = """<label><span data-t="lab.net.@NAME@"></span>
  <input type="range" data-net="@NAME@" min="@LOW@" max="@HIGH@" step="@STEP@"><output></output></label>"""
ACTIVATIONS = ("preset", "relu", "lrelu", "tanh")
LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")


class LabControls(CanvasComponent):
    """Keeps the stage's state in the URL and tells the view (an element id) when it changes.

    presets: settings of each. home: the preset that opens each data set. claims: see `inference.lab.claims`. usual: the
    standard deviation of each data set. failures: runs of two panels, see the stage. saved: the
    fields that a file of settings has. own: one's own panel at first, as a link tells it. `server.table` reads a
    table of points.
    """

    def __init__(
        self,
        view: str,
        presets: Mapping[str, Mapping],
        home: Mapping[str, str],
        claims: Mapping[str, Mapping],
        usual: Mapping[str, float],
        failures: Mapping[str, Mapping],
        saved: Mapping[str, Mapping],
        own: str,
        **kwargs: object,
    ) -> None:
        rates = "".join(f'<option value="{value}">× {value}</option>' for value in RATES)
        plain = "".join(f'<option value="{k}">{k}</option>' for k in CRITIC[1:])
        critic = f'<option value="{CRITIC[0]}" data-t="lab.knob.k_preset"></option>{plain}'
        template = (
            TEMPLATE.replace("@PRESETS@", "".join(_button("preset", id, "preset") for id in presets))
            .replace("@DATASETS@", "".join(_button("dataset", id, "dataset") for id in DATASETS))
            .replace("@FAILURES@", "".join(_button("failure", id, "failure") for id in failures))
            .replace("@DATA@", "".join(_filled(DATA_KNOB, name, DATA_KNOBS[name]) for name in DATA_KNOBS))
            .replace("@PANELS@", "".join(_button("letter", letter, "panel_of") for letter in PANELS))
            .replace("@OWN@", "".join(_filled(OWN_KNOB, name, STEER_RANGE[name]) for name in OWN))
            .replace("@NETWORK@", "".join(_filled(NETWORK_KNOB, name, NETWORK[name]) for name in NETWORK))
            .replace("@ACTIVATIONS@", _options("activation", ACTIVATIONS, ACTIVATIONS))
            .replace("@PAD@", PAD)
            .replace("@TURNS@", "".join(_button("turn", id, "turn") for id in TURNS))
            .replace("@LOSSES@", _options("loss", LOSSES, range(len(LOSSES))))
            .replace("@STEERS@", _options("steer.of", STEERS, STEERS))
            .replace("@LOSS_NAMES@", _options("loss", LOSSES, LOSSES))
            .replace("@RATES@", rates)
            .replace("@CRITIC@", critic)
        )
        constants = {
            "VIEW": view,
            "PRESETS": presets,
            "HOME": home,
            "CLAIMS": claims,
            "USUAL": usual,
            "STEER_RANGE": STEER_RANGE,
            "FAILURES": failures,
            "SAVED": saved,
            "OWN_START": own,
        }
        scripts = ["lab_data"]
        super().__init__("lab_controls", template=template, constants=constants, scripts=scripts, **kwargs)


def _options(texts: str, names: Sequence[str], values: Sequence) -> str:
    pairs = zip(names, values, strict=True)
    return "".join(f'<option value="{value}" data-t="lab.{texts}.{name}"></option>' for name, value in pairs)


def _filled(html: str, name: str, bounds: Sequence[float]) -> str:
    for place, value in zip(("LOW", "HIGH", "STEP"), bounds, strict=False):
        html = html.replace(f"@{place}@", str(value))
    return html.replace("@NAME@", name)


def _button(kind: str, id: str, texts: str) -> str:
    return (
        f'<button type="button" class="pg-button" data-{kind}="{id}" aria-pressed="false" '
        f'data-t="lab.{texts}.{id}"></button>'
    )
