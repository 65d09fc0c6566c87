"""The lab in a real Chromium: panels of one's choice, networks, all numbers, a GIF, originals of branches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playground.inference import lab
from playground.inference.record_lab import decode
from playground.locale import text
from tests.browser import test_lab as base
from tests.browser import toasts
from tests.browser.test_lab import STEPS, VIEW, act, data, picture, until

STAGES = ("lab",)
lane, open_lab = base.lane, base.open_lab
CHI = {"loss": "lsgan", "a": -1.0, "b": 1.0, "c": 0.0}  # one's own panel, at first


def plan(page) -> dict:
    return page.evaluate(f"""() => {{
        const detail = {{}};
        document.querySelector('{VIEW}').dispatchEvent(new CustomEvent('plan', {{ detail }}));
        return detail;
    }}""")


def captions(page) -> list[str]:
    return page.locator(f"{VIEW} [data-panel] figcaption span:visible").all_inner_texts()


def modes(run: lab.Run, step: int) -> str:
    (*_, frame) = lab.film(run, after=step - 1, stop=step)
    return ",".join(map(str, frame.modes))


def recorded(name: str, preset: str = "A") -> np.ndarray:
    film = lab.recorded(preset)
    return decode({**film[name], "dtype": "uint32"}).view("float32")


def test_a_choice_of_the_four_is_the_recorded_film_with_those_panels(open_lab, lane):
    page = open_lab("step=600&panels=mw")
    assert data(page)["source"] == "recorded" and not lane._tickets
    assert captions(page) == [text("lab.loss.minimax"), text("lab.loss.wgan_gp")]
    (end,) = recorded("numbers")[STEPS.index(600), :1]
    assert data(page)["modes"] == f"{end[0]:.0f},{end[3]:.0f}"
    colours = page.evaluate(f"""[...document.querySelectorAll('{VIEW} [data-panel]:not([hidden])')].map(
        (node) => node.style.getPropertyValue('--pg-loss'))""")
    assert colours == ["var(--pg-class-0)", "var(--pg-class-3)"], "expected a loss to keep its colour"
    page.click("[data-letter=m]")
    assert toasts.closed(page) == text("lab.panels_few") and data(page)["panels"] == "2"
    page.click("[data-letter=l]")
    until(page, "d.panels === '3' && d.source === 'recorded'")
    page.wait_for_function("new URL(location).searchParams.get('panels') === 'mlw'")
    page.click("[data-letter=n]")
    until(page, "d.panels === '4'")
    page.click("[data-letter=o]")
    assert toasts.closed(page) == text("lab.panels_many")


def test_ones_own_panel_beside_the_same_loss_with_other_settings(open_lab):
    page = open_lab("preset=C&step=20&panels=lo")
    reached = until(page, "d.step === '20' && d.playing === 'false'")
    own = text("lab.own.name", loss=text("lab.loss.lsgan"))
    assert captions(page) == [text("lab.loss.lsgan"), own]
    assert reached["modes"] == modes(lab.make_run("C", panels=[{"loss": "lsgan"}, CHI], every=10), 20)
    assert plan(page)["classes"] == [2, 4], "expected a look of its own"
    page.select_option("[data-own=loss]", "wgan_gp")
    page.wait_for_function("new URL(location).searchParams.get('own') === 'loss:wgan_gp'")
    page.fill("[data-own=penalty]", "999")
    page.press("[data-own=penalty]", "Enter")
    assert "100" in toasts.closed(page) and page.input_value("[data-own=penalty]") == ""
    page.fill("[data-own=penalty]", "1")
    page.press("[data-own=penalty]", "Enter")
    page.wait_for_function("new URL(location).searchParams.get('own') === 'loss:wgan_gp;penalty:1'")
    until(page, "d.source === 'live' && +d.frames > 0")
    assert plan(page)["panels"] == [{"loss": "lsgan"}, {"loss": "wgan_gp", "penalty": 1}]


def test_bad_panels_in_a_link_are_said(open_lab):
    page = open_lab("preset=C&step=0&panels=lo&own=loss:hinge")
    page.wait_for_selector(f".pg-toast:has-text('{text('lab.bad_own')[:30]}')")
    until(page, "d.source === 'live' && d.panels === '2'")
    page.wait_for_function("new URL(location).searchParams.get('own') === 'loss:lsgan;a:-1;b:1;c:0'")


NETWORK = {"layers": 1, "width": 16, "activation": "tanh", "z_dim": 3, "batch": 32}


def test_networks_are_the_rooms_and_a_restart_has_the_same_weights(open_lab):
    asked = "preset=C&step=10&" + "&".join(f"{name}={value}" for name, value in NETWORK.items())
    page = open_lab(asked)
    reached = until(page, "d.step === '10' && d.playing === 'false'")
    assert reached["modes"] == modes(lab.make_run("C", **NETWORK), 10)
    assert plan(page)["changes"] == NETWORK
    shown, page = picture(page, "lsgan"), open_lab(asked)
    until(page, "d.step === '10' && d.playing === 'false'")
    assert picture(page, "lsgan") == shown, "expected the same weights, noise and data"
    page.focus(VIEW)
    page.keyboard.press("Home")
    first = picture(page, "lsgan")
    act(page, "restart")
    act(page, "play")
    page.keyboard.press("Home")
    assert picture(page, "lsgan") == first != shown, "expected the same weights at the start"
    assert text("lab.seed_hint") in page.inner_text(".pg-lab-controls")
    page.locator("[data-net=layers]").fill("3")
    page.wait_for_function("new URL(location).searchParams.get('layers') === '3'")
    page.locator("[data-net=layers]").fill("2")  # as the preset has it
    page.wait_for_function("new URL(location).searchParams.get('layers') === '0'")
    page.click("[data-preset=C]")
    until(page, "d.source === 'recorded'")


def table(page) -> dict[str, list[str]]:
    rows = page.locator(f"{VIEW} .pg-lab-all [data-row]").all()
    return {row.get_attribute("data-row"): row.locator("td").all_inner_texts() for row in rows}


def test_all_numbers_stand_beside_those_of_real_points(open_lab):
    page = open_lab("step=600")
    assert not page.is_visible(f"{VIEW} .pg-lab-all table")
    page.click(f"{VIEW} .pg-lab-all summary")
    page.wait_for_function("new URL(location).searchParams.get('numbers') === 'true'")
    found, k, around = table(page), STEPS.index(600), lab.recorded("A")["scene"]
    numbers = dict(zip(lab.NUMBERS, recorded("numbers")[k], strict=True)) | dict(
        zip(lab.MORE, recorded("more")[k], strict=True)
    )
    for name in ("js", "kl"):
        assert found[name] == [*(f"{v:.4f}" for v in numbers[name]), f"{around[f'floor_{name}']:.4f}"]
    for name in ("hq", "near"):
        assert found[name] == [*(f"{100 * v:.1f} %" for v in numbers[name]), f"{100 * around[f'floor_{name}']:.1f} %"]
    assert found["swd"][-1] == f"{around['floor_swd']:.3f}" and found["modes"][-1] == "8"
    assert found["work"] == [*["3,600 (5 + 1)"] * 3, "6,600 (5·2 + 1)", "—"], "expected the penalty's second pass"
    assert found["seconds"] == ["—"] * 5 and text("lab.none.seconds") in page.inner_text(f"{VIEW} .pg-lab-means")
    said = page.inner_text(f"{VIEW} .pg-lab-means")
    assert text("lab.means.lsgan", loss=text("lab.loss.lsgan"), d="0.25", g="0.125") in said
    chart = f"document.querySelector('{VIEW} .pg-lab-lines canvas').toDataURL()"
    seen = {page.evaluate(chart)}
    for name in ("near", "kl", "swd", "loss_d", "loss_g", "work", "seconds"):
        page.click(f"{VIEW} .pg-lab-all [data-series={name}]")
        assert page.input_value(f"{VIEW} [data-curve]") == name
        seen.add(page.evaluate(chart))
    assert len(seen) == 8, "expected a curve for every number"
    page.wait_for_function("new URL(location).searchParams.get('series') === 'seconds'")


def test_a_live_run_counts_its_seconds_and_the_link_keeps_the_table(open_lab):
    page = open_lab("preset=C&seed=7&step=20&numbers=1&lang=ko&series=seconds", lang="ko")
    until(page, "d.step === '20' && d.playing === 'false'")
    seconds = [float(cell.removesuffix(" s")) for cell in table(page)["seconds"][:-1]]
    assert seconds[3] > seconds[0] > 0, "expected WGAN-GP's critic steps to cost time"
    assert text("lab.means.cost", "ko") in page.inner_text(f"{VIEW} .pg-lab-means")
    assert page.input_value(f"{VIEW} [data-curve]") == "seconds"


def test_the_present_value_of_a_knob_is_the_rooms(open_lab):
    changes = [{"step": 5, "knob": "lr_g", "value": 0.002, "panel": 1}, {"step": 8, "knob": "k_d", "value": 2}]
    page = open_lab("preset=C&seed=7&step=20&changes=5:lr_g:0.002:1;8:k_d:2:")
    until(page, "d.step === '20' && d.playing === 'false'")
    panels, ema = lab.settings(lab.make_run("C", seed=7, changes=changes), 20)
    for got, want in zip(plan(page)["settings"], panels, strict=True):
        assert got == {**vars(want), "ema": ema}
    page.click(".pg-lab-live summary")
    page.select_option("[data-steer=knob]", "lr_g")
    said = page.locator(".pg-lab-now .pg-lab-named").all_inner_texts()
    names = [text(f"lab.loss.{loss}") for loss in lab.LOSSES]
    assert said == [f"{name}: {value}" for name, value in zip(names, (0.001, 0.002, 0.001, 0.001), strict=True)]
    page.select_option("[data-steer=knob]", "penalty")
    said = page.locator(".pg-lab-now .pg-lab-named").all_inner_texts()
    assert said[0].endswith(text("lab.steer.unused")) and said[3].endswith("0.1")


def test_a_run_stops_by_itself_when_all_have_diverged(open_lab):
    wild = ";".join(("0:penalty:0:", "0:lr_d:0.05:", "0:lr_g:0.05:"))
    page = open_lab(f"preset=C&seed=7&step=5&panels=wo&own=loss:wgan_gp&changes={wild}")
    until(page, "d.step === '5' && d.playing === 'false'")
    page.click(".pg-lab-live summary")
    page.check("[data-steer=settle]")
    act(page, "play")
    settled = json.dumps(text("lab.status.settled"))
    page.wait_for_function(f"document.querySelector('{VIEW} .pg-lab-status').innerText === {settled}")
    stopped = until(page, "d.playing === 'false' && d.streaming === 'false'")
    assert int(stopped["step"]) < lab.PRESETS["C"].steps


def test_the_film_is_saved_as_a_gif(open_lab):
    page = open_lab("step=1000&panels=nw")
    page.click(".pg-lab-save summary")
    page.evaluate("""() => {
        const says = window.says = [], node = document.querySelector('.pg-lab-progress span');
        new MutationObserver(() => says.push(node.textContent)).observe(node, { childList: true });
    }""")
    with page.expect_download() as download:
        page.click("[data-act=gif]")
    made = Image.open(Path(download.value.path()))
    assert made.format == "GIF" and made.n_frames > 60 and made.size[0] <= 800
    first = np.array(made.convert("RGB")).astype(int)
    made.seek(made.n_frames - 1)
    assert made.info["duration"] >= 2000, "expected the last frame to rest"
    assert (np.abs(np.array(made.convert("RGB")) - first).max(-1) > 40).mean() > 0.02, "expected the film to move"
    said = page.evaluate("window.says")
    assert text("lab.save.drawing", done=1, total=80) in said and said[-1] == text("lab.save.making")
    assert not page.is_visible(".pg-lab-progress") and page.is_enabled("[data-act=gif]")
    assert data(page)["step"] == "1000" and data(page)["playing"] == "false", "expected the picture to stay"


@pytest.mark.parametrize(("original", "list_"), [("-", []), ("5:lr_g:0.002:1", [("lr_g", 0.002, 1)])])
def test_a_link_brings_the_original_back(open_lab, original, list_):
    changes = "20:loss:lsgan:0" if original == "-" else f"{original};20:loss:lsgan:0"
    page = open_lab(f"preset=C&seed=7&step=40&changes={changes}&original={original}")
    reached = until(page, "d.original === 'true' && d.step === '40' && d.beside === '40' && d.streaming === 'false'")
    run = lab.make_run("C", seed=7)
    for knob, value, panel in list_:
        run = lab.branch(run, 5, knob, value, panel)
    (*_, frame) = lab.film(run, after=39, stop=40)
    hq, count = round(100 * frame.hq[0]), frame.modes[0]
    want = text("lab.panel", loss=text("lab.loss.minimax"), modes=count, total=8, hq=hq)
    assert page.inner_text(f"{VIEW} [data-beside='0'] figcaption") == want
    assert reached["modes"] == modes(lab.branch(run, 20, "loss", "lsgan", 0), 40)
    act(page, "original")
    back = until(page, "d.original === 'false'")
    assert back["changes"] == ("" if original == "-" else original)
    page.wait_for_function("new URL(location).searchParams.get('original') === ''")
    assert captions(page)[0] == text("lab.loss.minimax")


def test_a_branch_of_the_recorded_film_has_it_beside_after_a_reload(open_lab):
    page = open_lab("preset=A&step=400")
    page.click(".pg-lab-live summary")
    page.select_option("[data-steer=loss]", "lsgan")
    page.select_option("[data-steer=panel]", "1")
    page.click("[data-act=steer]")
    until(page, "d.original === 'true' && +d.step > 410")
    page.wait_for_function("new URL(location).searchParams.get('original') === '-'")
    act(page, "play")
    at = until(page, "d.playing === 'false' && d.streaming === 'false'")["step"]
    page.wait_for_function(f"new URL(location).searchParams.get('step') === '{at}'")
    page = open_lab(page.url.partition("?")[2].replace("tab=lab&", ""))
    until(page, f"d.original === 'true' && d.step === '{at}' && d.playing === 'false'")
    assert data(page)["beside"] == "1000", "expected the recorded film, whole"


def test_closing_the_window_frees_the_run_within_seconds(open_lab, lane):
    page = open_lab("preset=C&seed=13")
    until(page, "d.source === 'live' && d.streaming === 'true'")
    other = open_lab("step=20")
    assert len(lane._tickets) == 1
    page.close()
    for _ in range(50):
        if not lane._tickets:
            break
        other.wait_for_timeout(200)
    assert not lane._tickets, "expected the place to be free ten seconds after the window was closed"
