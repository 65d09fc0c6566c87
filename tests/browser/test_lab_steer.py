"""The lab in a real Chromium: overlays, data of one's own, changes while it trains, failures, files."""

from __future__ import annotations

import json
from pathlib import Path

from playground.inference import lab
from playground.locale import text
from tests.browser import test_lab as base
from tests.browser import toasts
from tests.browser.test_lab import STEPS, VIEW, act, data, picture, until

STAGES = ("lab",)
lane, open_lab = base.lane, base.open_lab


def test_overlays_change_the_picture_and_stay_in_the_link(open_lab):
    page = open_lab("preset=C&seed=7&step=40&mesh=1&back=difference")
    until(page, "d.step === '40' && d.playing === 'false'")
    assert page.inner_text(f"{VIEW} [data-loss=wgan_gp] .pg-lab-note") == text("lab.none.critic")
    assert not page.is_visible(f"{VIEW} [data-loss=lsgan] .pg-lab-note"), "expected D* and the mesh while training live"
    seen = {picture(page, "lsgan")}
    for name in ("real", "fake", "arrows", "mesh"):
        assert page.get_attribute(f"{VIEW} [data-layer={name}]", "aria-pressed") == "true"
        page.click(f"{VIEW} [data-layer={name}]")
        page.wait_for_function(f"new URL(location).searchParams.get('{name}') === 'false'")
        seen.add(picture(page, "lsgan"))
    for back in ("d", "optimal", "plain"):
        page.select_option(f"{VIEW} [data-back]", back)
        seen.add(picture(page, "lsgan"))
    assert len(seen) == 8, "expected another picture for every overlay"
    page.wait_for_function("new URL(location).searchParams.get('back') === 'plain'")


def saved(page, name: str) -> str:
    with page.expect_download() as download:
        page.click(f"[data-act={name}]")
    return Path(download.value.path()).read_text("utf-8")


def test_curves_and_settings_are_saved_and_settings_load_back(open_lab):
    page = open_lab("step=400")
    page.click(".pg-lab-save summary")
    head, *rows = saved(page, "csv").strip().splitlines()
    assert head.split(",") == ["step", "panel", "loss", *lab.NUMBERS, *lab.MORE, "seconds"]
    assert len(rows) == 4 * len(STEPS)
    last = dict(zip(head.split(","), rows[-1].split(","), strict=True))
    assert last["step"] == "1000" and last["panel"] == "4" and last["loss"] == "wgan_gp"
    told = json.loads(saved(page, "json"))
    assert told["settings"]["preset"] == "A" and told["settings"]["seed"] == 0
    told["settings"] |= {"preset": "C", "seed": 12, "modes": 6, "changes": "10:lr_g:0.002:1"}

    def load(text):
        file = {"name": "lab.json", "mimeType": "application/json", "buffer": text.encode()}
        page.set_input_files(".pg-lab-save input", file)

    for bad in ("no json", "{}", json.dumps({**told, "settings": {"seed": -4}})):
        load(bad)
        toasts.closed(page)
        assert data(page)["source"] == "recorded" and data(page)["step"] == "400", "expected nothing to change"
    load(json.dumps(told))
    until(page, "d.source === 'live' && d.changes === '10:lr_g:0.002:1' && +d.frames > 0")
    assert page.input_value("#lab-seed") == "12" and page.input_value("[data-data=modes]") == "6"
    assert json.loads(saved(page, "json")) == told


def test_what_was_not_recorded_or_cannot_be_is_said(open_lab):
    page = open_lab("preset=A&step=400&mesh=1&back=optimal")
    said = page.inner_text(f"{VIEW} [data-loss=minimax] .pg-lab-note")
    assert text("lab.none.tape") in said and text("lab.none.z", z=16) in said
    page.select_option(f"{VIEW} [data-back]", "d")
    page.click(f"{VIEW} [data-layer=mesh]")
    assert not page.is_visible(f"{VIEW} .pg-lab-note")


