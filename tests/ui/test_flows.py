"""Pictures of objectives: consistent graphs, texts for all of it, and gradients that really go where they are drawn."""

from __future__ import annotations

import json
import re

import pytest
import torch

from playground import catalog
from playground.locale import LANGS, table
from playground.models import cyclegan, dcgan, gan_2d, infogan, progan, puzzle_gan, stargan, text2image
from playground.models.base import Phase
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.flows import FLOWS, choices
from playground.ui.flows.base import KINDS, Edge, Gradient, Node, Picture

ALL = [(id, name) for id, pictures in FLOWS.items() for name in pictures]
EVERY = pytest.mark.parametrize(("id", "name"), ALL, ids=["-".join(pair) for pair in ALL])


@EVERY
def test_a_picture_is_a_graph_without_cycles_or_loose_ends(id, name):
    picture = FLOWS[id][name]
    ids = [node.id for node in picture.nodes]
    assert len(set(ids)) == len(ids) and {node.kind for node in picture.nodes} <= set(KINDS)
    assert len({edge.id for edge in picture.edges}) == len(picture.edges)
    for edge in picture.edges:
        assert {edge.source, edge.target} <= set(ids), f"expected nodes of the picture, got {edge.id}"
    before = {node: {e.source for e in picture.edges if e.target == node} for node in ids}
    order = []
    while ready := [node for node in ids if node not in order and before[node] <= set(order)]:
        order += ready
    assert len(order) == len(ids), f"expected no cycle, got one among {set(ids) - set(order)}"
    for node in picture.nodes:
        assert bool(before[node.id]) == (node.kind not in ("noise", "code", "data")), f"{node.id} is fed or given"
        assert (node.kind == "loss") != any(e.source == node.id for e in picture.edges), f"{node.id} leads to a loss"


@EVERY
def test_gradients_run_from_their_losses_back_along_edges(id, name):
    picture = FLOWS[id][name]
    assert {loss for g in picture.gradients for loss in g.losses} == {n.id for n in picture.nodes if n.kind == "loss"}
    for gradient in picture.gradients:
        path, used, reached = picture.path(gradient), picture.used(gradient), picture.reached(gradient)
        heads = set(gradient.losses) | {edge.source for edge in path}
        assert path and {edge.target for edge in path} <= heads and set(path) <= set(used)
        assert set(gradient.learns) <= reached, f"expected {gradient.learns} among the reached, got {reached}"
        edges = {edge.id: edge for edge in picture.edges}
        for stop in gradient.stops:
            assert edges[stop].target in heads and edges[stop] not in path, f"{stop}: expected a gradient to cut"
            assert picture.learnable(edges[stop].source), f"{stop}: expected something behind it that could learn"
        assert set(gradient.unused) <= set(edges) and not {edges[i] for i in gradient.unused} & set(used)


@EVERY
def test_nothing_lies_on_anything(id, name):
    picture = FLOWS[id][name]
    for layout, width, row, size in (("wide", 960, 122, (60, 56)), ("tall", 384, 84, (58, 36))):
        columns, rows = getattr(picture, layout)
        at = {node.id: getattr(node, layout) for node in picture.nodes}
        for node, (column, line) in at.items():
            assert -0.2 <= column <= columns - 0.8 and 0 <= line <= rows - 0.6, f"{node} is outside of {layout}"
        pitch = width / columns
        for one in at:
            for other in at:
                away = [abs(a - b) * s for a, b, s in zip(at[one], at[other], (pitch, row), strict=True)]
                assert one == other or away[0] >= size[0] or away[1] >= size[1], f"{one} and {other} in {layout}"


