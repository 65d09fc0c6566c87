"""MADE: masks against their definition, gradients against what the masks allow, densities by enumeration."""

from __future__ import annotations

import json
import math

import pytest
import torch

from playground import weights
from playground.errors import WeightsError
from playground.models import made
from playground.models.made import MADE, ORDERINGS
from tests.oracles import made as oracle

HIDDEN = {"one wide layer": (64,), "one narrow layer": (4,), "two layers": (40, 30), "narrowing to one": (20, 6, 1)}


def network(
    height: int = 3, width: int = 3, hidden: tuple = (40, 30), orderings: tuple = ORDERINGS, seed: int = 0
) -> MADE:
    """A random float64 network whose conditionals differ."""
    torch.manual_seed(seed)
    model = MADE(MADE.Config(height, width, hidden, orderings, seed)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.7)
    return model


def every_image() -> torch.Tensor:
    """All 512 binary 3x3 images."""
    bits = torch.arange(512)[:, None] >> torch.arange(9)
    return (bits & 1).double().view(-1, 1, 3, 3)


def log_p(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """sum_i log p(x_i | ...) in float64, (B,)."""
    return torch.where(x == 1, logits.sigmoid(), (-logits).sigmoid()).log().flatten(1).sum(1)


@pytest.mark.parametrize("name", ORDERINGS)
@pytest.mark.parametrize(("height", "width"), [(4, 4), (3, 5), (1, 4), (28, 28)])
def test_an_ordering_names_every_pixel_once(name, height, width):
    order = made.ordering(name, height, width)
    assert sorted(order.tolist()) == list(range(height * width))


def test_orderings_are_what_their_names_say():
    pixels = {name: made.ordering(name, 3, 4).tolist() for name in ORDERINGS}
    assert pixels["raster"] == list(range(12))
    assert pixels["reversed"] == pixels["raster"][::-1]
    assert pixels["column"] == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert pixels["random"] not in (pixels["raster"], pixels["reversed"])
    walk = [divmod(place, 4) for place in pixels["spiral"]]
    steps = {abs(a - c) + abs(b - d) for (a, b), (c, d) in zip(walk[:-1], walk[1:], strict=True)}
    assert steps == {1}, "expected a spiral to walk from neighbour to neighbour"
    middle = walk[0][0] == 1 and walk[0][1] in (1, 2)
    assert middle and walk[-1] == (0, 0), f"expected it to wind from the middle to a corner, got {walk}"


def test_unknown_orderings_are_refused():
    with pytest.raises(ValueError, match="diagonal"):
        made.ordering("diagonal", 3, 3)
    with pytest.raises(ValueError, match="spiral"):
        network(orderings=("raster",)).ordered("spiral")


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("seed", range(5))
def test_degrees_and_masks_are_the_paper_s(hidden, seed):
    model = network(3, 4, hidden, seed=seed)
    for k, name in enumerate(ORDERINGS):
        m0 = [made.ordering(name, 3, 4).tolist().index(pixel) + 1 for pixel in range(12)]
        degrees = [m0] + [layer.turn_out[k].int().tolist() for layer in model.layers]
        for below, above in zip(degrees[:-1], degrees[1:], strict=True):
            assert min(below) <= min(above) and max(above) <= 11, f"expected degrees in {min(below)}..11, got {above}"
        *masks, out = oracle.masks(degrees)
        for layer, expected in zip([*model.layers, model.out], [*masks, out], strict=True):
            assert layer.mask(k).int().tolist() == expected
        assert model.direct.mask(k).int().tolist() == [[int(i > j) for j in m0] for i in m0]


def test_degrees_are_uniform():
    counts = torch.zeros(12)
    for seed in range(400):
        _, m = made.draw_degrees(torch.arange(12), (5,), torch.Generator().manual_seed(seed))
        counts += torch.bincount(m.long(), minlength=12)
    expected = 400 * 5 / 11
    assert counts[0] == 0 and ((counts[1:] - expected).abs() < 5 * math.sqrt(expected)).all(), counts


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("seed", range(10))
def test_no_unit_is_dead(hidden, seed):
    """Every hidden unit has a way in from some pixel and a way out to some logit, in every ordering."""
    model = network(3, 4, hidden, seed=seed)
    for k, name in enumerate(ORDERINGS):
        masks = [layer.mask(k).long() for layer in (*model.layers, model.out)]
        reached = torch.ones(12, dtype=torch.long)
        for l, mask in enumerate(masks[:-1]):
            reached = mask @ reached
            assert (reached > 0).all(), f"{name}: units {(reached == 0).nonzero().tolist()} of layer {l} see no pixel"
        used = torch.ones(12, dtype=torch.long)
        for l, mask in reversed(list(enumerate(masks[1:]))):
            used = mask.T @ used
            assert (used > 0).all(), f"{name}: units {(used == 0).nonzero().tolist()} of layer {l} reach no logit"


def gradients(model: MADE, images: int = 20) -> torch.Tensor:
    """|d logit of turn i / d pixel of turn j|, the largest over some images, (D, D)."""
    size = model.order.numel()
    x = torch.rand(images, *model.shape, dtype=torch.float64).round()
    jacobian = torch.func.vmap(torch.func.jacrev(lambda one: model.logits(one[None]).flatten()))(x)
    return jacobian.abs().amax(0).view(size, size)[model.order][:, model.order]


@pytest.mark.parametrize("name", ORDERINGS)
@pytest.mark.parametrize("hidden", [(64,), (40, 30)])
def test_a_logit_depends_on_all_earlier_pixels_and_on_no_other(name, hidden):
    model = network(4, 5, hidden).ordered(name)
    assert torch.equal(model.order, made.ordering(name, 4, 5))
    claimed = torch.ones(20, 20).tril(-1).bool()
    found = gradients(model) != 0
    assert torch.equal(found, claimed), f"{name}: {(found & ~claimed).sum()} leaks, {(claimed & ~found).sum()} unseen"


def test_a_wrong_mask_would_be_caught():
    """The classic slip, an output mask that is not strict, shows in the gradient and in the sum."""
    model = network(hidden=(64,), orderings=("spiral",))
    model.out.turn_out += 1  # m^0(d) >= m
    assert gradients(model).diagonal().count_nonzero() > 0
    x = every_image()
    assert abs(log_p(model.logits(x), x).exp().sum().item() - 1) > 1e-2


@pytest.mark.parametrize("name", ORDERINGS)
@pytest.mark.parametrize("hidden", [(64,), (40, 30)])
def test_probabilities_sum_to_one_in_every_ordering(name, hidden):
    model, x = network(hidden=hidden).ordered(name), every_image()
    total = log_p(model.logits(x), x).exp().sum().item()
    assert math.isclose(total, 1, abs_tol=1e-12), f"expected sum of p(x) = 1, got {total}"
    torch.testing.assert_close(model.log_prob(x).double(), log_p(model.logits(x), x), atol=1e-4, rtol=1e-5)


def test_the_average_is_over_likelihoods_and_averaged_logits_are_no_distribution():
    model, x = network(), every_image()
    views = [model.ordered(name) for name in ORDERINGS]
    each = torch.stack([log_p(view.logits(x), x) for view in views])
    averaged = model.log_prob_averaged(x)
    torch.testing.assert_close(averaged.double(), each.exp().mean(0).log(), atol=1e-4, rtol=1e-5)
    total = averaged.double().exp().sum().item()
    assert math.isclose(total, 1, abs_tol=1e-6), f"expected the average over orderings to sum to 1, got {total}"
    mean_of_logits = torch.stack([view.logits(x) for view in views]).mean(0)
    wrong = log_p(mean_of_logits, x).exp().sum().item()
    assert abs(wrong - 1) > 5e-3, f"expected averaged logits not to be a distribution, their sum is {wrong}"


def test_a_mixture_is_at_least_as_good_as_its_mean_term():
    model, x = network(), every_image()[:40]
    mean = torch.stack([model.ordered(name).log_prob(x) for name in ORDERINGS]).mean(0)
    assert (model.log_prob_averaged(x) >= mean - 1e-6).all()


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("name", ORDERINGS)
@pytest.mark.parametrize("n", [1, 4])
def test_cached_sampling_is_naive_sampling_in_every_ordering(hidden, name, n):
    model = network(5, 6, hidden).ordered(name)
    uniforms = torch.rand(n, 30)
    x, p = model.trace(n, uniforms=uniforms)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive)
    torch.testing.assert_close(p, p_naive, atol=1e-6, rtol=1e-6)
    assert torch.equal(x.flatten(1)[:, model.order], (uniforms < p).to(x)), "expected pixels drawn in the order's turn"
    torch.testing.assert_close(model.conditionals(x.double()).float(), p, atol=1e-6, rtol=1e-6)


