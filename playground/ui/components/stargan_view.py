"""The stargan stage's view; assets/js/stargan_view.js fills it. What to translate stands in the column beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.translator_view import SCALE, numbers, tile, view

SECTIONS = ("matrix", "round", "count", "without", "objective")
CELL = """<button type="button" class="pg-star-cell" data-row="@R@" data-col="@C@"><canvas width="32" height="32"
aria-hidden="true"></canvas><small></small></button>"""
MATRIX = """<section data-section="matrix"><p class="pg-tr-lead" data-t="stargan.matrix_lead"></p>
<div class="pg-star-both"><div class="pg-star-matrix" role="group" data-t-label="stargan.section.matrix">
<div class="pg-star-heads" aria-hidden="true"><span></span><span data-says="head_x"></span>@HEADS@</div>@ROWS@
<p class="pg-tr-said" data-t="stargan.cell_says"></p></div>
<div class="pg-star-detail"><h3 data-says="detail"></h3><div class="pg-tr-three">@TILES@</div>
<h3 data-t="stargan.opinion"></h3><div class="pg-star-bars">@BARS@</div>
<p class="pg-tr-said" role="status" data-says="cell"></p></div></div></section>"""
ROW = """<div class="pg-star-row" data-line="@R@"><b></b><span class="pg-star-x"><canvas width="32" height="32"
role="img"></canvas></span>@CELLS@</div>"""
HEAD = '<span data-t="translators.style.@S@"></span>'
BAR = '<div data-style="@S@"><span data-t="translators.style.@S@"></span><i><b></b></i><em></em></div>'
LINES = ("there", "truth", "missed", "back", "cycle")
TABLE = """<div class="pg-star-table" role="table" data-t-label="stargan.section.round">
<div role="row" class="pg-star-heads"><span role="columnheader"></span>@HEADS@</div>@LINES@</div>"""
LINE = '<div role="row" data-line="@L@"><span role="rowheader" data-says="line_@L@"></span>@CELLS@</div>'
SLOT = '<span role="cell"><canvas width="32" height="32" role="img"></canvas><small></small></span>'
COUNT = """<section data-section="count"><p class="pg-tr-lead" data-t="stargan.count_lead"></p>
<div class="pg-tr-slider"><label for="stargan-k" data-t="stargan.k"></label><output for="stargan-k"></output>
<input type="range" id="stargan-k" min="2" max="12" step="1"></div>
<div class="pg-tr-two pg-star-graphs"><figure><h3 data-t="stargan.pairs_title"></h3>
<div class="pg-star-graph" data-graph="pairs"><canvas role="img"></canvas></div><p data-says="pairs"></p></figure>
<figure><h3 data-t="stargan.one_title"></h3>
<div class="pg-star-graph" data-graph="one"><canvas role="img"></canvas></div>
<p data-says="one"></p></figure></div>
<div class="pg-star-growth"><canvas role="img"></canvas></div>
<p class="pg-tr-said" role="status" data-says="count"></p></section>"""
LAMBDA = """<div class="pg-tr-lambda" data-lambda="@L@"><h3 data-t="stargan.@T@"></h3>
<p class="pg-tr-notice" role="alert" hidden></p>@TABLE@</div>"""


def _table(domains: Sequence[str], lines: Sequence[str]) -> str:
    heads = "".join(f'<span role="columnheader" data-t="translators.style.{name}"></span>' for name in domains)
    rows = "".join(LINE.replace("@L@", line).replace("@CELLS@", SLOT * len(domains)) for line in lines)
    return TABLE.replace("@HEADS@", heads).replace("@LINES@", rows)


def _template(domains: Sequence[str]) -> str:
    rows = "".join(
        ROW.replace("@CELLS@", "".join(CELL.replace("@C@", str(col)) for col in range(len(domains)))).replace(
            "@R@", str(row)
        )
        for row in range(11)
    )
    matrix = MATRIX.replace("@ROWS@", rows).replace("@HEADS@", "".join(HEAD.replace("@S@", s) for s in domains))
    matrix = matrix.replace("@BARS@", "".join(BAR.replace("@S@", s) for s in domains))
    matrix = matrix.replace("@TILES@", "".join(map(tile, ("x", "there", "back", "truth", "missed", "cycle"))))
    lead = '<p class="pg-tr-lead" data-t="stargan.round_lead"></p>'
    around = f'<div class="pg-star-around"><div>{tile("x")}</div>{_table(domains, LINES)}</div>'
    trip = f'<section data-section="round">{lead}{around}{SCALE}<p class="pg-tr-said" data-says="round"></p></section>'
    sides = "".join(
        LAMBDA.replace("@L@", value).replace("@T@", key).replace("@TABLE@", _table(domains, ("there", "back", "cycle")))
        for value, key in (("10", "with"), ("0", "without"))
    )
    without = f"""<section data-section="without"><p class="pg-tr-lead" data-t="stargan.without_lead"></p>
<div class="pg-tr-two pg-star-sides">{sides}</div>{numbers("stargan")}</section>"""
    return view("stargan", SECTIONS, matrix + trip + COUNT + without)


class StarganView(CanvasComponent):
    """All sections but the objective. Server functions: `matrix`, `around`, `counts`, `both`, `numbers`."""

    def __init__(self, domains: Sequence[str], *, server_functions: Sequence[Callable], **kwargs: object) -> None:
        super().__init__(
            "stargan_view",
            template=_template(domains),
            scripts=["translator_parts", "stargan_count"],
            constants={"STAGE": "stargan", "DOMAINS": list(domains)},
            server_functions=list(server_functions),
            **kwargs,
        )
