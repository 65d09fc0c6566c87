"""Text to image and Puzzle-GAN: objectives by hand, order of patches and padding do not matter, batches of one."""

from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F

from playground.data.captions import VOCABULARY, tokens
from playground.data.patches import coverage, crop
from playground.models.puzzle_gan import PuzzleGAN
from playground.models.text2image import COARSE, SPREAD, Text2Image, joint_embedding


def text2image(**options) -> Text2Image:
    torch.manual_seed(0)
    small = {"text": 6, "z_dim": 3, "features": 2}
    return Text2Image(Text2Image.Config(**{**small, **options})).double()


def puzzle(**options) -> PuzzleGAN:
    torch.manual_seed(0)
    return PuzzleGAN(PuzzleGAN.Config(**{"z_dim": 3, "features": 2, "hidden": 8, **options})).double()


def told(n: int = 4) -> torch.Tensor:
    texts = ["a red seven on a blue ground", "빨간 바탕의 가운데에 크고 굵은 흰색 숫자 3", "a thin 2", "upper left"]
    return torch.tensor([tokens(texts[k % 4]) for k in range(n)])


def draws(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)).double()


def test_the_vocabulary_fits_the_encoder():
    assert Text2Image.Config().words == len(VOCABULARY)


def test_gan_cls_objectives_by_hand(monkeypatch):
    model = text2image(veil=0.0).train()
    x, right, wrong, z = draws(4, 3, 32, 32), told(), told().roll(1, 0), draws(4, 3, seed=2)
    meant = torch.tensor([[7, 0], [3, 1], [2, 1], [7, 1]])
    monkeypatch.setattr(model, "_noise", lambda x, generator: z)
    t, t_hat = model.encode_text(right), model.encode_text(wrong)
    fake = model.draw(z, t).detach()

    def log_d(x, t):
        return torch.log(torch.sigmoid(model.logits(x, t)))

    def log_not(x, t):
        return torch.log(1 - torch.sigmoid(model.logits(x, t)))

    batch = (x, right, wrong, meant)
    matching, discriminator, generator = (phase.loss for phase in model.phases())
    fit = model.eye(2 * x - 1) @ t.T
    assert matching(batch, None)["loss"].item() == pytest.approx(joint_embedding(fit, meant).item(), rel=1e-9)
    expected = -log_d(x, t).mean() - 0.5 * (log_not(x, t_hat).mean() + log_not(fake, t).mean())
    assert discriminator(batch, None)["loss"].item() == pytest.approx(expected.item(), rel=1e-9)

    t, meant = t[[0, 1, 0, 1]], meant[[0, 1, 0, 1]]  # two pictures of each of half the captions, too few to mix
    fake = model.draw(z, t)
    joint = joint_embedding(model.eye(2 * fake - 1) @ t.T, meant)
    coarse = F.avg_pool2d(fake, COARSE)
    apart = torch.stack([(coarse[k] - coarse[k + 2]).abs().mean() / (z[k] - z[k + 2]).abs().mean() for k in (0, 1)])
    spread = apart.clamp(max=SPREAD).mean()
    expected = -log_d(fake, t).mean() + model.config.tell * joint - model.config.diversity * spread
    assert generator(batch, None)["loss"].item() == pytest.approx(expected.item(), rel=1e-9)


def test_what_fits_enters_the_discriminators_opinion():
    model, x = text2image().eval(), 2 * draws(2, 3, 32, 32) - 1
    h, t, seen = model.trunk(x), draws(2, 6), draws(2, 6, seed=1).requires_grad_()
    (slope,) = torch.autograd.grad(model._judge(h, t, seen).sum(), seen)
    torch.testing.assert_close(slope / slope[:, :1], t / t[:, :1])  # D looks along t only, by s = E(x) . t


def test_two_pictures_of_a_caption_need_not_differ_more_than_digits_do():
    model, z = text2image(), torch.tensor([[0.0, 1.0, 2.0], [1.0, 1.0, 4.0]]).double()  # a distance of 1 on average
    made = torch.zeros(2, 3, 32, 32).double()
    assert model._spread(made, z).item() == 0
    made[1] = SPREAD / 2
    assert model._spread(made, z).item() == pytest.approx(SPREAD / 2, rel=1e-9)
    made[1] = 0.5
    assert model._spread(made, z).item() == pytest.approx(SPREAD, rel=1e-9)