@EVERY
def test_both_languages_have_words_for_all_of_it(id, name):
    picture = FLOWS[id][name]
    texts = [picture.note, *(text for node in picture.nodes for text in (node.text, node.note))]
    keys = {text for text in texts if text.startswith("flow.")}
    keys |= {f"flow.choice.{gradient.id}" for gradient in picture.gradients}
    keys |= {f"flow.part.{node.weights}" for node in picture.nodes if node.kind == "net"}
    keys |= {f"flow.variant.{name}"} if len(FLOWS[id]) > 1 else set()
    for lang in LANGS:
        assert sorted(keys - table(lang).keys()) == []
    assert not re.search(r"[가-힣]|[A-Za-z]{12}", " ".join(g.formula for g in picture.gradients)), "formulas, not words"


@EVERY
def test_what_the_browser_gets_is_the_same_picture(id, name):
    picture, spec = FLOWS[id][name], json.loads(json.dumps(FLOWS[id][name].spec()))
    for gradient, shown in zip(picture.gradients, spec["gradients"], strict=True):
        assert shown["path"] == [edge.id for edge in picture.path(gradient)]
        assert set(shown["learns"]) | set(shown["frozen"]) == picture.reached(gradient)
        assert not set(shown["learns"]) & set(shown["frozen"])
    assert {edge["id"] for edge in spec["edges"]} == {edge.id for edge in picture.edges}


def test_a_part_that_is_only_passed_is_frozen_and_a_cut_protects_what_is_behind():
    nodes = [Node(i, k, i, (c, 0), (0, c)) for c, (i, k) in enumerate([("z", "noise"), ("G", "net"), ("D", "net")])]
    nodes.append(Node("L", "loss", "L", (3, 0), (0, 3)))
    edges = (Edge("z", "G"), Edge("G", "D"), Edge("D", "L"))
    whole, cut = Gradient("a", ("L",), ("G",), "L"), Gradient("b", ("L",), ("D",), "L", ("G>D",))
    picture = Picture(tuple(nodes), edges, (whole, cut), (4, 1), (1, 4))
    assert [edge.id for edge in picture.path(whole)] == ["D>L", "G>D"]
    assert picture.frozen(whole) == {"D"} and picture.reached(cut) == {"D"} and picture.frozen(cut) == set()


def test_the_component_takes_one_variant_or_all():
    assert choices("infogan") == ["D", "G", "I"] and choices("dcgan") == ["D", "G"]
    assert '"wgan_gp"' in FlowPicture("dcgan").get_config()["js_on_load"]
    one = FlowPicture("dcgan", only="lsgan", link=("codes", "flow")).get_config()["js_on_load"]
    assert '"wgan_gp"' not in one and '["codes", "flow"]' in one
    with pytest.raises(KeyError):
        FlowPicture("nade")


@pytest.mark.parametrize("id", ["dcgan", "infogan"])
def test_every_variant_that_is_shipped_has_its_picture(id):
    assert set(FLOWS[id]) >= set(catalog.card(id).variants)


# ---- the truth: autograd's gradients and the optimizers' parameters, part by part ------------------------------------

SMALL = progan.ProGAN.Config(z_dim=8, channels=(8, 8, 8, 8), fade=(0, 100, 100, 100), stay=(100, 100, 100, 100))
FADING = 350  # real pictures after which level 2 of SMALL is half in


def flat(model):
    return {"G": [model.generator], "D": [model.discriminator]}


def with_q(model):
    return {"G": [model.generator], "trunk": [model.trunk], "D": [model.real], "Q": [model.guess_codes]}


def by_level(model):
    g, d, l = model.generator, model.critic, model.grown[0]
    return {
        "G_below": [g.dense, *g.first[: l - 1], *g.second[:l]],
        "G_new": [g.first[l - 1], g.second[l]],
        "rgb_new": [g.to_rgb[l]],
        "rgb_old": [g.to_rgb[l - 1]],
        "from_new": [d.from_rgb[l]],
        "from_old": [d.from_rgb[l - 1]],
        "D_new": [d.first[l - 1], d.second[l - 1]],
        "D_below": [*d.first[: l - 1], *d.second[: l - 1], *d.last, d.score],
    }


