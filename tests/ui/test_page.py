"""What the page promises to a stage: wiring, guarded handlers, and a browser that may send anything."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from playground.errors import InvalidInput, WeightsError
from playground.ui import handlers
from playground.ui.components.base import CanvasComponent, pack
from playground.ui.i18n import T, request_lang
from playground.ui.links import Field
from playground.ui.page import Page


class Visit:
    """A request as far as the language goes."""

    def __init__(self, cookies=None, query=None, **headers):
        self.cookies, self.query_params = cookies or {}, query or {}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.parametrize(
    ("visit", "lang"),
    [
        (None, "en"),
        (Visit(), "en"),
        (Visit({"lang": "ko"}, {"lang": "en"}), "ko"),
        (Visit({"lang": "xx"}, {"lang": "ko"}), "ko"),
        (Visit(referer="http://host/?tab=lab&lang=ko"), "ko"),
        (Visit(accept_language="ko-KR,ko;q=0.9,en;q=0.8"), "ko"),
        (Visit(accept_language="de-DE,en-US;q=0.8,ko;q=0.2"), "en"),
        (Visit(accept_language="*"), "en"),
    ],
)
def test_language_of_a_request(visit, lang):
    assert request_lang(visit) == lang


def refuse(seed):
    raise InvalidInput("integer_range", "seed", seed, low=0, high=9)


@pytest.fixture
def warned(monkeypatch):
    messages = []
    monkeypatch.setattr(gr, "Warning", lambda message, **_: messages.append(message))
    return messages


@pytest.mark.parametrize(("n", "unchanged"), [(0, None), (1, gr.skip()), (2, (gr.skip(), gr.skip()))])
def test_a_refused_event_leaves_its_outputs(n, unchanged, warned):
    assert handlers.guarded(refuse, n)(99) == unchanged
    assert warned == ["seed: expected an integer from 0 to 9, got 99"]


def test_a_refused_stream_keeps_what_it_sent(warned):
    def stream(seed):
        yield 1
        refuse(seed)

    assert list(handlers.guarded(stream, 1)(99)) == [1, gr.skip()]
    assert len(warned) == 1


def test_a_message_cannot_carry_markup(warned):
    handlers.guarded(refuse, 0)("<img src=x onerror=alert(1)>")
    assert "<img" not in warned[0] and "&lt;img" in warned[0]


def test_an_unforeseen_error_is_logged_not_shown(warned, caplog):
    handlers.guarded(lambda: 1 / 0, 1)()
    assert warned == ["Something went wrong on the server. The page goes on working; try once more."]
    assert "ZeroDivisionError" in caplog.text


def test_server_functions_unpack_and_answer_errors():
    def add(a, b):
        return a + b

    served = handlers.served(add)
    assert served([1, 2]) == 3
    for wrong in ([1], [1, 2, 3], 1, None):
        error = served(wrong)["error"]
        assert error["kind"] == "shape" and set(error["message"]) == {"en", "ko"}
    assert handlers.served(lambda values: len(values))([1, 2, 3]) == 3
    assert handlers.served(lambda: "x")(None) == "x"
    assert handlers.served(refuse)(99)["error"]["params"] == {"field": "seed", "got": "99", "low": 0, "high": 9}
    assert handlers.served(lambda x: 1 / 0)(1)["error"]["kind"] == "unexpected"


def test_a_weights_error_names_file_and_command():
    error = WeightsError("nade", "pretrained/nade/model.safetensors", "missing", "python -m playground.training nade")
    assert "없습니다" in error.message("ko"), "expected the reason in Korean"
    for lang in ("en", "ko"):
        for part in ("nade", "pretrained/nade/model.safetensors", "python -m playground.training nade"):
            assert part in error.message(lang)


def test_a_message_does_not_tell_where_it_is_installed(root):
    path = root / "pretrained" / "nade" / "metrics.json"
    error = WeightsError("nade", path, f"[Errno 2] No such file or directory: '{path}'", "python -m playground.metrics")
    assert str(root) not in str(error) and "pretrained/nade/metrics.json" in str(error)


def test_long_and_broken_values_still_make_a_short_message():
    class Broken:
        def __repr__(self):
            raise RuntimeError("no")

    assert len(str(InvalidInput("finite", "x", "9" * 10_000))) < 200
    assert "Broken" in str(InvalidInput("finite", "x", Broken()))
    assert "shape (3, 4)" in str(InvalidInput("shape", "x", np.zeros((3, 4)), expected="(28, 28)"))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
def test_pack_keeps_every_value(dtype):
    import base64

    array = np.arange(24).reshape(2, 3, 4).astype(dtype)[:, ::-1]
    packed = pack(array)
    back = np.frombuffer(base64.b64decode(packed["data"]), np.dtype(packed["dtype"]).newbyteorder("<"))
    assert packed["dtype"] == dtype
    np.testing.assert_array_equal(back.reshape(packed["shape"]), array)


def test_pack_narrows_and_refuses():
    for wide, narrow in (("bool", "uint8"), ("int64", "int32"), ("float64", "float32"), ("float16", "float32")):
        assert pack(np.ones(2, wide))["dtype"] == narrow
    with pytest.raises(ValueError, match="expected an array of .* got complex128"):
        pack(np.ones(2, complex))


def test_components_take_a_dict_and_count(tmp_path, monkeypatch):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "dot.js").write_text("const side = @SIDE@; watch('value', () => 0);")
    monkeypatch.setattr("playground.ui.components.base.ASSETS", tmp_path)
    dot = CanvasComponent("dot", template="<canvas></canvas>", constants={"SIDE": 28})
    assert dot.js_on_load.startswith("const side = 28;")
    (tmp_path / "js" / "line.js").write_text("const far = 2 * side;")
    both = CanvasComponent("line", template="<canvas></canvas>", constants={"SIDE": 3}, scripts=["dot"])
    assert both.js_on_load.split() == "const side = 3; watch('value', () => 0); const far = 2 * side;".split()
    first, second = dot.postprocess({"x": 1}), dot.postprocess({"x": 1})
    assert first["seq"] < second["seq"] and first["x"] == 1
    assert dot.preprocess("not a dict") is None
    with pytest.raises(TypeError, match="expected a dict"):
        dot.postprocess([1])
    with pytest.raises(ValueError, match="SIDE"):
        CanvasComponent("dot", template="<canvas></canvas>")
    with pytest.raises(ValueError, match="constant template"):
        CanvasComponent("dot", template="<b>${value}</b>", constants={"SIDE": 1})


FIELDS = {"seed": Field("int", 3, 0, 9), "step": Field("int", 0, 0, 99)}


def test_state_refuses_what_would_not_survive_a_reload():
    with gr.Blocks() as blocks:
        page = Page(blocks)
        seed = gr.Number(3, precision=0)
        page.state("pixels", {"seed": seed}, FIELDS)
        assert page.link_spec()["pixels"]["seed"]["component"] == seed._id
        assert page.link_spec()["pixels"]["step"]["component"] is None
        for components, fields in (
            ({"seed": gr.Number(4)}, FIELDS),
            ({"size": gr.Number(1)}, FIELDS),
            ({}, {"lang": Field("int", 0, 0, 1)}),
        ):
            with pytest.raises(ValueError, match="expected"):
                page.state("pixels", components, fields)


def test_a_stage_opens_on_checked_values(warned):
    seen = []
    with gr.Blocks() as blocks:
        page = Page(blocks)
        page.layout("pixels")
        seed, other, out = gr.Number(3, precision=0), gr.Textbox(), gr.Textbox()
        page.state("pixels", {"seed": seed}, FIELDS)
        page.on_open("pixels", lambda *values: seen.append(values) or "ok", [seed, other], out)
        page.on_open("pixels", lambda seed: (yield seed), [seed], out)
    single, stream = [fn.fn for fn in blocks.fns.values() if fn.fn is not None][-2:]
    assert single(10**400, "free") == "ok" and seen == [(3, "free")]
    assert list(stream(float("nan"))) == [3]
    assert len(warned) == 2


def echo(seed: int) -> dict:
    """Gives the seed back."""
    return {"seed": FIELDS["seed"].read("seed", seed)}


def test_house_defaults_of_events():
    with gr.Blocks() as blocks:
        page = Page(blocks)
        button, out = gr.Button(), gr.Textbox(label=T("page.title"))
        page.event(button.click, str, None, out, live=True, lane="train")
        page.api(echo, "echo")
    event = next(fn for fn in blocks.fns.values() if fn.trigger_mode == "always_last")
    assert event.api_visibility == "private" and event.show_progress == "hidden"
    assert event.concurrency_id == "train" and event.concurrency_limit >= 1
    assert [fn.api_name for fn in blocks.fns.values() if fn.api_visibility == "public"] == ["echo"]