def test_the_joint_embedding_by_hand():
    fit, classes = 3 * draws(5, 5) - 1, [4, 0, 4, 9, 0]

    def of_class(row: torch.Tensor, wanted: int) -> torch.Tensor:
        return torch.stack([row[j] for j in range(5) if classes[j] == wanted]).mean()

    def surprise(rows: torch.Tensor) -> torch.Tensor:
        of = [torch.stack([of_class(row, c) for c in (0, 4, 9)]).softmax(0) for row in rows]
        return -torch.stack([of[i][(0, 4, 9).index(classes[i])] for i in range(5)]).log().mean()

    expected = (surprise(fit) + surprise(fit.T)) / 2
    told = torch.tensor(classes)[:, None]
    assert joint_embedding(fit, told).item() == pytest.approx(expected.item(), rel=1e-12)
    assert joint_embedding(fit, told.repeat(1, 3)).item() == pytest.approx(3 * expected.item(), rel=1e-12)


def test_a_quarter_of_the_generators_captions_lie_between_two():
    model, t = text2image(), draws(8, 6)
    mixed = model._some_mixed(t)
    middle = (t[6] + t[7]) / 2
    torch.testing.assert_close(mixed, torch.cat([t[:6], torch.stack([middle, middle])]))
    assert torch.equal(text2image(interpolation=0.0)._some_mixed(t), t)


def test_a_caption_is_its_words_without_what_stands_behind_them():
    model, one = text2image(), told(1)
    words = int((one != 0).sum())
    torch.testing.assert_close(model.encode_text(one), model.encode_text(one[:, : words + 3]), atol=0.2, rtol=0)
    assert model.encode_text(one).abs().max() <= 1
    assert not torch.allclose(model.encode_text(told()[:1]), model.encode_text(told()[1:2]))


@pytest.mark.parametrize("make", [text2image, puzzle])
def test_phases_are_apart_and_discriminators_leave_generators_alone(make):
    model = make()
    x = draws(4, 3 if make is text2image else 1, 32, 32)
    batch = (
        (x, told(), told().roll(1, 0), torch.tensor([[7], [3], [2], [7]]))
        if make is text2image
        else (x, draws(4, 3, 1, 10, 10), draws(4, 1, 32, 32).round(), (32 * draws(4, 3, 2)).long())
    )
    phases = model.phases()
    own = [{id(p) for p in phase.parameters} for phase in phases]
    assert sum(map(len, own)) == len(set.union(*own)) and set.union(*own) == {id(p) for p in model.parameters()}
    *before, last = phases
    for phase in phases:
        loss = phase.loss(batch, torch.Generator().manual_seed(0))["loss"]
        gradients = torch.autograd.grad(loss, phase.parameters, retain_graph=True, allow_unused=True)
        assert all(g is not None for g in gradients), phase.name
        for other in phases if phase in before else []:
            if other is not phase:
                gradients = torch.autograd.grad(loss, other.parameters, allow_unused=True, retain_graph=True)
                assert all(g is None for g in gradients), f"{phase.name} touches {other.name}"


def test_the_order_of_the_patches_does_not_matter_and_any_number_will_do():
    model = puzzle().eval()
    patches, z = draws(2, 3, 1, 10, 10), draws(2, 3, seed=1)
    x, mask, middles = model.complete(z, patches)
    assert x.shape == mask.shape == (2, 1, 32, 32) and 0 <= mask.min() and x.max() <= 1
    for order in ([2, 0, 1], [1, 0, 2]):
        again = model.complete(z, patches[:, order])
        torch.testing.assert_close(again.picture, x)
        torch.testing.assert_close(again.mask, mask)
        assert torch.equal(again.middles, middles[:, order])
    for count in (1, 2):
        assert model.generate(z, patches=patches[:, :count]).shape == (2, 1, 32, 32)


def known_places(*places: tuple[int, int]) -> torch.Tensor:
    """Logits of one picture's patches that are sure of their places."""
    where = torch.full((1, len(places), 32 * 32), -100.0).double()
    for k, (row, column) in enumerate(places):
        where[0, k, 32 * row + column] = 100
    return where


