"""The page that stages are built into: columns, notes, URL state, events, named endpoints.

A stage is one file, `ui/stages/<id>.py`, with one name in `ui/stages/__init__.py` and a tab name `page.tab.<id>`:

    FIELDS = {"seed": Field("int", 0, 0, 2**31 - 1), "model": Field("choice", "nade", choices=["nade", "pixel_cnn"]),
              "step": Field("int", 784, 0, 784)}                       # `step` lives in JavaScript: no component

    def build(page: Page) -> None:                                     # called inside the stage's tab
        view, controls, notes = page.layout("pixels")
        with view:
            player = PixelPlayer(28)
        with controls:
            choices = [(T("pixels.nade"), "nade"), ("PixelCNN", "pixel_cnn")]
            model = gr.Radio(choices, value="nade", label=T("pixels.model"))
            seed = gr.Number(0, label=T("field.seed"), precision=0)
            again = gr.Button(T("pixels.again"), variant="primary")
        with notes:
            page.notes("pixels", r"$$p(x) = \\prod_i p(x_i \\mid x_{<i})$$")      # text: `pixels.look`
        page.state("pixels", {"model": model, "seed": seed}, FIELDS)
        page.on_open("pixels", sample, [model, seed], player)          # the stage opens on a living picture
        page.event(again.click, sample, [model, seed], player)
        page.event(seed.change, sample, [model, seed], player, live=True)

    def sample(model: str, seed: int) -> dict:                         # may raise InvalidInput: becomes a message
        from playground.inference import pixels                              # torch arrives inside, never at import
        trace = pixels.sample(model, seed=seed)
        return {"pixels": pack(trace.pixels), "p": pack(trace.p)}

    def register_api(page: Page) -> None:
        page.api(sample_pixels, "sample_pixels")                       # typed, JSON in, JSON out

    STAGE = Stage("pixels", build, register_api)

Handlers give each component its value (a `CanvasComponent` takes one dict); a handler whose outputs should stay as they
are returns `gr.skip()`. A component of `page.state` starts at its field's default, which `page.state` asserts.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import gradio as gr

from playground.ui import handlers
from playground.ui.i18n import T
from playground.ui.links import RESERVED, Field, parse

LATEX = [{"left": "$$", "right": "$$", "display": True}, {"left": "$", "right": "$", "display": False}]
OPENER = "if (!element.dataset.opened) { element.dataset.opened = '1'; setTimeout(() => trigger('open'), 0); }"


@dataclass(frozen=True)
class Stage:
    """One way of playing: its id (also the tab in the URL), what fills its tab, what adds its endpoints."""

    id: str
    build: Callable[[Page], None]
    api: Callable[[Page], None]


@dataclass
class Page:
    """What a stage sees of the page while it is built; see the module docstring for how a stage is written."""

    blocks: gr.Blocks
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    components: dict[str, dict[str, gr.components.Component]] = field(default_factory=dict)
    openers: dict[str, gr.HTML] = field(default_factory=dict)

    def layout(self, stage: str) -> tuple[gr.Column, gr.Column, gr.Column]:
        """View (large, left), controls (right), notes (below), to be filled with `with view:` and so on."""
        with gr.Row(elem_id=f"pg-{stage}", elem_classes=["pg-stage"]):
            view = gr.Column(elem_classes=["pg-view"], min_width=0)
            controls = gr.Column(elem_classes=["pg-controls"], min_width=0)
        notes = gr.Column(elem_classes=["pg-notes"], min_width=0)
        self.openers[stage] = gr.HTML("", js_on_load=OPENER, elem_classes=["pg-opener"], apply_default_css=False)
        return view, controls, notes

    def notes(self, stage: str, equation: str) -> None:
        """What to look at (`<stage>.look`, Markdown) beside the equation (KaTeX between `$$` or `$`)."""
        with gr.Row(elem_classes=["pg-note-row"]):
            with gr.Column(min_width=0, elem_classes=["pg-note"]):
                gr.Markdown(T("page.look"), elem_classes=["pg-note-title"])
                gr.Markdown(T(f"{stage}.look"), latex_delimiters=LATEX)
            with gr.Column(min_width=0, elem_classes=["pg-note", "pg-equation"]):
                gr.Markdown(T("page.equation"), elem_classes=["pg-note-title"])
                gr.Markdown(equation, latex_delimiters=LATEX)

    def state(self, stage: str, components: Mapping[str, gr.components.Component], fields: Mapping[str, Field]) -> None:
        """Registers a stage's URL values; those without a component are written by JavaScript.

        Raises `ValueError` for a component without a field, one that does not start at its field's default, or a
        reserved name (`tab`, `lang`).
        """
        if bad := RESERVED & set(fields):
            raise ValueError(f"expected names other than {sorted(RESERVED)} in {stage}'s state, got {sorted(bad)}")
        self.fields[stage] = dict(fields)
        self.components[stage] = dict(components)
        for name, component in components.items():
            if name not in fields or component.value != fields[name].default:
                expected = fields[name].default if name in fields else "a Field"
                raise ValueError(f"{stage}.{name}: expected {expected!r}, the component starts at {component.value!r}")
            js = f"(value) => {{ playground.link.set('{stage}', {{'{name}': value}}); }}"
            component.change(None, component, None, js=js, show_progress="hidden")

    def on_open(self, stage: str, fn: Callable, inputs: object = None, outputs: object = None, **kw: object) -> object:
        """Runs `fn` once, when the stage's tab is first shown; inputs hold the values of the URL by then.

        An input that is a component of `page.state` is checked against its field: out of bounds becomes its default.
        """
        by_id = {c._id: name for name, c in self.components.get(stage, {}).items()}
        names = [by_id.get(component._id) for component in _listed(inputs)]
        fields = self.fields.get(stage, {})

        def checked(values: Sequence) -> list:
            given = {name: value for name, value in zip(names, values, strict=True) if name}
            good, problems = parse(given, {name: fields[name] for name in given})
            for problem in problems:
                handlers.warn(problem)
            return [good[name] if name else value for name, value in zip(names, values, strict=True)]

        def opened(*values: object) -> object:
            return fn(*checked(values))

        def opened_stream(*values: object) -> Iterator:
            yield from fn(*checked(values))

        body = opened_stream if inspect.isgeneratorfunction(fn) else opened
        return self.event(self.openers[stage].open, body, inputs, outputs, **kw)

    def event(
        self,
        trigger: Callable,
        fn: Callable | None,
        inputs: object = None,
        outputs: object = None,
        *,
        live: bool = False,
        lane: str | None = None,
        **kw: object,
    ) -> object:
        """Wires an event with the house's defaults; `trigger` is `button.click`, `slider.input`, `event.then`...

        live: the newest value wins while one is being answered. lane: events of one lane share as many places as the
        machine has cores. Errors of `fn` become messages and leave the outputs as they are.
        """
        settings: dict[str, object] = {"show_progress": "hidden", "api_visibility": "private"}
        if live:
            settings["trigger_mode"] = "always_last"
        if lane:
            settings |= {"concurrency_id": lane, "concurrency_limit": max(1, os.cpu_count() or 1)}
        body = handlers.guarded(fn, len(_listed(outputs))) if fn else None
        return trigger(body, inputs, outputs, **{**settings, **kw})

    def server(self, fn: Callable) -> Callable:
        """`fn` for `server_functions=[...]`: answers in milliseconds, past the queue; errors come back as data.

        JavaScript calls `server.<fn name>(a, b)`; the result of a `PlaygroundError` is `{"error": {"kind", "params",
        "message": {"en", "ko"}}}`, which `playground.check(result)` shows and turns into null.
        """
        return handlers.served(fn)

    def api(self, fn: Callable, name: str, *, lane: str | None = None) -> None:
        """A named endpoint for gradio_client. `fn` is typed, takes and gives JSON-able values; a generator streams."""
        limit = {"concurrency_id": lane, "concurrency_limit": max(1, os.cpu_count() or 1)} if lane else {}
        gr.api(handlers.endpoint(fn), api_name=name, api_description=fn.__doc__, **limit)

    def link_spec(self) -> dict:
        """JSON-able, for the browser: per stage its fields, each with the id of its component or None."""
        return {
            stage: {
                name: {**item.spec(), "component": getattr(self.components[stage].get(name), "_id", None)}
                for name, item in fields.items()
            }
            for stage, fields in self.fields.items()
        }


def _listed(components: object) -> Sequence:
    if components is None:
        return []
    return list(components) if isinstance(components, (list, tuple, set)) else [components]
