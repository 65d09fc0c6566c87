"""Styled digits: unpaired by construction, with a truth that is known; the same scene in every style."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from playground.data import domains
from playground.data.domains import STYLES, Unpaired, draw_looks, masks, paint


def bars(n: int = 4) -> torch.Tensor:
    """uint8 digits of one upright bar."""
    images = torch.zeros(n, 1, 28, 28, dtype=torch.uint8)
    images[:, :, 4:24, 11:17] = 255
    return images


@pytest.mark.parametrize("style", STYLES)
def test_a_painting_is_a_picture_and_a_function_of_its_scene(style):
    looks = draw_looks(4, torch.Generator().manual_seed(0))
    x = paint(masks(bars()), style, looks)
    assert x.shape == (4, 3, 32, 32) and 0 <= x.min() and x.max() <= 1
    assert torch.equal(x, paint(masks(bars()), style, looks))
    alone = torch.cat([paint(masks(bars(1)), style, looks[k : k + 1]) for k in range(4)])
    torch.testing.assert_close(x, alone)
    assert (x[0] - x[1]).abs().max() > 0.02, "expected scenes to differ"


@pytest.mark.parametrize("style", STYLES)
def test_the_digit_can_be_seen_in_every_style(style):
    """Ink and ground differ clearly in at least one channel, on a screen and in grey."""
    looks = draw_looks(64, torch.Generator().manual_seed(1))
    with_ink, without = (
        paint(masks(images), style, looks) for images in (bars(64), torch.zeros(64, 1, 28, 28, dtype=torch.uint8))
    )
    changed = (with_ink - without).abs().amax(1)[:, 8:24, 12:20].flatten(1).quantile(0.9, 1)
    assert changed.min() > 0.2, changed.min()


def test_styles_differ_for_the_same_digit_and_scene():
    looks = draw_looks(8, torch.Generator().manual_seed(0))
    painted = [paint(masks(bars(8)), style, looks) for style in STYLES]
    for k, a in enumerate(painted):
        for b in painted[:k]:
            assert (a - b).abs().mean() > 0.02


def test_coat_and_zebra_share_their_ground():
    looks = draw_looks(3, torch.Generator().manual_seed(0))
    mask = masks(bars(3))
    coat, zebra = (paint(mask, style, looks) for style in ("coat", "zebra"))
    apart = (coat - zebra).abs().amax(1, keepdim=True)
    assert apart[mask == 0].max() < 1e-6 and apart[mask == 1].mean() > 0.2


def test_stripes_have_the_width_and_direction_of_their_scene():
    full = torch.ones(1, 1, 64, 64)
    for angle, axis in ((0.0, 3), (torch.pi / 2, 2)):
        looks = domains.Looks(
            torch.ones(1), torch.zeros(1, 1, 5, 5), torch.tensor([angle]), torch.tensor([8.0]), torch.zeros(1)
        )
        grey = paint(full, "zebra", looks).mean(1, keepdim=True)
        spectrum = torch.fft.rfft(grey.mean(5 - axis).flatten() - grey.mean()).abs()
        assert spectrum.argmax() == 8, "expected 8 periods of 8 pixels"
        assert grey.std(5 - axis).max() < 1e-5, "expected no change along the stripes"


def test_an_outline_is_dilation_minus_erosion():
    looks = draw_looks(1, torch.Generator().manual_seed(0))
    mask = masks(bars(1))
    shape = domains._outline(mask, looks)[0]
    padded = F.pad(mask, (1, 1, 1, 1), value=0)
    windows = padded.unfold(2, 3, 1).unfold(3, 3, 1).flatten(4)
    expected = windows.amax(4) - windows.amin(4)
    inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))
    torch.testing.assert_close(shape[inner], expected[inner])


def batches(**options) -> Unpaired:
    images = torch.randint(0, 256, (60, 1, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Unpaired(images, torch.arange(60), 4, ("coat", "zebra", "winter"), **options)


def test_no_digit_is_seen_in_two_styles():
    source = batches()
    seen = [set(), set(), set()]
    for step in range(3 * source.per_epoch):
        x, digits = source.at(step)
        assert x.shape == (3, 4, 3, 32, 32) and digits.shape == (3, 4)
        for s in range(3):
            seen[s] |= set(digits[s].tolist())
    assert all(len(s) == 20 for s in seen) and len(set.union(*seen)) == 60


def test_batches_are_a_function_of_seed_and_step_and_of_the_process():
    a, b = batches().at(7), batches().at(7)
    assert torch.equal(a[0], b[0])
    assert not torch.equal(a[0], batches(seed=1).at(7)[0])
    two = [batches(rank=rank, world=2) for rank in (0, 1)]
    assert two[0].per_epoch == 3 and not set(two[0].at(0)[1].flatten().tolist()) & set(
        two[1].at(0)[1].flatten().tolist()
    )


def test_the_truth_of_a_pair_and_its_floor(data_root, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_DATA", str(data_root))
    pairs = domains.paired(50)
    assert pairs.x("summer").shape == (50, 3, 32, 32) and pairs.digits[:5].tolist() == [7, 2, 1, 0, 4]
    floors = {style: pairs.truth_floor(style) for style in STYLES}
    assert 0.005 < floors.pop("zebra") < 0.08 and set(floors.values()) == {0.0}


def test_an_unknown_style_is_named():
    with pytest.raises(ValueError, match="zebra"):
        paint(masks(bars(1)), "giraffe", draw_looks(1))