def test_a_patch_lies_where_it_was_cut():
    model, x = puzzle(), draws(1, 1, 32, 32)
    places = [(0, 0), (4, 5), (31, 31), (16, 2), (20, 20)]
    for first, second in zip(places, places[1:], strict=False):
        middles = torch.tensor([[first, second]])
        where, parts, covered = known_places(first, second), crop(x, middles), coverage(middles)
        assert torch.equal(model.likeliest(where), middles)
        for z in (-0.999, 0.0, 0.999):
            assert torch.equal(model.drawn(torch.full((1, 3), z).double(), where), middles)
        laid, covers = model.lay(middles, parts)
        assert torch.equal(covers, covered.double()) and torch.equal(laid, x * covered)
        torch.testing.assert_close(model.mask(where), covered.double())
        x_hat = model.eval().paint(draws(1, 3), draws(1, 8), middles, parts)
        assert torch.equal(x_hat * covered, x * covered), "what lies there is not painted over"


def test_where_patches_overlap_the_darker_ink_shows():
    model, middles = puzzle(), torch.tensor([[[10, 10], [10, 14]]])
    parts = torch.stack([torch.full((1, 10, 10), 0.25), torch.full((1, 10, 10), 0.75)])[None].double()
    for order in ([0, 1], [1, 0]):
        laid, _ = model.lay(middles[:, order], parts[:, order])
        assert laid[0, 0, 10, 5:19].tolist() == [0.25] * 4 + [0.75] * 10


def test_places_are_drawn_as_likely_as_they_are():
    """Frequencies of places over a fine grid of z against the softmax; the mask by enumeration of all places."""
    model, n = puzzle(), 64
    where = 3 * draws(1, 1, 32 * 32, seed=4)
    p = where.softmax(2).view(32, 32)
    u = (2 * torch.arange(n).double() + 1) / n - 1
    z = torch.cartesian_prod(u, u, torch.zeros(1).double())
    drawn = model.drawn(z, where.expand(len(z), -1, -1))[:, 0]
    rows = drawn[:, 0].bincount(minlength=32) / len(z)
    assert (rows - p.sum(1)).abs().max() < 1.01 / n
    row = int(rows.argmax())
    columns = drawn[drawn[:, 0] == row, 1].bincount(minlength=32) / (rows[row] * len(z))
    assert (columns - p[row] / p[row].sum()).abs().max() < 1.01 / n
    by_hand = torch.zeros(32, 32).double()
    for r, c in itertools.product(range(32), repeat=2):
        by_hand += p[r, c] * coverage(torch.tensor([[[r, c]]]))[0, 0]
    torch.testing.assert_close(model.mask(where)[0, 0], by_hand)


def test_one_z_moves_all_patches_the_same_way():
    model, where = puzzle(), draws(1, 1, 32 * 32, seed=4).expand(5, 3, -1)
    middles = model.drawn(draws(5, 3, seed=5) * 2 - 1, where)
    assert (middles == middles[:, :1]).all() and len(middles[:, 0].unique(dim=0)) > 1


def test_puzzle_gans_objectives_by_hand(monkeypatch):
    model = puzzle().train()
    x, patches, mask = draws(4, 1, 32, 32), draws(4, 3, 1, 10, 10, seed=1), draws(4, 1, 32, 32, seed=2).round()
    z, middles = draws(4, 3, seed=3), (32 * draws(4, 3, 2, seed=4)).long()
    monkeypatch.setattr(model, "_noise", lambda x, generator: z)
    told, where = model.solve(patches)
    x_hat = model.paint(z, told, model.likeliest(where), patches)
    lying = torch.stack(
        [where[b, k].log_softmax(0)[32 * middles[b, k, 0] + middles[b, k, 1]] for b in range(4) for k in range(3)]
    )
    expected = F.softplus(-model.logits(x_hat)).mean() - lying.mean()
    expected = expected + model.config.weight * (x_hat - x).abs().sum((1, 2, 3)).mean()
    found = model.phases()[1].loss((x, patches, mask, middles), None)["loss"]
    assert found.item() == pytest.approx(expected.item(), rel=1e-10)
    other = torch.stack([x[3], x[0], x[1], x[2]])
    fakes = [x_hat.detach(), torch.where(mask == 1, x, other), torch.where(mask == 1, other, x)]
    expected = F.softplus(-model.logits(x)).mean() + sum(F.softplus(model.logits(f)).mean() for f in fakes) / 3
    found = model.phases()[0].loss((x, patches, mask, middles), None)["loss"]
    assert found.item() == pytest.approx(expected.item(), rel=1e-10)
