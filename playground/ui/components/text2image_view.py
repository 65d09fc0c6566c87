"""The text2image stage's view and its knobs: see assets/js/text2image_parts.js; the state lives there and in the URL.

The caption, its words and its menus stand above every section but the last. Each section asks for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent

SECTIONS = ("draw", "between", "swap", "pairs", "game")
SCRIPTS = ("text2image_parts", "text2image_words", "text2image_draw", "text2image_way", "text2image_pairs")
EXAMPLES = ("whole", "korean", "open", "unknown", "twice")
SHOWN, SWAPPED = 8, 6

BAR = '<div class="pg-t2i-bar" role="group" data-t-label="text2image.sections">@BUTTONS@</div>'
BUTTON = '<button type="button" class="pg-button" data-go="@ID@" data-t="text2image.section.@ID@"></button>'
ASK = """<div class="pg-t2i-ask" data-for="draw between swap pairs">
<label for="t2i-caption"><b data-t="text2image.caption"></b> <span data-t="text2image.caption_hint"></span></label>
<textarea id="t2i-caption" data-input="caption" rows="1" spellcheck="false" autocomplete="off"></textarea>
<p class="pg-t2i-error" role="alert" data-error="caption" hidden></p>
<div class="pg-t2i-words" role="group" data-t-label="text2image.words"></div>
<ul class="pg-t2i-remarks" role="status"></ul>
<div class="pg-t2i-menus" role="group" data-t-label="text2image.menus">@MENUS@</div>
</div>"""
MENU = """<label><span data-t="text2image.attribute.@A@"></span><select data-menu="@A@">
<option value="" data-t="text2image.left_open"></option>@OPTIONS@</select></label>"""
FIGURE = """<figure><div class="pg-t2i-picture"><canvas width="32" height="32" role="img"></canvas></div>
<figcaption></figcaption></figure>"""
DRAW = """<section data-section="draw"><div class="pg-t2i-eight">@FIGURES@</div>
<p class="pg-t2i-legend" data-says="draw"></p></section>"""
BETWEEN = """<section data-section="between">
<label for="t2i-second"><b data-t="text2image.second"></b></label>
<div class="pg-t2i-row"><textarea id="t2i-second" data-input="second" rows="1" spellcheck="false"></textarea>
<button type="button" class="pg-button" data-act="exchange" data-t="text2image.exchange"></button></div>
<p class="pg-t2i-error" role="alert" data-error="second" hidden></p>
<div class="pg-t2i-strip">@FIGURES@</div>
<p data-says="between"></p><div class="pg-t2i-curves" data-part="curves"></div></section>"""
SWAP = """<section data-section="swap"><div class="pg-t2i-others" role="group" data-t-label="text2image.others"></div>
<div class="pg-t2i-swap"><div class="pg-t2i-before">@ROWS@</div>
<div class="pg-t2i-changes"><h3 data-t="text2image.changes"></h3><table><tbody></tbody></table>
<p data-says="swap"></p>
<button type="button" class="pg-button" data-act="take" data-t="text2image.take"></button></div></div></section>"""
ROW = '<h3 data-t="text2image.row.@R@"></h3><div class="pg-t2i-six" data-row="@R@">@FIGURES@</div>'
PAIRS = """<section data-section="pairs"><div class="pg-t2i-sheets">
<figure><figcaption data-t="text2image.real"></figcaption>
<div class="pg-t2i-sheet" data-sheet="real">@FIGURES@</div></figure>
<figure><figcaption data-t="text2image.made"></figcaption>
<div class="pg-t2i-sheet" data-sheet="made">@FIGURES@</div></figure>
</div><div class="pg-t2i-scale" aria-hidden="true"><span>D = 0</span><span>½</span><span>⅔</span><span>1</span></div>
<ol class="pg-t2i-bars"></ol></section>"""
KNOBS = """<div class="pg-t2i-knobs" role="group" data-t-label="text2image.controls">
<div data-for="draw between swap pairs"><label for="t2i-seed" data-t="text2image.seed"></label>
<div class="pg-t2i-two"><input type="number" id="t2i-seed" data-input="seed" min="0" max="2147483647" step="1">
<button type="button" class="pg-button" data-act="next" data-t="text2image.next"></button></div></div>
<div data-for="draw between swap"><span id="t2i-open" data-t="text2image.open"></span>
<div class="pg-t2i-stack" role="group" aria-labelledby="t2i-open">
<button type="button" class="pg-button" data-open="fill" data-t="text2image.fill"></button>
<button type="button" class="pg-button" data-open="leave" data-t="text2image.leave"></button></div>
<p data-says="open"></p></div>
<div data-for="draw between swap pairs"><span id="t2i-examples" data-t="text2image.examples"></span>
<div class="pg-t2i-stack" role="group" aria-labelledby="t2i-examples">@EXAMPLES@</div></div>
<div data-for="draw"><h3 data-t="text2image.how_often"></h3>
<table class="pg-t2i-table"><thead></thead><tbody></tbody></table>
<p data-says="numbers"></p></div>
<p data-for="between" data-t="text2image.between_hint"></p>
<p data-for="swap" data-t="text2image.swap_hint"></p>
<p data-for="pairs" data-t="text2image.pairs_hint"></p>
<p data-for="game" data-t="text2image.game_hint"></p>
</div>"""


def knobs() -> str:
    """The column of controls."""
    button = '<button type="button" class="pg-button" data-example="@E@" data-t="text2image.example.@E@"></button>'
    return KNOBS.replace("@EXAMPLES@", "".join(button.replace("@E@", name) for name in EXAMPLES))


def template(values: Mapping[str, Sequence]) -> str:
    """values: what each attribute may be, in the order of the page."""
    bar = BAR.replace("@BUTTONS@", "".join(BUTTON.replace("@ID@", id) for id in SECTIONS))
    menus = "".join(MENU.replace("@A@", name).replace("@OPTIONS@", _options(of)) for name, of in values.items())
    rows = "".join(ROW.replace("@R@", row) for row in ("before", "after", "difference"))
    ask = ASK.replace("@MENUS@", menus)
    parts = [part.replace("@FIGURES@", FIGURE * SHOWN) for part in (DRAW, BETWEEN, PAIRS)]
    parts.append(SWAP.replace("@ROWS@", rows).replace("@FIGURES@", FIGURE * SWAPPED))
    wait = '<p class="pg-t2i-wait" data-t="page.loading"></p>'
    notice = '<p class="pg-t2i-notice" role="alert" hidden></p>'
    return f'<div class="pg-t2i">{"".join([bar, notice, ask, wait, *parts])}</div>'


def _options(values: Sequence) -> str:
    return "".join(
        f'<option value="{value}">{value}</option>'
        if isinstance(value, int)
        else f'<option value="{value}" data-t="text2image.value.{value}"></option>'
        for value in values
    )


class Text2ImageView(CanvasComponent):
    """All sections but the data flow.

    values: by attribute. server_functions: `read`, `write`, `draw`, `between`, `swap`, `pairs`, `numbers` of the stage,
    guarded by `page.server`. constants: VALUES and those of the first captions, see the stage.
    """

    def __init__(
        self, values: Mapping[str, Sequence], *, constants: Mapping[str, object], server_functions: Sequence[Callable]
    ) -> None:
        told = {**constants, "VALUES": {name: list(of) for name, of in values.items()}, "SECTIONS": list(SECTIONS)}
        super().__init__(
            "text2image_view",
            template=template(values),
            scripts=SCRIPTS,
            constants=told,
            server_functions=list(server_functions),
            elem_id="text2image-view",
        )
