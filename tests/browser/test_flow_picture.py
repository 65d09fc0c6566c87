"""The pictures of objectives on their own: losses by click and key, both languages, a phone, motion."""

from __future__ import annotations

import gradio as gr
import pytest

from playground.locale import text
from playground.ui import app
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.flows import FLOWS, choices
from playground.ui.links import Field
from playground.ui.page import Page, Stage

GAN, INFO = "#flow-dcgan", "#flow-infogan"
OTHERS = ("progan", "cyclegan", "stargan", "text2image", "puzzle_gan")


def build(page: Page) -> None:
    view, controls, _ = page.layout("codes")
    with view:
        gan = FlowPicture("dcgan", elem_id="flow-dcgan")
        FlowPicture("infogan", elem_id="flow-infogan", link=("codes", "flow"))
        for id in OTHERS:
            FlowPicture(id, elem_id=f"flow-{id}")
    with controls:
        send = gr.Button("send", elem_id="send")
    page.state("codes", {}, {"flow": Field("choice", "D", choices=choices("infogan"))})
    page.event(send.click, lambda: {"picture": "wgan_gp", "loss": "G"}, None, gan)


@pytest.fixture(scope="module")
def url(serve) -> str:
    return serve(app.build([Stage("codes", build, lambda page: None)]))


@pytest.fixture
def opened(url, new_context):
    """opened(query, **options of a context) -> the page with its pictures."""

    def start(query: str = "", **options: object) -> object:
        page = new_context(**options).new_page()
        page.goto(f"{url}/?lang=en{query}")
        page.wait_for_selector(f"#flow-{OTHERS[-1]} svg[data-loss]")
        return page

    return start


def fates(page, root: str) -> dict:
    """What becomes of each network: "learns", "frozen" or nothing; and the nodes and edges that are marked."""
    return page.evaluate(
        """(root) => {
            const found = (what) => [...document.querySelectorAll(`${root} svg ${what}`)].map((node) => node.dataset);
            return {
                nets: Object.fromEntries(found('.pg-net[data-node]').map((net) => [net.node, net.fate || ''])),
                back: found('[data-back]').map((edge) => edge.back),
                stop: found('[data-stop]').map((edge) => edge.stop),
            };
        }""",
        root,
    )


def expected(id: str, name: str, loss: str) -> dict:
    picture = FLOWS[id][name]
    gradient = picture.gradient(loss)
    heads = {edge.source for edge in picture.path(gradient)}
    nets = {
        node.id: "" if node.id not in heads else "learns" if node.weights in gradient.learns else "frozen"
        for node in picture.nodes
        if node.kind == "net"
    }
    return {"nets": nets, "back": {edge.id for edge in picture.path(gradient)}, "stop": set(gradient.stops)}


def check(page, id: str, name: str, loss: str) -> None:
    page.wait_for_selector(f'#flow-{id} svg[data-picture="{name}"][data-loss="{loss}"]')
    seen = fates(page, f"#flow-{id}")
    assert {**seen, "back": set(seen["back"]), "stop": set(seen["stop"])} == expected(id, name, loss)
    assert page.locator(f'#flow-{id} [role=radio][aria-checked="true"]').get_attribute("data-loss") == loss


def test_clicks_and_keys_choose_the_loss(opened):
    page = opened()
    check(page, "dcgan", "nonsaturating", "D")
    page.locator(f"{GAN} button[data-loss=G]").click()
    check(page, "dcgan", "nonsaturating", "G")
    page.locator(f"{GAN} button[data-picture=wgan_gp]").click()
    check(page, "dcgan", "wgan_gp", "G")
    page.keyboard.press("ArrowLeft")
    check(page, "dcgan", "wgan_gp", "D")
    assert fates(page, GAN)["stop"] == ["Gz>D", "Gz>x_hat"]
    page.locator(f"{INFO} button[data-loss=D]").focus()
    for loss in ("G", "I", "D"):
        page.keyboard.press("ArrowRight")
        check(page, "infogan", "lambda_1", loss)
        assert page.evaluate("document.activeElement.dataset.loss") == loss, "expected the focus on the chosen loss"
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('flow=I')")


def test_a_handler_a_link_and_another_component_choose_too(opened):
    page = opened("&tab=codes&flow=I")
    check(page, "infogan", "lambda_1", "I")
    page.locator("#send").click()
    check(page, "dcgan", "wgan_gp", "G")
    page.evaluate(
        """() => {
            const flow = document.querySelector('#flow-infogan .pg-flow');
            flow.addEventListener('pg-flow', (event) => { window.told = event.detail; });
            flow.show({picture: 'lambda_0', loss: 'none of them'});
        }"""
    )
    check(page, "infogan", "lambda_0", "I")
    page.locator(f"{INFO} button[data-loss=G]").click()
    assert page.evaluate("window.told") == {"picture": "lambda_0", "loss": "G"}


def test_every_loss_of_every_picture_is_drawn_as_it_is_described(opened):
    page = opened()
    for id in OTHERS:
        (name,) = FLOWS[id]
        for gradient in FLOWS[id][name].gradients:
            page.locator(f"#flow-{id} button[data-loss={gradient.id}]").click()
            check(page, id, name, gradient.id)


def test_words_say_who_learns_from_whom_in_both_languages(opened):
    page = opened()
    page.locator(f"{GAN} button[data-loss=G]").click()
    label = page.locator(f"{GAN} svg[role=img]").get_attribute("aria-label")
    assert label == "Learns from L_G: generator G. The gradient passes, the weights stay: discriminator D."
    assert page.locator(f"{GAN} .pg-frozen .pg-flow-fate").text_content() == text("flow.frozen", "en")
    page.evaluate("playground.setLang('ko')")
    page.wait_for_function(f"document.querySelector('{GAN} svg[role=img]').ariaLabel.includes('생성자 G')")
    assert page.locator(f"{GAN} .pg-frozen .pg-flow-fate").text_content() == text("flow.frozen", "ko")
    assert page.locator(f"{GAN} [aria-checked=true]").inner_text() == "LG: G 학습"
    assert text("flow.legend_stop", "ko") in page.locator(f"{GAN} .pg-flow-legend").inner_text()
    assert "flow." not in page.locator(".pg-view").inner_text()


def outside(page) -> list[str]:
    """Texts and boxes that stick out of their drawing."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.pg-flow-drawing svg')].flatMap((svg) => {
            const all = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('[data-node]')].filter((node) => {
                const box = node.getBoundingClientRect();
                const across = box.left < all.left - 1 || box.right > all.right + 1;
                return across || box.top < all.top - 1 || box.bottom > all.bottom + 1;
            }).map((node) => `${svg.dataset.picture} ${node.dataset.node}`);
        })"""
    )


def test_a_phone_reads_downwards_and_nothing_sticks_out(opened):
    page = opened(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    for lang in ("en", "ko"):
        page.evaluate(f"playground.setLang('{lang}')")
        page.wait_for_function(f"document.documentElement.lang === '{lang}'")
        page.wait_for_selector(f"{GAN} svg[data-layout=tall]")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "expected no sideways scroll"
        assert outside(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector(f"{GAN} svg[data-layout=wide]")
    assert outside(page) == []


def test_dots_move_back_unless_motion_is_unwanted(opened):
    moving = "getComputedStyle(document.querySelector('#flow-dcgan [data-back] .pg-flow-dots')).animationName"
    page = opened()
    assert page.evaluate(moving) == "pg-flow-back"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == "none"
