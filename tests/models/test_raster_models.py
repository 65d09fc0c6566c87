"""Markov, AR(k) and FVSBN: one line of models, from one remembered pixel to all of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import WeightsError
from playground.models import ar_k
from playground.models.ar_k import ARK
from playground.models.fvsbn import FVSBN
from playground.models.markov import Markov
from tests.models.test_autoregressive import every_image, small

# Test NLL of the shipped windows of AR(k) on the first 500 digits, in nats
WINDOWS_500 = {1: 143.0911, 2: 141.5435, 24: 136.6734, 26: 127.4093, 27: 111.1733, 29: 103.0558, 57: 100.1983}


def dependencies(model: torch.nn.Module, height: int, width: int) -> torch.Tensor:
    """(D, D) bool: whether logit i (row) changes with x_j (column), by the gradient."""
    D = height * width
    x = torch.rand(1, 1, height, width, dtype=torch.float64).round()
    jacobian = torch.autograd.functional.jacobian(lambda x: model.logits(x).flatten(), x)
    return jacobian.view(D, D) != 0


def band(D: int, k: int) -> torch.Tensor:
    """(D, D) bool: j is one of the k pixels before i."""
    i, j = torch.meshgrid(torch.arange(D), torch.arange(D), indexing="ij")
    return (j < i) & (j >= i - k)


@pytest.mark.parametrize(("id", "k"), [("markov", 1), ("ar_k", 4), ("fvsbn", 20)])
def test_a_pixel_sees_exactly_its_window_across_the_ends_of_rows(id, k):
    seen = dependencies(small(id, 4, 5).double(), 4, 5)
    assert torch.equal(seen, band(20, k)), (seen != band(20, k)).nonzero()
    if id != "fvsbn":
        assert seen[5, 4] and not seen[5, 0], "expected column 0 to see the last pixel of the row above"


@pytest.mark.parametrize("id", ["markov", "ar_k", "fvsbn"])
def test_all_512_images_sum_to_one_in_double(id):
    total = small(id).double()
    x = every_image().double()
    p, values = total.logits(x).flatten(1).sigmoid(), x.flatten(1)
    assert torch.where(values == 1, p, 1 - p).prod(1).sum().item() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("k", [1, 27, 28, 29, 57])
def test_in_28_columns_the_window_reaches_the_row_above_at_27(k):
    model = ARK(ARK.Config(k=k)).double()
    with torch.no_grad():
        model.windows[str(k)].w.fill_(0.1)
    x = torch.zeros(1, 1, 28, 28, dtype=torch.float64, requires_grad=True)
    (grad,) = torch.autograd.grad(model.logits(x)[0, 0, 14, 14], x)
    above = {column for column in (13, 14, 15) if grad[0, 0, 13, column] != 0}
    assert (grad != 0).sum() == k
    assert above == {1: set(), 27: {15}, 28: {14, 15}, 29: {13, 14, 15}, 57: {13, 14, 15}}[k]


def test_markov_counts_with_add_one_smoothing():
    images = torch.tensor([[1, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1]]).float().view(3, 1, 2, 2)
    model = Markov(Markov.Config(2, 2))
    model.fit([(images[:2], 0), (images[2:], 0)])
    # position 1: nothing before it; position 2: two images begin with 1, one of them goes on with 1; ...
    expected = torch.tensor([[3 / 5, 2 / 3, 1 / 3, 3 / 4], [1 / 2, 2 / 4, 2 / 4, 1 / 3]])
    torch.testing.assert_close(model.theta, expected)


def test_a_stationary_chain_counts_all_positions_together():
    images = torch.tensor([[1, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1]]).float().view(3, 1, 2, 2)
    model = Markov(Markov.Config(2, 2, stationary=True))
    model.fit([(images, 0)])
    # after a 0 (the start counts as one): 1 0 1 | 0 1 | 1 0 ... = 6 white of 7; after a 1: 2 white of 5
    flat = np.pad(images.flatten(1).numpy(), ((0, 0), (1, 0)))
    before, after = flat[:, :-1].ravel(), flat[:, 1:].ravel()
    expected = [(after[before == v].sum() + 1) / ((before == v).sum() + 2) for v in (0, 1)]
    torch.testing.assert_close(model.theta.flatten(), torch.tensor(expected, dtype=torch.float32))
    assert model.logits(images).shape == images.shape and model.sample(2).shape == (2, 1, 2, 2)


def test_grey_images_count_as_their_expected_binarizations():
    grey = torch.rand(1, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    model = Markov(Markov.Config(2, 2))
    model.fit([(grey, 0)])
    a, b = grey.flatten()[:2].tolist()
    assert model.theta[:, 1].tolist() == pytest.approx([((1 - a) * b + 1) / (1 - a + 2), (a * b + 1) / (a + 2)])


def test_counting_is_the_optimum_of_the_logistic_regression(monkeypatch):
    """AR(1) by Newton and the Markov chain by counting are one model, found in two ways."""
    monkeypatch.setattr(ar_k, "PRIOR", 1e-6)
    monkeypatch.setattr(ar_k, "TOLERANCE", 1e-12)
    x = torch.rand(4000, 1, 3, 4, generator=torch.Generator().manual_seed(1))
    x = (x + x.roll(1, -1) > 1).float()  # neighbours that agree
    fitted, counted = ARK(ARK.Config(3, 4, k=1)).float(), Markov(Markov.Config(3, 4))
    fitted.fit([(x, 0)])
    counted.fit([(x, 0)])
    torch.testing.assert_close(fitted.conditionals(x[:50]), counted.conditionals(x[:50]), atol=2e-3, rtol=0)


def test_newton_finds_the_point_without_gradient():
    generator = torch.Generator().manual_seed(2)
    features = torch.rand(5, 3000, generator=generator).round()
    truth = torch.tensor([1.0, -2.0, 0.5, 3.0, 0.0])
    y = (torch.rand(3000, generator=generator) < torch.sigmoid(truth @ features - 1)).float()
    theta = ar_k._newton(torch.zeros(6), *ar_k._gather(features, y))
    theta = theta.double().requires_grad_()
    nll = torch.nn.functional.binary_cross_entropy_with_logits(
        theta[1:] @ features.double() + theta[0], y.double(), reduction="sum"
    )
    (gradient,) = torch.autograd.grad(nll + ar_k.PRIOR / 2 * theta[1:].square().sum(), theta)
    assert gradient.abs().max() < 0.02 * 3000**0.5, gradient
    assert (theta[1:] - truth).abs().max() < 0.4, theta


def test_a_pixel_that_is_never_white_is_fitted_all_the_same():
    x = torch.zeros(200, 1, 3, 3)
    x[::2, ..., 1] = 1
    model = ARK(ARK.Config(3, 3, k=3, windows=(1, 3)))
    model.fit([(x, 0)])
    p = model.conditionals(x)
    assert p.isfinite().all() and p[:, 0].max() < 0.02
    assert -model.log_prob(x).mean() < 1.5, "expected little more than the one fair coin, ln 2"


def test_the_windows_of_one_file_are_models_of_their_own():
    model = small("ar_k", 4, 5)
    short = model.at(1)
    assert short.config.k == 1 and torch.equal(short.windows["1"].w, model.windows["1"].w)
    assert torch.equal(dependencies(short.double(), 4, 5), band(20, 1))
    with pytest.raises(ValueError, match="expected k among the windows"):
        ARK(ARK.Config(k=5, windows=(1, 4)))


def test_fvsbn_is_the_logistic_regressions_of_the_textbook():
    model = small("fvsbn", 3, 4).double()
    W, b = (v.detach().numpy() for v in (model.linear.weight, model.linear.bias))
    x = torch.rand(5, 1, 3, 4, dtype=torch.float64).round()
    for image, p in zip(x, model.conditionals(x), strict=True):
        flat = image.flatten().numpy()
        expected = [1 / (1 + math.exp(-b[i] - sum(W[i, j] * flat[j] for j in range(i)))) for i in range(12)]
        np.testing.assert_allclose(p.detach().numpy(), expected, atol=1e-6)


def test_fvsbn_is_ar_k_with_the_longest_window():
    long, all = ARK(ARK.Config(3, 3, k=8)), FVSBN(FVSBN.Config(3, 3))
    with torch.no_grad():
        long.windows["8"].w.copy_(torch.randn(9, 8))
        for i in range(9):
            all.linear.weight[i, :i] = long.windows["8"].w[i, 8 - i :].float()
        all.linear.bias.zero_()
    torch.testing.assert_close(all.log_prob(every_image()), long.log_prob(every_image()))


def test_shipped_numbers_tell_the_story(data_root):
    """Independent 205.8, Markov 145.4, AR(28) below 105, FVSBN below 98; the counted chain is AR(1)."""
    import json

    rows = {id: json.loads((weights.directory(id) / "metrics.json").read_text()) for id in ("markov", "ar_k", "fvsbn")}
    value = {id: found[0]["value"] for id, found in rows.items()}
    assert value["markov"] == pytest.approx(145.3, abs=0.1) and value["ar_k"] < 104.8 and value["fvsbn"] < 98
    curve = dict(zip(rows["ar_k"][1]["windows"], rows["ar_k"][1]["values"], strict=True))
    assert curve[1] == pytest.approx(value["markov"], abs=0.2) and curve[28] == pytest.approx(value["ar_k"])
    assert curve[2] - curve[24] < 6 and curve[24] - curve[28] > 30, "expected the cliff where the row above begins"
    assert all(a >= b for a, b in zip(list(curve.values()), list(curve.values())[1:], strict=False)), curve


@pytest.mark.parametrize("k", WINDOWS_500)
def test_every_shipped_window_keeps_its_number(k, data_root):
    from playground.metrics.likelihood import test_log_prob

    try:
        model = weights.load("ar_k").at(k)
    except WeightsError as problem:
        pytest.skip(str(problem))
    nll = -test_log_prob(model, 500).mean().item()
    assert math.isclose(nll, WINDOWS_500[k], abs_tol=0.01), f"expected {WINDOWS_500[k]} nats, got {nll}"
