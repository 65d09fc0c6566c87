"""The progan stage's view and its knobs; assets/js/progan_view.js moves both. The state lives in the URL.

Three sections: a picture that grows with one slider, the network that draws it, and the film of its training. The
slider stands above the first two. Pictures are canvases of as many pixels as the picture has; CSS enlarges them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SECTIONS = ("grow", "network", "film")
MARKS = ("equalized", "pixel_norm", "minibatch_std")
SIDES = (4, 8, 16, 32)
SCRIPTS = ("progan_pictures", "progan_net", "progan_sums", "progan_film")  # and at last progan_view
SPEEDS = (2, 4, 8, 16)
BAR = """<div class="pg-progan-bar"><div class="pg-progan-sections" role="group"
  data-t-label="progan.sections">@SECTIONS@</div>
  <div class="pg-progan-head" data-for="grow network"><label for="progan-at" data-t="progan.resolution"></label>
    <output for="progan-at" data-says="at"></output></div></div>"""
SLIDER = """<div class="pg-progan-slider" data-for="grow network">
  <div class="pg-progan-track">
    <button type="button" class="pg-button pg-progan-play" data-act="play"><b></b></button>
    <div><input type="range" id="progan-at" min="0" max="3" step="0.01">
      <div class="pg-progan-ticks">@TICKS@</div></div></div>
</div>"""
PATH = """<figure data-path="@NAME@"><h3><span data-says="@NAME@"></span></h3>
  <div class="pg-progan-picture"><canvas role="img" data-t-label="progan.@NAME@"></canvas></div>
  <figcaption><span class="pg-progan-weight"><i></i></span><b data-says="@NAME@_weight"></b></figcaption></figure>"""
GROW = """<section data-section="grow" class="pg-progan-grow">
<div class="pg-progan-left"><div class="pg-progan-blend">
  @OLD@<span class="pg-progan-sign" data-sign="plus" aria-hidden="true">+</span>@NEW@
  <span class="pg-progan-sign" data-sign="equals" aria-hidden="true">=</span>
  <figure data-path="blend"><h3 data-says="blend"></h3>
    <div class="pg-progan-picture"><canvas role="img" data-t-label="progan.blend"></canvas></div>
    <figcaption data-says="blend_size"></figcaption></figure>
</div><p class="pg-progan-note" data-says="grow"></p></div>
<div class="pg-progan-stages" role="radiogroup" data-t-label="progan.same_z">
  <div class="pg-progan-row pg-progan-heads" aria-hidden="true"><span>z</span>@HEADS@<span data-says="now"></span></div>
  @ROWS@
</div>
</section>"""
ROW = """<button type="button" class="pg-progan-row" role="radio" data-row="@AT@"><span></span>@CELLS@</button>"""
NETWORK = """<section data-section="network" class="pg-progan-network">
<div class="pg-progan-marks" role="group" data-t-label="progan.marks">@MARKS@</div>
<p class="pg-progan-told" role="status" aria-live="polite" data-says="layer"></p>
<div class="pg-progan-net" role="group" data-t-label="progan.net"></div>
<div data-demo="equalized"><h3 data-t="progan.std_title"></h3>
  <p class="pg-progan-legend"><span class="pg-stored"><i></i><span data-t="progan.stored"></span></span><span
    class="pg-used"><i></i><span data-t="progan.used"></span></span></p>
  <div class="pg-progan-stds"><canvas role="img"></canvas></div><p class="pg-progan-note" data-says="stds"></p></div>
<div data-demo="pixel_norm"><h3 data-t="progan.norm_title"></h3>
  <p class="pg-progan-formula">x<sub>c</sub> ← x<sub>c</sub> / √(<span class="pg-progan-mean">(1/C)</span>
    Σ<sub>k</sub> x<sub>k</sub>² + 10<sup>−8</sup>)</p></div>
<div data-demo="minibatch_std"><h3 data-t="progan.batches_title"></h3>@BATCHES@
  <p class="pg-progan-note" data-says="batches"></p></div>
