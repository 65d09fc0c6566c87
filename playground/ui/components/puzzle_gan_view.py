"""The puzzle_gan stage's view and its knobs: see assets/js/puzzle_gan_parts.js; the state lives there and in the URL.

The digit with its three frames stands left of every section but the last; a pad to draw on stands among the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent

SECTIONS = ("six", "count", "order", "game")
SCRIPTS = ("puzzle_gan_parts", "puzzle_gan_frames", "puzzle_gan_six", "puzzle_gan_order")
PATCHES, SHOWN, ORDERS = 3, 6, 6
SHIFTS = ("up", "down", "left", "right")

BAR = '<div class="pg-puzzle-bar" role="group" data-t-label="puzzle_gan.sections">@BUTTONS@</div>'
BUTTON = '<button type="button" class="pg-button" data-go="@ID@" data-t="puzzle_gan.section.@ID@"></button>'
FRAME = '<div class="pg-puzzle-frame" data-frame="@K@" tabindex="0" role="application"><b>@N@</b></div>'
BOARD = """<div class="pg-puzzle-left"><div class="pg-puzzle-board" role="group" data-t-label="puzzle_gan.board">
<canvas role="img"></canvas>@FRAMES@</div>
<p data-says="source"></p>
<button type="button" class="pg-button" data-act="good" data-t="puzzle_gan.good"></button>
<h3 data-t="puzzle_gan.given"></h3>
<div class="pg-puzzle-given">@PATCHES@</div><p data-says="given"></p></div>"""
PATCH = """<figure data-patch="@K@"><canvas width="10" height="10" role="img"></canvas>
<figcaption>@N@</figcaption></figure>"""
PICTURE = '<div class="pg-puzzle-picture"><canvas role="img"></canvas></div>'
SIX = """<section data-section="six"><h3 data-t="puzzle_gan.pictures"></h3>
<div class="pg-puzzle-six" data-row="images">@IMAGES@</div>
<h3><span data-t="puzzle_gan.masks"></span> <span class="pg-puzzle-legend"><i></i><span
 data-t="puzzle_gan.true_mask"></span></span></h3>