def two_ways(model):
    return {name: [getattr(model, name)] for name in ("G", "F", "D_X", "D_Y")}


def with_domains(model):
    return {"G": [model.G], "D": [model.D.trunk], "D_src": [model.D.source], "D_cls": [model.D.domain]}


def with_text(model):
    nets = {"G": model.generator, "phi": model.encoder, "eye": model.eye}
    return {name: [net] for name, net in nets.items()} | {"D": [model.trunk, model.joint]}


def from_patches(model):
    return {
        "E": [model.encoder, model.rounds],
        "W": [model.where],
        "X": [model.painter],
        "D": [model.discriminator],
    }


def pixels(generator):
    return (torch.rand(8, 1, 28, 28, generator=generator),)


def points(generator):
    return (torch.randn(8, 2, generator=generator),)


def domains(generator):
    return (torch.rand(2, 2, 3, 32, 32, generator=generator),)


def captioned(generator):
    tokens = torch.randint(1, 104, (2, 4, 5), generator=generator)
    return torch.rand(4, 3, 32, 32, generator=generator), tokens[0], tokens[1], torch.tensor([[7], [1], [7], [0]])


def cut_out(generator):
    whole, patches = torch.rand(4, 1, 32, 32, generator=generator), torch.rand(4, 3, 1, 10, 10, generator=generator)
    mask = (torch.rand(4, 1, 32, 32, generator=generator) < 0.3).float()
    return whole, patches, mask, torch.randint(32, (4, 3, 2), generator=generator)


def small_progan():
    model = progan.ProGAN(SMALL)
    model.seen += FADING
    assert model.grown == (2, 0.5)
    return model


LOSSES = {loss: {"loss": loss} for loss in FLOWS["dcgan"]}
WEIGHTS = {"lambda_1": {"moved": True}, "lambda_0": {"weight": 0.0, "probe": True, "moved": True}}
MODELS = {
    **{
        ("dcgan", n): (lambda c=c: dcgan.DCGAN(dcgan.DCGAN.Config(features=4, **c)), flat, pixels)
        for n, c in LOSSES.items()
    },
    **{("gan_2d", n): (lambda c=c: gan_2d.GAN2D(gan_2d.GAN2D.Config(**c)), flat, points) for n, c in LOSSES.items()},
    **{
        ("infogan", n): (
            lambda c=c: infogan.InfoGAN(infogan.InfoGAN.Config(features=4, hidden=16, **c)),
            with_q,
            pixels,
        )
        for n, c in WEIGHTS.items()
    },
    ("progan", "progan"): (small_progan, by_level, pixels),
    ("cyclegan", "cyclegan"): (lambda: cyclegan.CycleGAN(), two_ways, domains),
    ("stargan", "stargan"): (
        lambda: stargan.StarGAN(stargan.StarGAN.Config(domains=("a", "b"))),
        with_domains,
        domains,
    ),
    ("text2image", "text2image"): (lambda: text2image.Text2Image(), with_text, captioned),
    ("puzzle_gan", "puzzle_gan"): (lambda: puzzle_gan.PuzzleGAN(), from_patches, cut_out),
}
TRUE = pytest.mark.parametrize(("id", "name"), MODELS, ids=["-".join(pair) for pair in MODELS])


@pytest.fixture
def built(id, name):
    """(model, its modules by part, a batch, a generator)."""
    make, parts, data = MODELS[id, name]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = make()
    generator = torch.Generator().manual_seed(1)
    return model, parts(model), data(generator), generator


def touched(loss: torch.Tensor, parts: dict) -> set[str]:
    """Parts of which some parameter has a gradient other than zero."""
    found = set()
    for part, modules in parts.items():
        parameters = [p for module in modules for p in module.parameters()]
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True, retain_graph=True)
        if any(g is not None and g.abs().max() > 0 for g in gradients):
            found.add(part)
    return found