def test_data_of_other_sizes_from_a_link_and_from_the_controls(open_lab):
    page = open_lab("preset=C&modes=5&std=0.15&step=20")
    reached = until(page, "d.step === '20' && d.playing === 'false'")
    run = lab.make_run("C", dataset={"name": "ring", "modes": 5, "std": 0.15}, every=20)
    frame = list(lab.film(run, stop=20))[-1]
    assert reached["modes"] == ",".join(map(str, frame.modes))
    assert text("lab.says.other") in page.inner_text(".pg-lab-says")
    page.locator("[data-data=modes]").fill("3")
    until(page, "d.source === 'live' && +d.frames > 0")
    assert text("lab.of", total=3) in page.inner_text(f"{VIEW} [data-loss=lsgan]")
    page.wait_for_function("new URL(location).searchParams.get('modes') === '3'")


def pad(page, *places):
    """A stroke over places in -3..3."""
    page.locator(".pg-lab-pad").scroll_into_view_if_needed()
    box = page.locator(".pg-lab-pad").bounding_box()
    for k, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + box["width"] * (x / 3 + 1) / 2, box["y"] + box["height"] * (1 - y / 3) / 2)
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def drawn(page) -> int:
    return int(page.get_attribute(".pg-lab-controls", "data-drawn"))


def test_centres_are_clicked_kept_in_the_link_and_trained_on(open_lab):
    page = open_lab("step=20")
    page.click("[data-dataset=mixture]")
    until(page, "d.frames === '0' && d.streaming === 'false'")
    for place in ((1, 1), (-2, 0), (0, -1.5)):
        pad(page, place)
    page.focus(".pg-lab-pad")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert drawn(page) == 4
    page.click("[data-act=undo]")
    assert drawn(page) == 3
    page.click("[data-act=use]")
    until(page, "d.source === 'live' && +d.frames > 0")
    assert text("lab.of", total=3) in page.inner_text(f"{VIEW} [data-loss=lsgan]")
    page.wait_for_function("new URL(location).searchParams.get('centres')?.split(';').length === 3")
    page.click("[data-preset=A]")
    until(page, "d.source === 'live' && +d.frames > 0")
    assert page.get_attribute("[data-dataset=mixture]", "aria-pressed") == "true", "expected the drawing to stay"


def test_points_are_drawn_or_pasted_and_a_bad_table_loses_nothing(open_lab):
    page = open_lab("step=20")
    page.click("[data-dataset=points]")
    pad(page, (-2, 1), (2, 1))
    stroke = drawn(page)
    assert stroke > 100, "expected a stroke without gaps"
    page.click(".pg-lab-table summary")
    bad = "x,y\n1,2\n3,four"
    page.fill(".pg-lab-table textarea", bad)
    page.click("[data-act=table]")
    page.wait_for_selector(".pg-lab-problem:not([hidden])")
    assert "line 3" in page.inner_text(".pg-lab-problem") and drawn(page) == stroke
    assert page.input_value(".pg-lab-table textarea") == bad
    good = {"name": "points.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n-1,0.5\n0,0\n"}
    page.set_input_files(".pg-lab-table input[type=file]", good)
    until(page, "d.source === 'live' && +d.frames > 0")
    assert drawn(page) == 3 and not page.is_visible(".pg-lab-problem")
    page.click("[data-act=undo]")
    assert drawn(page) == stroke