</section>"""
BATCH = """<div class="pg-progan-batch" data-batch="@NAME@"><b data-t="progan.batch_@NAME@"></b>
  <div class="pg-progan-eight">@CELLS@</div>
  <div class="pg-progan-spread"><i></i></div><output></output></div>"""
FILM = """<section data-section="film">
<div class="pg-progan-player" tabindex="0" role="group" data-t-label="progan.film">
<div class="pg-progan-film">
  <div class="pg-progan-sheet"><canvas role="img"></canvas></div>
  <div class="pg-progan-beside"><p class="pg-progan-moment" data-says="film" role="status"></p>
    <h3 data-t="progan.schedule"></h3><div class="pg-progan-chart" data-view="schedule"><canvas role="img"
      data-t-label="progan.schedule"></canvas></div>
    <h3 data-t="progan.read_film"></h3><div class="pg-progan-chart" data-view="read"><canvas role="img"
      data-t-label="progan.read_film"></canvas></div>
    <p class="pg-progan-note" data-t="progan.film_note"></p>
    <p class="pg-progan-note" data-says="filmed" hidden></p></div>
</div>@BAR@</div></section>"""
KNOBS = """<div class="pg-progan-knobs" role="group" data-t-label="progan.controls">
<div class="pg-progan-knob" data-for="grow network"><label for="progan-seed" data-t="progan.first_seed"></label>
  <div class="pg-progan-two">
    <input type="number" id="progan-seed" min="0" max="2147483647" step="1" inputmode="numeric">
    <button type="button" class="pg-button" data-act="another" data-t="progan.another"></button></div></div>
<div class="pg-progan-knob" data-for="grow">
  <button type="button" class="pg-button" data-act="walk" data-t="progan.walk"></button></div>
<p class="pg-progan-hint" data-for="grow" data-t="progan.grow_hint"></p>
<p class="pg-progan-hint" data-for="network" data-t="progan.network_hint"></p>
<p class="pg-progan-hint" data-for="film" data-t="progan.film_hint"></p>
<div class="pg-progan-numbers"><h3 data-t="progan.numbers"></h3><dl></dl></div>
</div>"""


def _template(rows: int, frames: int) -> str:
    sections = _each("go", SECTIONS, "progan.section.")
    marks = _each("mark", MARKS, "progan.mark.")
    ticks = "".join(
        f'<button type="button" class="pg-button" data-level="{level}">{side}</button>'
        for level, side in enumerate(SIDES)
    )
    heads = "".join(f'<span data-head="{level}">{side} × {side}</span>' for level, side in enumerate(SIDES))
    cells = '<span class="pg-progan-cell"><canvas aria-hidden="true"></canvas></span>'
    lines = "".join(ROW.replace("@AT@", str(at)).replace("@CELLS@", cells * (len(SIDES) + 1)) for at in range(rows))
    grow = GROW.replace("@OLD@", PATH.replace("@NAME@", "old")).replace("@NEW@", PATH.replace("@NAME@", "new"))
    grow = grow.replace("@HEADS@", heads).replace("@ROWS@", lines)
    batches = "".join(BATCH.replace("@NAME@", name) for name in ("real", "generated", "copies"))
    network = NETWORK.replace("@MARKS@", marks).replace("@BATCHES@", batches.replace("@CELLS@", cells * 8))
    film = FILM.replace("@BAR@", bar("progan", frames - 1, SPEEDS, 4))
    parts = (BAR.replace("@SECTIONS@", sections), SLIDER.replace("@TICKS@", ticks), grow, network, film)
    notice = '<p class="pg-progan-notice" role="alert" hidden></p>'
    return f'<div class="pg-progan">{parts[0]}{notice}{"".join(parts[1:])}</div>'


def _each(attribute: str, names: Sequence[str], key: str) -> str:
    return "".join(
        f'<button type="button" class="pg-button" data-{attribute}="{name}" data-t="{key}{name}"></button>'
        for name in names
    )


class ProganView(CanvasComponent):
    """All of the stage but the knobs (`KNOBS`, in an HTML element of the same tab) and the data flow.

    rows: noises side by side. frames: moments of the film. constants: of the script, all that the stage's room names.
    server_functions: `stages`, `network`, `variation`, `film`, `numbers` of the stage, guarded by `page.server`.
    """

    def __init__(
        self,
        rows: int,
        frames: int,
        *,
        constants: Mapping[str, object],
        server_functions: Sequence[Callable],
        **kwargs: object,
    ) -> None:
        super().__init__(
            "progan_view",
            template=_template(rows, frames),
            scripts=SCRIPTS,
            constants={**constants, "SECTIONS": list(SECTIONS), "MARKS": list(MARKS)},
            server_functions=list(server_functions),
            **kwargs,
        )
