"""What codes do and what can be read: on generators whose answer is known, and pinned on the shipped weights."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import playground
from playground import weights
from playground.inference import codes_measured
from playground.locale import text
from playground.metrics import codes, judge, measures, reading, shape
from playground.models.infogan import Codes, Guess, InfoGAN

LEAST_FACTOR = 3.0  # the measured ones stand in metrics.json, rounded down generously
FINEST = 0.3  # |correlation| from which on the page names an attribute
WORDS = {
    "slant": ({"right": 1, "left": -1}, {"오른쪽": 1, "왼쪽": -1}),
    "thickness": ({"thin": -1, "bold": 1}, {"가늘": -1, "굵": 1}),
    "width": ({"narrow": -1, "wide": 1}, {"좁": -1, "넓": 1}),
    "height": ({"short": -1, "tall": 1}, {"낮": -1, "높": 1}),
}


# ---- the bound against a joint that can be enumerated ---------------------------------------------------------------

P_X = torch.tensor([[0.7, 0.2, 0.1, 0.0], [0.1, 0.5, 0.2, 0.2], [0.0, 0.1, 0.1, 0.8]], dtype=torch.float64)
"""p(x | c) of three codes, each with probability 1/3, and four pictures."""


def mutual_information(p_x: torch.Tensor) -> float:
    joint = p_x / len(p_x)
    apart = joint.sum(1, keepdim=True) * joint.sum(0, keepdim=True)
    return torch.where(joint > 0, joint * (joint / apart).log(), 0.0).sum().item()


def bound(p_x: torch.Tensor, q: torch.Tensor) -> float:
    """H(c) + E log Q(c | x), with Q (x, c)."""
    joint = p_x / len(p_x)
    return math.log(len(p_x)) + torch.where(joint > 0, joint * q.T.log(), 0.0).sum().item()


def test_the_exact_posterior_makes_the_bound_the_information():
    posterior = (P_X / P_X.sum(0, keepdim=True)).T
    assert bound(P_X, posterior) == pytest.approx(mutual_information(P_X), abs=1e-12)
    assert 0 < mutual_information(P_X) < math.log(3)


def test_any_other_posterior_gives_less():
    generator = torch.Generator().manual_seed(0)
    for _ in range(200):
        q = torch.rand(4, 3, generator=generator, dtype=torch.float64).softmax(1)
        assert bound(P_X, q) < mutual_information(P_X)


class Enumerated:
    """An InfoGAN whose picture is one of four constants, drawn from p(x | c1), and whose Q is a table."""

    categories, z_dim = 3, 1

    def __init__(self, q: torch.Tensor) -> None:
        self.q = q

    def draw(self, n: int, generator: torch.Generator) -> tuple[torch.Tensor, Codes]:
        c1 = torch.randint(3, (n,), generator=generator)
        x = torch.multinomial(P_X[c1], 1, generator=generator)
        return x, Codes(c1, *(torch.rand(2, n, generator=generator) * 2 - 1))

    def generate(self, z: torch.Tensor, **codes: torch.Tensor) -> torch.Tensor:
        self.codes = codes
        return z

    def guess(self, x: torch.Tensor) -> Guess:
        c2, c3 = self.codes["c2"], self.codes["c3"]
        return Guess(self.q[x[:, 0]].log(), torch.stack([c2 + 0.1, c3 - 0.2], 1))


def test_the_measured_bound_is_that_of_the_enumerated_joint(monkeypatch):
    """`mutual_information` estimates the same number from samples; sigma of Q is the size of its constant error."""
    monkeypatch.setattr(judge, "N_GENERATED", 40_000)
    posterior = (P_X / P_X.sum(0, keepdim=True)).T
    for q in (posterior, torch.full((4, 3), 1 / 3, dtype=torch.float64)):
        row = judge.mutual_information(Enumerated(q))
        assert row["per_code"]["c1"] == pytest.approx(bound(P_X, q), abs=0.01)
        for code, sigma in (("c2", 0.1), ("c3", 0.2)):
            assert row["per_code"][code] == pytest.approx(
                math.log(2) - math.log(sigma * math.sqrt(2 * math.pi * math.e)), abs=1e-3
            )


# ---- effects on a generator whose codes do what is known ------------------------------------------------------------


class Bars(torch.nn.Module):
    """c2 shears an upright bar by c2 / 2, c3 makes it c3 wider than 6 pixels; z does nothing."""

    config = SimpleNamespace(weight=0.0)

    def draw(self, n: int, generator: torch.Generator) -> tuple[torch.Tensor, Codes]:
        return torch.zeros(n, 1), Codes(
            torch.zeros(n, dtype=torch.long), *(torch.rand(2, n, generator=generator) * 2 - 1)
        )

    def generate(self, z: torch.Tensor, *, c1: torch.Tensor, c2: torch.Tensor, c3: torch.Tensor) -> torch.Tensor:
        rows = torch.arange(28.0)
        centre = 13.5 + c2[:, None] / 2 * (13.5 - rows)  # (n, 28)
        inside = ((6 + c3[:, None, None]) / 2 + 0.5 - (rows - centre[..., None]).abs()).clamp(0, 1)
        return (inside * ((rows - 13.5).abs() <= 8)[:, None])[:, None]


@pytest.mark.slow
def test_known_effects_are_found():
    rows = codes.code_effects(Bars())["per_code"]
    assert rows["c2"]["name"] == "slant" and rows["c3"]["name"] in ("width", "thickness")
    assert rows["c2"]["slant"]["change"] == pytest.approx(2 * math.degrees(math.atan(0.5)), abs=1)
    assert rows["c2"]["slant"]["correlation"] > 0.99 and abs(rows["c2"]["width"]["change"]) < 0.05
    assert rows["c3"]["width"]["change"] == pytest.approx(2, abs=0.1)
    assert rows["c3"]["height"]["change"] == pytest.approx(0, abs=1e-3)
    assert rows["c3"]["pixel"] == pytest.approx(2 * 16 / 784, rel=0.05)


def test_both_codes_at_once_are_the_diagonals():
    together, apart = (codes.turned(Bars(), way, 3) for way in ("together", "apart"))
    alone = Bars().generate(None, c1=None, c2=torch.tensor([1.0]), c3=torch.tensor([-1.0]))
    assert torch.equal(apart[0, -1], alone[0, 0]) and not torch.equal(together[0, -1], alone[0, 0])
    middle = len(codes.AXIS) // 2
    assert torch.equal(together[:, middle], apart[:, middle])


def test_nothing_that_varies_correlates_with_nothing():
    assert codes._effect(np.ones((4, len(codes.AXIS))))["correlation"] == 0


# ---- the shipped weights --------------------------------------------------------------------------------------------


TWIN = "lambda_0"
needs_twin = pytest.mark.skipif(
    not (weights.directory("infogan", TWIN) / "model.safetensors").is_file(), reason="no weights without lambda"
)


VARIANTS = ["lambda_1", pytest.param(TWIN, marks=needs_twin)]


def stored(variant: str | None = None) -> dict:
    rows = json.loads((weights.directory("infogan", variant) / "metrics.json").read_text("utf-8"))
    return {row["metric"]: row for row in rows}


def test_the_floors_hold():
    rows = stored()
    assert rows["code_accuracy"]["value"] >= 95
    assert rows["mutual_information"]["per_code"]["c1"] >= 2.0


@needs_twin
def test_each_code_does_several_times_what_it_does_without_lambda():
    rows = stored()
    for code, factor in rows["code_effects"]["factor"].items():
        assert factor >= LEAST_FACTOR, (
            f"expected {code} to do {LEAST_FACTOR} times what it does without lambda, got {factor}"
        )


@needs_twin
def test_without_lambda_the_codes_carry_little():
    ours, plain = (stored(variant)["mutual_information"]["per_code"] for variant in (None, TWIN))
    for code in ("c1", "c2", "c3"):
        assert plain[code] < ours[code] / 3, code
    assert stored(TWIN)["code_accuracy"]["value"] < 40
    assert stored(TWIN)["code_effects"]["value"] < stored()["code_effects"]["value"] / LEAST_FACTOR


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_stored_effects_are_those_of_the_weights(variant):
    model, row = playground.load("infogan", variant=variant), stored(variant)["code_effects"]["per_code"]
    with torch.inference_mode():
        for code in codes.CODES:
            x = codes.turned(model, code, 500)
            assert (x[:, -1] - x[:, 0]).abs().mean().item() == pytest.approx(row[code]["pixel"], rel=1e-3)
            lean = shape.slant(x[:, -1:]) - shape.slant(x[:, :1])
            assert lean.mean().item() == pytest.approx(row[code]["slant"]["change"], abs=0.05)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_drawn_curves_are_the_row(variant):
    found = codes_measured.measured(variant)
    assert (found.n, found.counts.sum()) == (500, 10_000)
    for way, own in found.effects.items():
        for name, of in own.items():
            assert of.mean[-1] - of.mean[0] == pytest.approx(of.change, abs=2e-3), (way, name)
            assert (of.low <= of.high).all()


@pytest.mark.parametrize("lang", [0, 1], ids=["en", "ko"])
@pytest.mark.parametrize("code", codes.CODES)
def test_the_page_names_what_the_code_does(code, lang):
    """The ends of a slider name the attributes it correlates with, the strongest first, and the right way round."""
    rows = stored()["code_effects"]["per_code"][code]
    strength = {name: rows[name]["correlation"] for name in WORDS if abs(rows[name]["correlation"]) >= FINEST}
    expected = sorted(strength, key=lambda name: -abs(strength[name]))
    assert expected and expected[0] == rows["name"]
    for end, sign in (("low", -1), ("high", 1)):
        words = text(f"codes.{code}_{end}", ("en", "ko")[lang])
        found = {}
        for name, own in WORDS.items():
            for word, way in own[lang].items():
                if word in words:
                    found[name] = (words.index(word), way)
        assert sorted(found, key=lambda name: found[name][0]) == expected, words
        for name, (_, way) in found.items():
            assert way == sign * np.sign(strength[name]), (name, words)


@pytest.mark.parametrize(("way", "key"), [("c2", "c2"), ("c3", "c3"), ("together", "together"), ("apart", "apart")])
def test_knobs_and_buttons_carry_the_strongest_attributes_name(way, key):
    name = stored()["code_effects"]["per_code"][way]["name"]
    for lang in ("en", "ko"):
        assert text(f"codes.attribute.{name}", lang) in text(f"codes.{key}", lang)


# ---- the way back ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trip() -> tuple:
    """500 generated pictures with the codes that made them, and what Q reads."""
    model = playground.load("infogan")
    z, made = model.draw(500, torch.Generator().manual_seed(3))
    with torch.inference_mode():
        x = model.generate(z, **made._asdict())
        return model, z, made, x, *reading.read(model, x)


def test_codes_of_generated_pictures_are_recovered(trip):
    _, _, made, _, p, mean = trip
    assert torch.allclose(p.sum(1), torch.ones(500))
    assert (p.argmax(1) == made.c1).float().mean() >= 0.98
    for k, code in enumerate((made.c2, made.c3)):
        r = np.corrcoef(code.numpy(), mean[:, k].numpy())[0, 1]
        assert r >= 0.95, f"expected c{k + 2} to be recovered, got a correlation of {r:.3f}"


def test_codes_to_draw_with_stay_where_g_was_trained(trip):
    *_, p, mean = trip
    drawn = reading.as_codes(p, 3 * mean)
    assert drawn.c2.abs().max() <= 1 and drawn.c3.abs().max() <= 1 and torch.equal(drawn.c1, p.argmax(1))


def test_the_search_comes_nearer_and_leaves_the_network_alone(trip):
    model, _, made, x, _, _ = trip
    few = Codes(*(c[:6] for c in made))
    start = torch.randn(6, model.z_dim, generator=torch.Generator().manual_seed(5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = reading.search(model, x[:6], few, start)
    errors = [reading.error(model.generate(z, **few._asdict()), x[:6]) for z in (start, found)]
    assert (errors[1] < errors[0] / 2).all(), errors
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    alone = reading.search(model, x[:1], Codes(*(c[:1] for c in few)), start[:1])
    assert torch.allclose(alone[0], found[0], atol=1e-3), "expected each row to be searched for itself"


def test_the_search_follows_the_gradient_of_the_pixel_error(trip):
    """One step of Adam from z moves each number by the rate, against the sign of dE/dz."""
    model, _, made, x, _, _ = trip
    few = Codes(*(c[:2] for c in made))
    z = torch.randn(2, model.z_dim, generator=torch.Generator().manual_seed(6)).requires_grad_()
    loss = (model.generate(z, **few._asdict()) - x[:2].clone()).square().flatten(1).mean(1).sum()
    (slope,) = torch.autograd.grad(loss, [z])
    step = reading.search(model, x[:2], few, z.detach(), steps=1) - z.detach()
    assert torch.allclose(step, -reading.RATE * slope.sign(), atol=1e-3)


def test_stored_facts_of_real_digits():
    found = codes_measured.typical()
    assert found.n == 10_000 and found.read >= 90
    assert 0 < found.after < found.before < 1 and found.after < found.high
    assert found.steps == reading.STEPS


def test_measuring_writes_what_the_page_reads(tmp_path, monkeypatch):
    """Only an InfoGAN has codes.json; other image generators share the stage."""
    codes.write(torch.nn.Identity(), tmp_path)
    assert not (tmp_path / "codes.json").exists()
    assert measures.MEASURES["code_effects"] is codes.code_effects
    assert isinstance(playground.load("infogan"), InfoGAN)