def test_a_view_shares_the_weights_and_leaves_its_model_alone():
    model = network()
    spiral = model.ordered("spiral")
    assert spiral.ordering == "spiral" and model.ordering == "raster"
    assert spiral.out.weight is model.out.weight
    assert torch.equal(model.order, torch.arange(9)) and not torch.equal(spiral.order, model.order)
    assert torch.equal(spiral.ordered("raster").logits(every_image()[:5]), model.logits(every_image()[:5]))


def test_a_step_trains_one_ordering_and_all_get_their_turn():
    model = network()
    x, generator = every_image()[:8], torch.Generator().manual_seed(0)
    losses = {name: -model.ordered(name).log_prob(x).mean().item() for name in ORDERINGS}
    seen = {model._loss((x,), generator)["loss"].item() for _ in range(60)}
    assert seen == set(losses.values()), f"expected each ordering's loss, {losses}, got {sorted(seen)}"


def test_cut_weights_stay_cut_while_training():
    """Moments of an optimizer and weight decay cannot bring a connection back: masks act in the forward pass."""
    model = network(4, 5, (64,), ("spiral", "raster")).float()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.1)
    x = torch.rand(8, 1, 4, 5).round()
    for _ in range(5):
        optimizer.zero_grad()
        model._loss((x,), torch.Generator().manual_seed(1))["loss"].backward()
        optimizer.step()
    later = torch.ones(20, 20).triu().bool()
    for name in model.config.orderings:
        assert (gradients(model.double().ordered(name))[later] == 0).all()


