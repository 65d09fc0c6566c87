"""The lab in a real Chromium: recorded films at once, live training, pause, links, queue, languages, a telephone."""

from __future__ import annotations

import json

import pytest

from playground.inference import lab
from playground.locale import text
from playground.ui.lane import Lane
from playground.ui.stages import lab as stage
from tests.browser import toasts

STAGES = ("lab", "codes")  # one is left for the other
VIEW = ".pg-lab"
STEPS = lab.recorded("A")["steps"]  # of the frames of the film that opens the lab


@pytest.fixture
def lane(monkeypatch):
    fresh = Lane(places=2)
    monkeypatch.setattr(stage, "LANE", fresh)
    return fresh


@pytest.fixture
def open_lab(new_page, lane):
    """open_lab("preset=C&step=400") -> a page whose lab shows something."""

    def start(query: str = "", **options):
        page = new_page(f"/?tab=lab&{query}", **options)
        page.wait_for_function(f"+document.querySelector('{VIEW}')?.dataset.frames > 0", timeout=120_000)
        return page

    return start


def data(page) -> dict:
    return json.loads(page.evaluate(f"JSON.stringify({{...document.querySelector('{VIEW}').dataset}})"))


def until(page, condition: str, timeout: float = 120_000) -> dict:
    """Waits for a condition on the view's dataset `d`, returns it."""
    page.wait_for_function(f"(d => {condition})(document.querySelector('{VIEW}').dataset)", timeout=timeout)
    return data(page)


def act(page, name: str) -> None:
    page.click(f"{VIEW} [data-act={name}]")


def picture(page, loss: str) -> str:
    return page.evaluate(f"document.querySelector('{VIEW} [data-loss={loss}] canvas').toDataURL()")


def test_a_recorded_film_plays_at_once_without_training(open_lab, lane):
    asked = []
    page = open_lab()
    page.on("request", lambda request: asked.append(request.url))
    first, before = data(page), picture(page, "minimax")
    later = until(page, f"+d.step > {first['step']} + 100")
    assert first["source"] == "recorded" and later["playing"] == "true" and later["frames"] == str(len(STEPS))
    assert picture(page, "minimax") != before, "expected the picture to move"
    assert not [url for url in asked if "queue/join" in url] and not lane._tickets
    act(page, "play")
    paused = until(page, "d.playing === 'false'")
    assert int(paused["step"]) in STEPS, "expected a pause on a recorded frame"
    page.wait_for_function(f"new URL(location).searchParams.get('step') === '{paused['step']}'")


def test_keys_step_scrub_and_restart(open_lab):
    page, k = open_lab("preset=A&step=400"), STEPS.index(400)
    assert data(page)["step"] == "400" and data(page)["playing"] == "false"
    page.focus(VIEW)
    page.keyboard.press("ArrowRight")
    assert data(page)["step"] == str(STEPS[k + 1])
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert data(page)["step"] == str(STEPS[k - 1])
    page.keyboard.press("End")
    assert data(page)["step"] == "1000"
    page.keyboard.press("Space")  # plays from the start again
    until(page, "d.playing === 'true' && +d.step < 900")
    page.keyboard.press("Space")
    page.keyboard.press("r")
    until(page, "d.playing === 'true'")
    page.keyboard.press("Space")
    page.locator(f"{VIEW} input[type=range]").fill("700")
    assert data(page)["step"] == "700"
    box = page.locator(f"{VIEW} .pg-lab-lines").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.99, box["y"] + box["height"] / 2)
    assert data(page)["step"] == "1000"
    film = lab.recorded("A")
    from playground.inference.record_lab import decode

    numbers = decode({**film["numbers"], "dtype": "uint32"}).view("float32")[-1]
    assert data(page)["modes"] == ",".join(str(int(v)) for v in numbers[0])
    shown = page.inner_text(f"{VIEW} [data-loss=wgan_gp] [data-number=modes] dd")
    assert shown.split() == [str(int(numbers[0, 3])), *text("lab.of", total=8).split()]


def test_live_training_pauses_steps_and_goes_on(open_lab, lane):
    page = open_lab("preset=C&seed=7")
    live = until(page, "d.source === 'live' && +d.frames >= 3")
    assert live["streaming"] == "true" and len(lane._tickets) == 1
    act(page, "play")
    paused = until(page, "d.streaming === 'false' && d.playing === 'false'")
    page.wait_for_timeout(1500)
    assert not lane._tickets, "expected no training on the server after a pause"
    still = data(page)
    assert still["step"] == paused["step"] and still["frames"] == paused["frames"]
    page.keyboard.press("End")
    page.wait_for_timeout(500)  # it is drawn with the next picture
    last = int(data(page)["step"])
    act(page, "step")
    until(page, f"d.step === '{last + 1}' && d.streaming === 'false'")
    act(page, "play")
    until(page, f"+d.step > {last + 40}")
    again = page.evaluate(f"""() => {{
        const view = document.querySelector('{VIEW}');
        view.querySelector('[data-act=restart]').click();
        return [view.dataset.step, view.dataset.source, view.dataset.playing];
    }}""")
    assert again == ["0", "live", "true"]
    until(page, f"+d.step > {last}")


def test_a_link_to_a_live_step_trains_up_to_it(open_lab):
    page = open_lab("preset=C&seed=3&step=80")
    reached = until(page, "d.step === '80' && d.playing === 'false'")
    frame = list(lab.film(lab.make_run("C", seed=3), stop=80))[-1]
    assert reached["modes"] == ",".join(map(str, frame.modes))