def test_a_branch_runs_beside_its_original_and_back(open_lab):
    page = open_lab("preset=C&seed=7&step=40")
    until(page, "d.step === '40' && d.playing === 'false'")
    page.click(".pg-lab-live summary")
    page.select_option("[data-steer=panel]", "0")
    page.select_option("[data-steer=loss]", "lsgan")
    # once the film of the link is there
    page.wait_for_function("document.querySelector('[data-act=steer]').innerText.includes('40')")
    page.fill("[data-steer=until]", "240")
    for name in ("steer", "until"):
        page.click(f"[data-act={name}]", trial=True)
    # both in one go, or a quick machine is past the step before the second click
    plays = page.evaluate(f"""() => {{
        document.querySelector('[data-act=steer]').click();
        const plays = document.querySelector('{VIEW}').dataset.playing;
        document.querySelector('[data-act=until]').click();
        return plays;
    }}""")
    assert plays == "true", "expected the branch to run before it is led to a step"
    until(page, "d.original === 'true' && +d.step > 60")
    page.wait_for_function("new URL(location).searchParams.get('changes') === '40:loss:lsgan:0'")
    reached = until(page, "d.step === '240' && d.playing === 'false'")
    run = lab.branch(lab.make_run("C", seed=7), 40, "loss", "lsgan", 0)
    frame = list(lab.film(run, after=239, stop=240))[-1]
    assert reached["modes"] == ",".join(map(str, frame.modes))
    assert text("lab.says.other") in page.inner_text(".pg-lab-says"), "expected no claim about a changed run"
    assert page.inner_text(f"{VIEW} [data-loss=minimax] figcaption") == text("lab.loss.lsgan")
    act(page, "original")
    back = until(page, "d.original === 'false' && d.playing === 'false'")
    assert back["changes"] == "" and back["frames"] != "0"
    assert page.inner_text(f"{VIEW} [data-loss=minimax] figcaption") == text("lab.loss.minimax")


def test_only_d_or_only_g_learns_and_bad_changes_are_refused(open_lab):
    page = open_lab("preset=C&seed=7&step=40&changes=junk")
    page.wait_for_function("document.querySelector('.pg-toast')")
    until(page, "d.step === '40' && d.playing === 'false'")
    page.click(".pg-lab-live summary")
    page.click("[data-turn=d]")
    assert data(page)["changes"] == "40:k_g:0:"
    still = data(page)["modes"]
    act(page, "step")
    reached = until(page, "d.step === '41' && d.streaming === 'false'")
    assert reached["modes"] == still, "expected G to rest"
    page.click("[data-turn=both]")
    assert data(page)["changes"] == "40:k_g:0:;41:k_g:1:"
    page.select_option("[data-steer=knob]", "lr_g")
    page.fill("[data-steer=number]", "7")
    page.click("[data-act=steer]")
    assert data(page)["changes"] == "40:k_g:0:;41:k_g:1:", "expected a rate of 7 to be refused"


def test_a_failure_is_shown_beside_what_to_try_next(open_lab):
    page = open_lab("step=20")
    page.click(".pg-lab-failures summary")
    page.click("[data-failure=divergence]")
    until(page, "d.source === 'live' && +d.frames > 0")
    page.wait_for_function("new URL(location).searchParams.get('failure') === 'divergence'")
    captions = page.locator(f"{VIEW} [data-loss] figcaption:visible").all_inner_texts()
    assert captions == [f"{text('lab.loss.wgan_gp')} · {text(key)}" for key in ("lab.fail.now", "lab.fail.next")]
    assert text("lab.next.divergence") in page.inner_text(".pg-lab-says")
    page.fill("#lab-seed", "41")
    page.press("#lab-seed", "Enter")
    page.wait_for_function(
        f"!document.querySelector('.pg-lab-says').innerText.includes({text('lab.next.divergence')!r})"
    )
    page.wait_for_function("new URL(location).searchParams.get('failure') === 'divergence'")
    page.click("[data-preset=A]")
    until(page, "d.source === 'recorded' || +d.frames > 0 && d.modes.split(',').length === 4")
    assert page.locator(f"{VIEW} [data-loss]:visible").count() == 4


def test_losses_are_drawn_over_the_logit_with_the_outputs_of_d(open_lab):
    page = open_lab("preset=C&seed=7&step=40")
    until(page, "d.step === '40' && d.playing === 'false'")
    chart = f"document.querySelector('{VIEW} .pg-lab-lines canvas').toDataURL()"
    page.click(f"{VIEW} [data-series=curves]")
    assert page.is_visible(f"{VIEW} .pg-lab-key")
    page.wait_for_timeout(1500)
    early = page.evaluate(chart)
    page.focus(VIEW)
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    assert page.evaluate(chart) != early, "expected other outputs of D at step 0"
    page.click(f"{VIEW} [data-series=modes]")
    assert not page.is_visible(f"{VIEW} .pg-lab-key")
