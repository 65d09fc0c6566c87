"""What every canvas component shares: its JavaScript from a file, its value as one small JSON dict.

A component is a subclass that names its files and gives a constant template (never `${value}` in it):

    class PixelPlayer(CanvasComponent):                     # assets/js/pixel_player.js, assets/css/pixel_player.css
        def __init__(self, side: int, **kw):
            template = '<div class="pg-pixel-player" tabindex="0" role="group" data-t-label="pixels.player"></div>'
            super().__init__("pixel_player", template=template, constants={"SIDE": side}, **kw)

    player = PixelPlayer(28, server_functions=[page.server(flip)])
    # in a handler:   return {"pixels": pack(trace.pixels), "p": pack(trace.p), "order": pack(trace.order)}

and in assets/js/pixel_player.js (this is `js_on_load`: element, trigger, props, server, watch are given):

    const box = element.querySelector('.pg-pixel-player');
    playground.translate(box);                                            // data-t, data-t-label, data-t-title
    const view = playground.canvas(box, (g, width, height) => { ... });   // called again on resize, theme, language
    function load() {
      if (!props.value) return;
      pixels = playground.unpack(props.value.pixels);
      view.draw(); view.canvas.dataset.seq = props.value.seq;             // after drawing, so that tests can wait
    }
    playground.keys(box, {space: play, left: back, right: step, r: restart});
    const ask = playground.gate(async (i) => { const got = playground.check(await server.flip(i)); if (got) ... });
    watch('value', load); load();

`@SIDE@` in the file becomes the constant as JSON. An event named in quotes in the file (`trigger('pick', {row, col})`)
is a Python listener: `page.event(player.pick, fn, ...)` with `event: gr.EventData` as an argument of `fn`.
Rules that hold Gradio 6.31 together: dynamic data only in `value`; size and visibility through an outer `gr.Column`;
`if (!canvas.isConnected) return` in animation loops; CSS in `assets/css/<name>.css`, never in `css_template`.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import gradio as gr
import numpy as np

ASSETS = Path(__file__).resolve().parents[3] / "assets"
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32")
NARROWER = {"bool": "uint8", "int64": "int32", "float64": "float32", "float16": "float32"}
_seq = itertools.count(1)


def pack(array: np.ndarray) -> dict:
    """A NumPy array of any shape for `playground.unpack`: `{"shape", "dtype", "data"}`, little-endian base64.

    int64 travels as int32, float64 and float16 as float32, bool as uint8. Raises `ValueError` for any other type.
    """
    array = np.asarray(array)
    name = NARROWER.get(array.dtype.name, array.dtype.name)
    if name not in DTYPES:
        raise ValueError(f"expected an array of {DTYPES}, got {array.dtype}")
    little = np.ascontiguousarray(array, dtype=np.dtype(name).newbyteorder("<"))
    return {"shape": list(array.shape), "dtype": name, "data": base64.b64encode(little.tobytes()).decode("ascii")}


class CanvasComponent(gr.HTML):
    """A `gr.HTML` that runs `assets/js/<name>.js` and takes one dict as its value."""

    def __init__(
        self,
        name: str,
        value: dict | None = None,
        *,
        template: str,
        constants: Mapping[str, object] | None = None,
        scripts: Sequence[str] = (),
        **kwargs: object,
    ) -> None:
        """scripts: further files of assets/js that run before `<name>.js`, in this order, as one script with it."""
        if "${" in template or "{{" in template:
            raise ValueError(f"expected a constant template for {name}, got one with a placeholder: {template!r}")
        js = _script([*scripts, name], constants or {})
        super().__init__(value, html_template=template, js_on_load=js, apply_default_css=False, **kwargs)

    def get_config(self) -> dict:
        """What the browser gets. A parameter whose name stands in the script, as "every" may, is an event to Gradio.

        Such a listener cannot be copied, and Gradio copies the whole configuration for every visitor: it would try
        again at each level, which takes a second.
        """
        return {name: value for name, value in super().get_config().items() if not callable(value)}

    def postprocess(self, value: dict | None) -> dict | None:
        """Adds a new `seq`, so that the same picture sent twice is drawn twice."""
        if value is None:
            return None
        if not isinstance(value, dict):
            raise TypeError(f"expected a dict or None for {type(self).__name__}, got {type(value).__name__}")
        return {**value, "seq": next(_seq)}

    def preprocess(self, payload: dict | None) -> dict | None:
        """The dict that JavaScript left in `props.value`; outside input, so the inference room validates it."""
        return payload if isinstance(payload, dict) else None


def _script(names: Sequence[str], constants: Mapping[str, object]) -> str:
    script = "\n".join((ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in names)
    for constant, value in constants.items():
        script = script.replace(f"@{constant}@", json.dumps(value))
    left = sorted(set(re.findall(r"@[A-Z][A-Z_0-9]*@", script)))
    if left:
        raise ValueError(f"expected a constant for each of {left} in {names} of assets/js, got {sorted(constants)}")
    return script