def held(phase: Phase, parts: dict) -> set[str]:
    """Parts whose parameters the phase's optimizer moves; all of a part or nothing of it."""
    moved = {id(p) for p in phase.parameters}
    inside = {part: [id(p) in moved for m in modules for p in m.parameters()] for part, modules in parts.items()}
    assert all(all(flags) or not any(flags) for flags in inside.values())
    return {part for part, flags in inside.items() if all(flags)}


@TRUE
def test_the_drawn_turns_are_the_model_s(built, id, name):
    model, parts, batch, generator = built
    turns = {gradient.phase: gradient for gradient in FLOWS[id][name].gradients if gradient.phase}
    assert set(turns) == {phase.name for phase in model.phases()}, "expected every phase of the model"
    for phase in model.phases():
        terms = phase.loss(batch, generator)
        drawn = turns[phase.name]
        loss = terms["fool"] if id == "progan" and phase.name == "generator" else terms["loss"]
        assert touched(loss, parts) == FLOWS[id][name].reached(drawn), f"{phase.name}: expected what is drawn"
        assert held(phase, parts) == set(drawn.learns), f"{phase.name}: expected the drawn to learn"
        assert set(parts) == {node.weights for node in FLOWS[id][name].nodes if node.kind == "net"}


@TRUE
def test_a_cut_is_where_the_model_cuts(built, id, name):
    """Without its stops each gradient would go on to parts that autograd does not find."""
    picture = FLOWS[id][name]
    for gradient in picture.gradients:
        whole = Gradient(gradient.id, gradient.losses, gradient.learns, gradient.formula, (), gradient.unused)
        assert bool(gradient.stops) == (picture.path(whole) != picture.path(gradient))


TERMS = {  # terms of a loss that can be chosen: what the model calls them, and the phases that hold them
    ("infogan", "lambda_1", "I"): ("code_error", ("discriminator", "generator")),
    ("infogan", "lambda_0", "I"): ("code_error", ("discriminator",)),
    ("cyclegan", "cyclegan", "gan"): ("fool", ("generators",)),
    ("cyclegan", "cyclegan", "cycle"): ("cycle", ("generators",)),
    ("cyclegan", "cyclegan", "identity"): ("identity", ("generators",)),
    ("stargan", "stargan", "cls"): ("classified", ("G",)),
    ("stargan", "stargan", "rec"): ("back", ("G",)),
    ("puzzle_gan", "puzzle_gan", "place"): ("place", ("generator",)),
    ("puzzle_gan", "puzzle_gan", "whole"): ("whole", ("generator",)),
}


@pytest.mark.parametrize(("id", "name", "choice"), TERMS, ids=["-".join(key) for key in TERMS])
def test_a_term_alone_teaches_the_parts_that_are_drawn(built, id, name, choice):
    model, parts, batch, generator = built
    term, turns = TERMS[id, name, choice]
    learning, reached = set(), set()
    for phase in model.phases():
        if phase.name in turns:
            found = touched(phase.loss(batch, generator)[term], parts)
            learning |= found & held(phase, parts)
            reached |= found
    drawn = FLOWS[id][name].gradient(choice)
    assert learning == set(drawn.learns) and reached == FLOWS[id][name].reached(drawn)


def test_every_choice_is_a_phase_or_a_term_of_the_model():
    drawn = {(id, name, g.id) for id, name in ALL for g in FLOWS[id][name].gradients if not g.phase}
    assert drawn == set(TERMS)


def test_the_tap_of_lower_levels_stays_out_of_the_game():
    model = small_progan()
    terms = model.phases()[1].loss(pixels(torch.Generator().manual_seed(1)), torch.Generator().manual_seed(2))
    assert touched(terms["tap"], by_level(model)) == set()
    assert touched(terms["tap"], {"below": [model.generator.to_rgb[0]]}) == {"below"}


def test_every_picture_is_held_against_its_model():
    assert set(MODELS) == set(ALL)