def test_train_live_and_back_to_the_recording(open_lab):
    page = open_lab("preset=A&step=20")
    act(page, "live")
    until(page, "d.source === 'live' && d.streaming === 'true'")
    act(page, "live")
    back = until(page, "d.source === 'recorded' && d.streaming === 'false'")
    assert back["frames"] == str(len(STEPS))


def test_presets_data_and_knobs_change_the_run(open_lab):
    page = open_lab()
    page.click("[data-preset=C]")
    until(page, "d.source === 'recorded'")
    page.wait_for_function("new URL(location).searchParams.get('preset') === 'C'")
    assert text("lab.says.C") in page.inner_text(".pg-lab-says")
    claim = lab.claims()["C"]["modes"]["minimax"]
    assert f"{claim[0]:g} / 8" in page.inner_text(".pg-lab-says table")
    page.click("[data-dataset=spiral]")
    page.wait_for_function("new URL(location).searchParams.get('preset') === 'S'")
    assert text("lab.number.stretches") in page.inner_text(f"{VIEW} [data-loss=lsgan]")
    page.click(".pg-lab-knobs summary")
    page.select_option("[data-knob=k]", "10")
    until(page, "d.source === 'live' && +d.frames > 0")
    assert text("lab.says.other") in page.inner_text(".pg-lab-says")
    page.wait_for_function("new URL(location).searchParams.get('k') === '10'")
    page.click("[data-dataset=ring8]")
    until(page, "d.source === 'recorded'")
    assert page.input_value("[data-knob=k]") == "preset"


def test_a_preset_brings_the_seed_of_its_recording_unless_one_was_chosen(open_lab):
    page, seed = open_lab("step=20"), lab.PRESETS["B"].seed
    page.click("[data-preset=B]")
    page.wait_for_function(f"document.querySelector('#lab-seed').value === '{seed}'")
    until(page, "d.source === 'recorded' && d.playing === 'true'")
    assert text("lab.says.chosen", seed=seed) in page.inner_text(".pg-lab-says")
    page.click("[data-preset=A]")
    page.wait_for_function("document.querySelector('#lab-seed').value === '0'")
    page.fill("#lab-seed", "77")
    page.press("#lab-seed", "Enter")
    page.click("[data-preset=B]")
    page.wait_for_function("new URL(location).searchParams.get('preset') === 'B'")
    assert page.input_value("#lab-seed") == "77"


def test_others_see_their_place_and_the_recording_meanwhile(open_lab, monkeypatch):
    monkeypatch.setattr(stage, "LANE", Lane(places=0))
    page = open_lab("preset=A&seed=5")
    shown = until(page, "d.place === '1' && d.source === 'recorded' && +d.step > 60")
    assert shown["playing"] == "true"
    assert text("lab.status.waiting_tape", place=1) in page.inner_text(f"{VIEW} .pg-lab-status")
    act(page, "play")
    until(page, "d.streaming === 'false'")
    page.wait_for_timeout(1000)
    assert not stage.LANE._tickets


def test_divergence_is_shown_as_such(open_lab, monkeypatch):
    whole = lab.packed

    def broken(frame, box):
        small = whole(frame, box)
        small["numbers"][lab.NUMBERS.index("diverged"), 2] = 1
        return small

    monkeypatch.setattr(stage.lab, "packed", broken)
    page = open_lab("preset=B&seed=2")
    until(page, "d.source === 'live' && +d.frames > 0")
    act(page, "play")
    assert "NaN" in page.inner_text(f"{VIEW} [data-loss=lsgan] [data-number=modes]")
    assert page.get_attribute(f"{VIEW} [data-loss=lsgan] canvas", "aria-label") == text("lab.diverged")
    assert "NaN" not in page.inner_text(f"{VIEW} [data-loss=minimax]")


def test_bad_links_fall_back_and_say_so(open_lab):
    page = open_lab("preset=Z&seed=-3&k=99&lr_g=NaN&step=1e9&dataset=ring8&dataset=moons")
    page.wait_for_function("document.querySelectorAll('.pg-toast').length >= 4")
    assert data(page)["source"] == "recorded"
    page.wait_for_function("new URL(location).searchParams.get('seed') === '0'")


def test_bad_seeds_are_refused_in_place(open_lab):
    page = open_lab("step=20")
    for bad in ("-1", "99999999999", "1.5"):
        page.fill("#lab-seed", bad)
        page.press("#lab-seed", "Enter")
        toasts.closed(page)
        assert page.input_value("#lab-seed") == "0"
    assert data(page)["source"] == "recorded"


@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_korean_on_any_screen(open_lab, viewport):
    page = open_lab("step=500&lang=ko", lang="ko", viewport=viewport)
    words = page.inner_text(VIEW) + page.inner_text(".pg-lab-controls")
    for key in ("lab.loss.minimax", "lab.act.play", "lab.says.A", "lab.number.modes", "lab.recorded", "lab.knobs"):
        assert text(key, "ko") in words, key
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    page.click(".pg-header [data-lang=en]")
    page.wait_for_function(f"document.querySelector('{VIEW}').innerText.includes('{text('lab.act.play')}')")
    assert text("lab.says.A") in page.inner_text(".pg-lab-controls")


def test_leaving_the_tab_stops_the_training(open_lab, lane):
    page = open_lab("preset=C&seed=11")
    until(page, "d.source === 'live' && d.streaming === 'true'")
    page.click(".pg-inner-tabs [role=tab][data-tab-id=codes]")
    page.wait_for_timeout(2500)
    assert not lane._tickets, "expected the training to end when its tab is left"
