"""Image grid: n x m small grey pictures with headings, to look through and to choose from.

    sweep = ImageGrid(label="codes.sweep_label")         # label: a key of the locale files
    page.event(sweep.pick, on_pick, ...)                 # on_pick(..., event: gr.EventData): event.row, event.col

A handler gives it one dict; everything but `images` may be left out:

    {"images": pack(x),              # uint8 (rows, columns, H, W), 0 = paper, `top` = ink; (n, H, W) is one row of n
     "top": 1,                       # the value of full ink: 255 if left out, 1 for binary pictures
     "rows": ["0", "1"],             # headings, one per row; texts or keys of the locale files
     "columns": ["-1", "0", "1"],
     "row_title": "c1", "column_title": "c2",
     "selected": [1, 2]}             # the highlighted cell, or None

Use: sweeps of codes, several completions of one drawing, samples side by side, and as 1 x 1 one large picture. Events:
`pick` (click, tap, Enter or Space) and `hover` (pointer or arrow keys; row and col are -1 when it ends), both with
{row, col}. Without a server, other components of the same tab use the element's own interface:

    const grid = document.querySelector('#codes-sweep .pg-image-grid');
    grid.show({images: {shape: [2, 3, 28, 28], data: bytes}, selected: [0, 1]});    // packed, or plain bytes
    grid.select([1, 2]);  grid.cell(1, 2) -> Uint8Array;  grid.pictures(images): new in the same cells
    grid.addEventListener('pg-hover', (event) => event.detail);    // {row, col} or null; 'pg-pick' likewise

smooth: enlarge with interpolation instead of visible pixels (`grid.smooth(true)` switches). choose=False: a picture
that cannot be pointed at. The paper is the page's background, the ink its text colour, so it suits both themes.
"""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent

TEMPLATE = """<div class="pg-image-grid" data-t-label="@LABEL@">
<div class="pg-grid-column-title" aria-hidden="true"></div>
<div class="pg-grid-row-title" aria-hidden="true"></div>
<div class="pg-grid"><div class="pg-grid-pictures"><canvas aria-hidden="true"></canvas></div></div>
</div>"""


class ImageGrid(CanvasComponent):
    """A grid of pictures; see the module docstring for its value, its events and its interface in the browser."""

    def __init__(
        self,
        value: dict | None = None,
        *,
        label: str = "image_grid.label",
        smooth: bool = False,
        choose: bool = True,
        **kwargs: object,
    ) -> None:
        constants = {"SMOOTH": smooth, "CHOOSE": choose}
        super().__init__(
            "image_grid", value, template=TEMPLATE.replace("@LABEL@", label), constants=constants, **kwargs
        )