def test_weights_travel_packed_and_come_back(tmp_path):
    model = MADE(MADE.Config(4, 5, (30, 20), ("raster",)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    model.save_pretrained(tmp_path)
    again = MADE.from_pretrained(tmp_path, strict=True)
    assert again.config == model.config and again.out.weight.dtype == torch.float32
    x = torch.rand(6, 1, 4, 5).round()
    torch.testing.assert_close(again.logits(x), model.logits(x), atol=5e-2, rtol=5e-2)  # float16 on the way
    half = {name: p.half().float() * (p.dim() < 2 or 1) for name, p in model.state_dict().items()}
    for name, value in again.state_dict().items():
        expected = half[name]
        if name.endswith("weight"):
            layer = model.get_submodule(name.removesuffix(".weight"))
            expected = expected * layer.used()
        assert torch.equal(value, expected), name


# NLL of the shipped weights of five orderings on the first 500 test digits, in nats
FIRST_500 = {"raster": 90.4970, "reversed": 90.1970, "column": 90.5507, "spiral": 90.1533, "random": 88.6912}


def test_every_shipped_ordering_keeps_its_number_and_their_mixture_beats_the_best(data_root):
    from playground.metrics.likelihood import test_log_prob

    try:
        model = weights.load("made", variant="orders")
    except WeightsError as problem:
        pytest.skip(str(problem))
    for name, expected in FIRST_500.items():
        nll = -test_log_prob(model.ordered(name), 500).mean().item()
        assert math.isclose(nll, expected, abs_tol=0.01), f"{name}: expected {expected} nats, got {nll}"
    stored = json.loads((weights.directory("made", "orders") / "metrics.json").read_text("utf-8"))
    (row,) = [row for row in stored if row["metric"] == "nll_averaged"]
    assert set(row["orderings"]) == set(FIRST_500)
    assert row["value"] < min(row["orderings"].values()), "expected a mixture to be better than each of its parts"


def test_a_file_for_other_masks_is_refused(tmp_path):
    model = MADE(MADE.Config(4, 5, (30,), ("raster",)))
    model.save_pretrained(tmp_path)
    config = (tmp_path / "config.json").read_text("utf-8").replace('"raster"', '"raster", "spiral"')
    (tmp_path / "config.json").write_text(config, "utf-8")
    with pytest.raises(RuntimeError, match="weight"):
        MADE.from_pretrained(tmp_path, strict=True)
