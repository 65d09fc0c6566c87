"""The explicit pixel models: exact densities, causal gradients, reproducible films."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.errors import WeightsError
from playground.models.ar_k import ARK
from playground.models.bernoulli import Bernoulli
from playground.models.diagonal_bilstm import DiagonalBiLSTM
from playground.models.fvsbn import FVSBN
from playground.models.gated_pixel_cnn import GatedPixelCNN
from playground.models.made import MADE
from playground.models.markov import Markov
from playground.models.nade import NADE
from playground.models.pixel_cnn import PixelCNN
from playground.models.row_lstm import RowLSTM
from tests.oracles import nade as oracle

SMALL = {
    "bernoulli": lambda h, w: Bernoulli(Bernoulli.Config(h, w)),
    "markov": lambda h, w: Markov(Markov.Config(h, w)),
    "ar_k": lambda h, w: ARK(ARK.Config(h, w, k=4, windows=(1, 4))),
    "fvsbn": lambda h, w: FVSBN(FVSBN.Config(h, w)),
    "nade": lambda h, w: NADE(NADE.Config(h, w, hidden=7)),
    "made": lambda h, w: MADE(MADE.Config(h, w, hidden=(20, 12), orderings=("raster", "spiral"))),
    "row_lstm": lambda h, w: RowLSTM(RowLSTM.Config(h, w, hidden=3, layers=2)),
    "diagonal_bilstm": lambda h, w: DiagonalBiLSTM(DiagonalBiLSTM.Config(h, w, hidden=3, layers=2)),
    "gated_pixel_cnn": lambda h, w: GatedPixelCNN(GatedPixelCNN.Config(h, w, hidden=3, layers=3)),
    "pixel_cnn": lambda h, w: PixelCNN(PixelCNN.Config(h, w, hidden=3, blocks=2)),
}
# NLL of the shipped weights on the first 500 test digits, in nats
FIRST_500 = {
    "bernoulli": 198.1989,
    "markov": 143.0760,
    "ar_k": 103.5822,
    "fvsbn": 96.3023,
    "nade": 84.4239,
    "made": 83.7533,
    "row_lstm": 81.2635,
    "diagonal_bilstm": 77.7421,
    "pixel_cnn": 82.4077,
    "gated_pixel_cnn": 80.4929,
}


def small(id: str, height: int = 3, width: int = 3) -> torch.nn.Module:
    """A small random model, its weights large enough that the conditionals differ."""
    torch.manual_seed(7)
    model = SMALL[id](height, width).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.7)
        if hasattr(model, "theta"):
            model.theta.copy_(torch.rand_like(model.theta))
    return model


def every_image(height: int = 3, width: int = 3) -> torch.Tensor:
    """All 2^(H W) binary images."""
    bits = torch.arange(2 ** (height * width))[:, None] >> torch.arange(height * width)
    return (bits & 1).float().view(-1, 1, height, width)


def test_every_pixel_model_of_the_catalogue_is_tested_here():
    assert set(SMALL) == {card.id for card in catalog.of_stage("pixels")}


@pytest.mark.parametrize("id", SMALL)
def test_probabilities_of_all_images_sum_to_one(id):
    model = small(id).double()
    total = model.log_prob(every_image().double()).double().exp().sum().item()
    assert math.isclose(total, 1, abs_tol=1e-4), f"expected sum of p(x) = 1, got {total}"


@pytest.mark.parametrize("id", SMALL)
def test_frequencies_of_samples_follow_the_probabilities(id):
    model, n = small(id, 2, 2), 20000
    x = model.sample(n, generator=torch.Generator().manual_seed(0)).flatten(1)
    index = (x @ torch.tensor([1.0, 2.0, 4.0, 8.0])).long()
    frequency = torch.bincount(index, minlength=16) / n
    p = model.log_prob(every_image(2, 2)).exp()
    error = 5 * (p * (1 - p) / n).sqrt() + 1e-3
    assert (frequency - p).abs().le(error).all(), (frequency - p).abs().max()


@pytest.mark.parametrize("id", SMALL)
def test_a_logit_depends_on_earlier_pixels_only(id):
    model = small(id, 4, 5)
    x = torch.rand(1, 1, 4, 5).round().requires_grad_()
    for position, index in enumerate(model.order.tolist()):
        logits = model.logits(x).flatten()
        if not logits.requires_grad:
            return  # independent pixels depend on none
        (grad,) = torch.autograd.grad(logits[index], x)
        later = grad.flatten()[model.order[position:]]
        assert (later == 0).all(), f"logit {position} depends on pixels {later.nonzero().flatten().tolist()} after it"


def test_nade_uses_every_earlier_pixel():
    model = small("nade", 4, 4)
    x = torch.rand(1, 1, 4, 4).round()
    jacobian = torch.autograd.functional.jacobian(lambda x: model.logits(x).flatten(), x).view(16, 16)
    assert torch.equal(jacobian != 0, torch.ones(16, 16).tril(-1).bool())


@pytest.mark.parametrize("id", SMALL)
def test_log_prob_is_the_sum_of_the_conditionals(id):
    model = small(id, 5, 4).double()
    x = torch.rand(6, 1, 5, 4, dtype=torch.float64).round()
    p, values = model.logits(x).flatten(1).sigmoid(), x.flatten(1)[:, model.order]
    expected = torch.where(values == 1, p, 1 - p).log().sum(1)
    torch.testing.assert_close(model.log_prob(x).double(), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model.conditionals(x).double(), p[:, model.order], atol=1e-6, rtol=0)


def test_nade_is_the_textbook_s():
    model = small("nade", 6, 5).double()
    W, V, b, c = (parameter.detach().numpy() for parameter in (model.W, model.V, model.b, model.c))
    x = torch.rand(5, 1, 6, 5, dtype=torch.float64).round()
    for image, p, log_prob in zip(x, model.conditionals(x), model.log_prob(x), strict=True):
        flat = image.flatten().numpy()
        np.testing.assert_allclose(p.detach().numpy(), oracle.conditionals(flat, W, V, b, c), atol=1e-6)
        assert math.isclose(log_prob.item(), oracle.log_prob(flat, W, V, b, c), abs_tol=1e-4)


def test_nade_s_backward_pass_is_autograd_s():
    model = small("nade", 6, 5).double()
    x = torch.rand(3, 1, 6, 5, dtype=torch.float64).round()

    def textbook(W: torch.Tensor, V: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        a, terms = c.expand(3, -1), []
        for i, x_i in enumerate(x.flatten(1).T):
            terms.append(a.sigmoid() @ V[i] + b[i])
            a = a + x_i[:, None] * W[i]
        return torch.stack(terms, 1)

    parameters = (model.W, model.V, model.b, model.c)
    weight = torch.randn(3, 30, dtype=torch.float64)
    expected = torch.autograd.grad((textbook(*parameters) * weight).sum(), parameters)
    got = torch.autograd.grad((model.logits(x).flatten(1) * weight).sum(), parameters)
    for name, a, b in zip("WVbc", got, expected, strict=True):
        torch.testing.assert_close(a, b, msg=lambda text, name=name: f"gradient of {name}: {text}")


@pytest.mark.parametrize("id", SMALL)
@pytest.mark.parametrize("n", [1, 5])
def test_cached_sampling_is_naive_sampling(id, n):
    model = small(id, 6, 7)
    uniforms = torch.rand(n, 42)
    x, p = model.trace(n, uniforms=uniforms)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, cached=False)
    assert torch.equal(x, x_naive)
    torch.testing.assert_close(p, p_naive, atol=1e-5, rtol=1e-5)
    assert torch.equal(x.flatten(1)[:, model.order], (uniforms < p).float())


@pytest.mark.parametrize("id", SMALL)
def test_the_same_seed_gives_the_same_film(id):
    model = small(id, 5, 5)
    draw = lambda seed: model.trace(3, generator=torch.Generator().manual_seed(seed))  # noqa: E731
    assert torch.equal(draw(1)[0], draw(1)[0]) and torch.equal(draw(1)[1], draw(1)[1])
    assert not torch.equal(draw(1)[0], draw(2)[0])


@pytest.mark.parametrize("id", SMALL)
def test_temperature_zero_takes_the_likelier_value(id):
    model = small(id, 5, 5)
    x, p = model.trace(2, temperature=0)
    assert torch.equal(x[0], x[1]) and set(p.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(x.flatten(1)[:, model.order], (model.conditionals(x) > 0.5).float())


def test_temperature_divides_the_logits():
    model = small("nade", 5, 5)
    x, p = model.trace(2, uniforms=torch.rand(2, 25), temperature=2.5)
    torch.testing.assert_close(p, (model.logits(x).flatten(1) / 2.5).sigmoid(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("id", SMALL)
def test_a_prefix_and_a_mask_are_kept(id):
    model = small(id, 4, 4)
    uniforms = torch.rand(3, 16)
    x, _ = model.trace(3, uniforms=uniforms, prefix=torch.ones(6))
    assert (x.flatten(1)[:, :6] == 1).all()
    mask = torch.full((1, 1, 4, 4), torch.nan)
    mask[..., 2, :] = 1
    x, p = model.trace(3, uniforms=uniforms, prefix=mask)
    assert (x[..., 2, :] == 1).all()
    free = mask.flatten().isnan()
    assert torch.equal(x.flatten(1)[:, free], (uniforms < p).float()[:, free])


@pytest.mark.parametrize("temperature", [-1, math.nan])
def test_bad_temperatures_are_refused(temperature):
    with pytest.raises(ValueError, match="temperature"):
        small("bernoulli").sample(1, temperature=temperature)


@pytest.mark.parametrize("bad", [{"uniforms": torch.rand(1, 5)}, {"prefix": torch.ones(10)}])
def test_bad_shapes_are_refused(bad):
    with pytest.raises(ValueError, match="expected"):
        small("nade").sample(1, **bad)


@pytest.mark.parametrize("id", SMALL)
def test_samples_can_be_scored_and_differentiated(id):
    model = small(id, 4, 4)
    x = model.sample(2)
    assert not x.is_inference() and model.log_prob(x).shape == (2,)
    x.requires_grad_()


def test_bernoulli_counts_with_add_one_smoothing():
    model = Bernoulli(Bernoulli.Config(2, 2))
    x = torch.tensor([[1.0, 0, 0, 1], [1, 0, 0.5, 0]]).view(2, 1, 2, 2)
    model.fit([(x[:1], 0), (x[1:], 0)])
    torch.testing.assert_close(model.theta.flatten(), torch.tensor([3 / 4, 1 / 4, 1.5 / 4, 2 / 4]))


@pytest.mark.parametrize("id", FIRST_500)
def test_shipped_weights_keep_their_number(id, data_root):
    from playground.metrics.likelihood import test_log_prob

    try:
        model = weights.load(id)
    except WeightsError as problem:
        pytest.skip(str(problem))
    nll = -test_log_prob(model, 500).mean().item()
    assert math.isclose(nll, FIRST_500[id], abs_tol=0.01), f"expected {FIRST_500[id]} nats, got {nll}"