<div class="pg-puzzle-six" data-row="masks">@MASKS@</div>
<p data-says="six" role="status"></p>
<table class="pg-puzzle-table"><thead></thead><tbody></tbody></table></section>"""
COUNT = '<section data-section="count">@ROWS@<p data-says="count"></p></section>'
ROW = """<div class="pg-puzzle-row" data-count="@N@"><header><h3></h3><p></p></header>
<div class="pg-puzzle-six">@IMAGES@</div></div>"""
ORDER = """<section data-section="order"><h3 data-t="puzzle_gan.orders"></h3>
<div class="pg-puzzle-six" data-row="orders">@ORDERS@</div><p data-says="orders"></p>
<h3 data-t="puzzle_gan.moved"></h3><div class="pg-puzzle-moves">@MOVES@</div><p data-says="moved"></p></section>"""
MOVE = """<div class="pg-puzzle-move" data-shift="@S@"><h3 data-t="puzzle_gan.shift.@S@"></h3>
<figure>@PICTURE@<figcaption data-t="puzzle_gan.taken_from"></figcaption></figure>
<figure>@PICTURE@<figcaption></figcaption></figure></div>"""
KNOBS = """<div class="pg-puzzle-knobs" role="group" data-t-label="puzzle_gan.controls">
<div data-for="six count order"><span id="puzzle-source" data-t="puzzle_gan.source"></span>
<div class="pg-puzzle-two" role="group" aria-labelledby="puzzle-source">
<button type="button" class="pg-button" data-source="sample" data-t="puzzle_gan.source_sample"></button>
<button type="button" class="pg-button" data-source="drawing" data-t="puzzle_gan.source_drawing"></button></div></div>
<div data-for="six count order" data-kind="sample"><span id="puzzle-digit" data-t="puzzle_gan.digit"></span>
<div class="pg-puzzle-digits" role="group" aria-labelledby="puzzle-digit">@DIGITS@</div>
<label for="puzzle-seed" data-t="puzzle_gan.seed"></label>
<div class="pg-puzzle-two"><input type="number" id="puzzle-seed" data-input="seed" min="0" max="2147483647" step="1">
<button type="button" class="pg-button" data-act="other" data-t="puzzle_gan.other"></button></div></div>
<div data-for="six order"><span id="puzzle-patches" data-t="puzzle_gan.patches"></span>
<div class="pg-puzzle-three" role="group" aria-labelledby="puzzle-patches">@COUNTS@</div></div>
<div data-for="six count order"><label for="puzzle-z" data-t="puzzle_gan.z"></label>
<div class="pg-puzzle-two"><input type="number" id="puzzle-z" data-input="z" min="0" max="2147483647" step="1">
<button type="button" class="pg-button" data-act="next" data-t="puzzle_gan.next"></button></div></div>
<p data-for="six" data-t="puzzle_gan.six_hint"></p>
<p data-for="count" data-t="puzzle_gan.count_hint"></p>
<p data-for="order" data-t="puzzle_gan.order_hint"></p>
<p data-for="game" data-t="puzzle_gan.game_hint"></p>
</div>"""


def knobs() -> str:
    """The column of controls."""
    digits, counts = (
        "".join(f'<button type="button" class="pg-button" data-{name}="{k}">{k}</button>' for k in of)
        for name, of in (("digit", range(10)), ("patches", range(1, PATCHES + 1)))
    )
    return KNOBS.replace("@DIGITS@", digits).replace("@COUNTS@", counts)


def template() -> str:
    """The view's."""
    bar = BAR.replace("@BUTTONS@", "".join(BUTTON.replace("@ID@", id) for id in SECTIONS))
    frames, given = (
        "".join(one.replace("@K@", str(k)).replace("@N@", str(k + 1)) for k in range(PATCHES)) for one in (FRAME, PATCH)
    )
    board = BOARD.replace("@FRAMES@", frames).replace("@PATCHES@", given)
    figure = f"<figure>{PICTURE}<figcaption></figcaption></figure>"
    rows = "".join(ROW.replace("@N@", str(n)) for n in range(1, PATCHES + 1))
    moves = "".join(MOVE.replace("@S@", name).replace("@PICTURE@", PICTURE) for name in SHIFTS)
    parts = "".join([SIX, COUNT.replace("@ROWS@", rows), ORDER.replace("@MOVES@", moves)])
    parts = parts.replace("@IMAGES@", figure * SHOWN).replace("@MASKS@", figure * SHOWN)
    parts = parts.replace("@ORDERS@", figure * ORDERS)
    notice = '<p class="pg-puzzle-notice" role="alert" hidden></p>'
    wait = '<p class="pg-puzzle-wait"></p>'
    return (
        f'<div class="pg-puzzle">{bar}{notice}<div class="pg-puzzle-main">{board}<div>{wait}{parts}</div></div></div>'
    )


class PuzzleGanView(CanvasComponent):
    """All sections but the data flow. Its value comes from the pad, `{"drawn": ...}`.

    pad: element id of the digit pad. server_functions: `source`, `good`, `complete`, `counts`, `unmoved`, `numbers` of
    the stage, guarded by `page.server`. constants: PATCH, a frame's side in pixels.
    """

    def __init__(
        self, *, pad: str, constants: Mapping[str, object], server_functions: Sequence[Callable], **kwargs: object
    ) -> None:
        super().__init__(
            "puzzle_gan_view",
            template=template(),
            scripts=SCRIPTS,
            constants={**constants, "SECTIONS": list(SECTIONS), "PAD": pad},
            server_functions=list(server_functions),
            elem_id="puzzle-view",
            **kwargs,
        )
