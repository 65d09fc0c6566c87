"""The judges of coloured digits: their loss, what they are disturbed with, and what they say of true pictures."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

import playground
from playground.data.captioned import Told
from playground.data.domains import STYLES, Styled, paired
from playground.models.attribute_judge import AttributeJudge, disturbed

x = torch.rand(5, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def judge(**options) -> AttributeJudge:
    torch.manual_seed(0)
    return AttributeJudge(AttributeJudge.Config(width=4, features=16, **options))


def test_there_is_a_distribution_for_each_attribute():
    p = judge(attributes=("colour", "size"), values=(7, 2)).eval().classify(x)
    assert {name: of.shape for name, of in p.items()} == {"colour": (5, 7), "size": (5, 2)}
    assert all(torch.allclose(of.sum(1), torch.ones(5)) for of in p.values())


def test_the_loss_is_the_sum_over_the_attributes():
    model = judge()
    truth = torch.tensor([[0, 3], [5, 9], [1, 1], [2, 0], [4, 4]])
    found = model.phases()[0].loss((x, truth), torch.Generator().manual_seed(1))
    logits = model(disturbed(x, torch.Generator().manual_seed(1)))
    expected = sum(F.cross_entropy(of, y, label_smoothing=0.05) for of, y in zip(logits, truth.T, strict=True))
    assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert {"style", "digit"} <= found.keys()


def test_as_many_names_as_counts_are_expected():
    with pytest.raises(ValueError, match="as many values"):
        judge(values=(6,))


def test_disturbed_pictures_stay_near_and_in_range():
    found = disturbed(x.mul(0.5).add(0.25), torch.Generator().manual_seed(2))
    assert 0 <= found.min() and found.max() <= 1
    assert 0.005 < (found - x.mul(0.5).add(0.25)).abs().mean() < 0.15
    assert torch.equal(disturbed(x, torch.Generator().manual_seed(2)), disturbed(x, torch.Generator().manual_seed(2)))


def test_the_data_of_both_judges():
    images = torch.randint(0, 256, (40, 1, 28, 28), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    labels = torch.arange(40) % 10
    for source, columns in ((Styled(images, labels, 12), 2), (Told(images, labels, 12), 6)):
        pictures, truth = source.at(0)
        assert pictures.shape == (12, 3, 32, 32) and truth.shape == (12, columns)
        assert torch.equal(source.at(0)[0], pictures) and not torch.equal(source.at(1)[0], pictures)


def test_the_shipped_judge_reads_what_is_painted_in_every_style(data_root):
    model, data = playground.load("style_judge"), paired(300, seed=5)
    for s, style in enumerate(STYLES):
        p = model.classify(data.x(style))
        assert (p["style"].argmax(1) == s).all(), style
        assert (p["digit"].argmax(1) == data.digits).float().mean() > 0.97, style


def test_the_shipped_judge_stands_small_changes(data_root):
    model, data = playground.load("style_judge"), paired(300, seed=6)
    generator = torch.Generator().manual_seed(0)
    for style in STYLES:
        p = model.classify(disturbed(data.x(style), generator))
        assert (p["digit"].argmax(1) == data.digits).float().mean() > 0.96, style
