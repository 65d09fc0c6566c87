"""PixelCNN in colour: what each sub-pixel sees, exact probabilities, the same film cached or not."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from playground import weights
from playground.errors import WeightsError
from playground.models.pixel_cnn_rgb import PixelCNNRGB
from playground.nn.masked import MaskedConv2d

FIRST_100 = 239.4495  # NLL of the shipped weights on the first 100 coloured test digits, in nats


def small(height: int = 3, width: int = 4, levels: int = 3, blocks: int = 2) -> PixelCNNRGB:
    """A small random model in float64, its weights large enough that the conditionals differ."""
    torch.manual_seed(11)
    model = PixelCNNRGB(PixelCNNRGB.Config(height, width, levels, hidden=2, blocks=blocks)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5)
    return model


def coloured(model: PixelCNNRGB, n: int) -> torch.Tensor:
    last = model.config.levels - 1
    return torch.randint(0, last + 1, (n, *model.shape)).double() / last


@pytest.mark.parametrize(
    ("kind", "expected"), [("A", [[0, 0, 0], [1, 0, 0], [1, 1, 0]]), ("B", [[1, 0, 0], [1, 1, 0], [1, 1, 1]])]
)
def test_grouped_masks_at_the_centre_tap(kind, expected):
    conv = MaskedConv2d(kind, 6, 9, 3, groups=3)
    centre = conv.mask[:, :, -1, 1]
    runs = centre.view(3, 3, 3, 2)[:, 0, :, 0]
    assert runs.int().tolist() == expected, f"mask {kind}: expected {expected}, got {runs.int().tolist()}"
    assert (conv.mask[:, :, -1, 2] == 0).all(), "the pixel to the right must be hidden"
    assert (conv.mask[:, :, -1, 0] == 1).all() and (conv.mask[:, :, 0] == 1).all(), "earlier pixels show every channel"


def test_uneven_groups_are_refused():
    with pytest.raises(ValueError, match="3 equal runs"):
        MaskedConv2d("A", 3, 4, 3, groups=3)


def test_order_is_pixel_by_pixel_and_red_green_blue():
    model = small(2, 2)
    assert model.order.tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]


def sees(model: PixelCNNRGB, channel: int, row: int, column: int) -> set[tuple[int, int, int]]:
    """The sub-pixels with a gradient; every weight positive, so that no two paths cancel and no relu is shut."""
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.01)
    x = torch.ones(1, *model.shape, dtype=torch.float64, requires_grad=True)
    (grad,) = torch.autograd.grad(model.outputs(x)[0, channel, row, column].sum(), x)
    return {tuple(index[1:]) for index in grad.nonzero().tolist()}


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_sub_pixel_sees_the_earlier_channels_of_its_pixel_and_nothing_later(channel):
    model = small(4, 5)
    for row, column in [(0, 0), (1, 2), (3, 4), (2, 0)]:
        seen = sees(model, channel, row, column)
        own = {c for c, r, k in seen if (r, k) == (row, column)}
        assert own == set(range(channel)), f"channel {channel}: expected {set(range(channel))}, got {own}"
        later = {(c, r, k) for c, r, k in seen if (r, k) > (row, column)}
        assert not later, f"sub-pixel {(channel, row, column)} sees {sorted(later)}, which come later"
        if column:
            assert {(c, row, column - 1) for c in range(3)} <= seen, "expected all channels of the pixel to the left"


def test_the_centre_of_28_by_28_sees_what_pixel_cnn_sees_in_every_channel():
    """The masks of ten blocks: a wedge to the upper right stays unseen; what is seen is seen in all channels."""
    model = PixelCNNRGB().double()
    seen = {channel: sees(model, channel, 14, 14) for channel in range(3)}
    others = {channel: {s for s in seen[channel] if s[1:] != (14, 14)} for channel in range(3)}
    assert others[0] == others[1] == others[2]
    pixels = {s[1:] for s in others[0]}
    assert len(others[0]) == 3 * len(pixels) and len(pixels) == 309, len(pixels)
    assert [len(seen[channel]) - len(others[channel]) for channel in range(3)] == [0, 1, 2]


def test_logits_depend_on_earlier_sub_pixels_only():
    model = small()
    x = coloured(model, 1).requires_grad_()
    for position, index in enumerate(model.order.tolist()):
        output = model.outputs(x).flatten(1, 3)[0, index]
        (grad,) = torch.autograd.grad(output.square().sum(), x)
        later = grad.flatten()[model.order[position:]]
        assert (later == 0).all(), f"sub-pixel {position} depends on {later.nonzero().flatten().tolist()} after it"


@pytest.mark.parametrize("levels", [2, 3])
def test_probabilities_of_all_images_sum_to_one(levels):
    model = small(1, 2, levels=levels)
    every = torch.tensor(list(itertools.product(range(levels), repeat=6))).double().view(-1, 3, 1, 2) / (levels - 1)
    p = model.log_prob(every).exp()
    assert len(every) == levels**6 and math.isclose(p.sum().item(), 1, abs_tol=1e-9), p.sum().item()


def test_frequencies_of_samples_follow_the_probabilities():
    model, n = small(1, 1, levels=2).float(), 20000
    x = model.sample(n, generator=torch.Generator().manual_seed(0)).flatten(1)
    frequency = torch.bincount((x @ torch.tensor([4.0, 2.0, 1.0])).long(), minlength=8) / n
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=3))).view(8, 3, 1, 1)
    p = model.log_prob(every).exp()
    assert (frequency - p).abs().le(5 * (p * (1 - p) / n).sqrt() + 1e-3).all(), (frequency - p).abs().max()


def test_log_prob_is_the_sum_of_the_conditionals():
    model = small()
    x = coloured(model, 5)
    p = model.conditionals(x)
    torch.testing.assert_close(p.sum(-1), torch.ones(5, 36).double())
    level = model.levels(x).flatten(1)[:, model.order]
    expected = p.gather(-1, level.unsqueeze(-1)).squeeze(-1).log()
    torch.testing.assert_close(model.log_terms(x), expected)
    torch.testing.assert_close(model.log_prob(x), expected.sum(1))


@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("temperature", [0.0, 0.8, 1.0])
def test_cached_sampling_is_naive_sampling(n, temperature):
    model = small(5, 6, levels=4, blocks=3)
    uniforms = torch.rand(n, 90, dtype=torch.float64)
    x, p = model.trace(n, uniforms=uniforms, temperature=temperature)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, temperature=temperature, cached=False)
    assert torch.equal(x, x_naive)
    torch.testing.assert_close(p, p_naive, atol=1e-9, rtol=0)
    assert x.shape == (n, 3, 5, 6) and p.shape == (n, 90, 4)
    level = model.levels(x).flatten(1)[:, model.order]
    if temperature == 1:
        torch.testing.assert_close(p, model.conditionals(x))
        below = (p * (torch.arange(4) < level.unsqueeze(-1))).sum(-1)
        assert (below <= uniforms + 1e-12).all() and (
            uniforms < below + p.gather(-1, level[..., None])[..., 0] + 1e-12
        ).all()
    if temperature == 0:
        assert torch.equal(level, model.conditionals(x).argmax(-1))


def test_caches_work_with_torch_s_functions_too(monkeypatch):
    """What a GPU runs, run on the CPU: the same code with tensors."""
    from playground.nn import cached_colour

    model = small(4, 5)
    uniforms = torch.rand(2, 60, dtype=torch.float64)
    expected = model.trace(2, uniforms=uniforms)
    original = cached_colour._Arithmetic.__init__

    def tensors(self: object, like: torch.Tensor) -> None:
        original(self, like)
        self.on_cpu = False
        self.mul, self.larger, self.zero = torch.mm, torch.maximum, self.zeros()

    monkeypatch.setattr(cached_colour._Arithmetic, "__init__", tensors)
    x, p = model.trace(2, uniforms=uniforms)
    assert torch.equal(x, expected[0])
    torch.testing.assert_close(p, expected[1])


def test_a_given_sub_pixel_is_kept():
    model = small(3, 3, levels=4)
    uniforms = torch.rand(2, 27, dtype=torch.float64)
    known = torch.full((1, 3, 3, 3), torch.nan)
    known[:, 1, 1, 2] = 1.0
    known[:, :, 0] = 0.0
    x = model.sample(2, uniforms=uniforms, prefix=known)
    assert (x[:, 1, 1, 2] == 1).all() and (x[:, :, 0] == 0).all()


def test_shipped_weights_keep_their_number(data_root):
    from playground.metrics.density import test_colour_log_prob

    try:
        model = weights.load("pixel_cnn_rgb")
    except WeightsError as problem:
        pytest.skip(str(problem))
    nll = -test_colour_log_prob(model, 100).mean().item()
    assert math.isclose(nll, FIRST_100, abs_tol=0.02), f"expected {FIRST_100} nats, got {nll}"
