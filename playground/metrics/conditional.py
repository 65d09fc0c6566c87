"""Whether pictures show what they were asked for: attributes of a caption, patches of a digit and the digit itself."""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from playground import weights
from playground.data import captioned, captions, mnist, patches
from playground.data.captions import LANGS
from playground.data.domains import STYLES, draw_looks, masks, paint
from playground.models.attribute_judge import AttributeJudge
from playground.models.puzzle_gan import PuzzleGAN
from playground.models.text2image import COARSE, Text2Image

ASKED = 1000
PART = 250
SEED = 0


# -- judges --------------------------------------------------------------------------------------------------------


def attributes_right(model: AttributeJudge) -> dict:
    """Share of test pictures of which a judge names each attribute right, in percent; the value is the lowest."""
    x, truth = _styled() if model.config.data == "styled" else _told()
    shares = _right(model, x, truth)
    row = _row("attributes_right", min(shares.values()), "%", len(x))
    return row | {"split": "MNIST test, painted", "attributes": _rounded(shares)}


def _styled() -> tuple[Tensor, Tensor]:
    """Every test digit in one of the styles: x (10000, 3, 32, 32), index of the style and the digit (10000, 2)."""
    images, digits = mnist.load(False)
    mask, looks = masks(images), draw_looks(len(images), _generator())
    style = torch.arange(len(images)) % len(STYLES)
    x = mask.new_zeros(len(images), 3, *mask.shape[2:])
    for s, name in enumerate(STYLES):
        x[style == s] = paint(mask[style == s], name, looks[style == s])
    return x, torch.stack([style, digits], 1)


def _told() -> tuple[Tensor, Tensor]:
    """Every test digit as some caption says: x (10000, 3, 32, 32), indices of its attributes' values (10000, 6)."""
    images, digits = mnist.load(False)
    chance = random.Random(SEED)
    meanings = [captioned.with_digit(captions.draw(chance), int(digit)) for digit in digits]
    return captioned.paint(images, meanings, _generator()), captioned.indices(meanings)


def _right(judge: AttributeJudge, x: Tensor, truth: Tensor) -> dict[str, float]:
    """Percent of pictures of which each attribute is read right."""
    parts = [judge.classify(part) for part in x.split(PART)]
    read = {name: torch.cat([part[name] for part in parts]).argmax(1) for name in judge.config.attributes}
    return {name: 100 * (read[name] == y).float().mean().item() for name, y in zip(read, truth.T, strict=True)}


# -- captions ------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def caption_attributes(model: Text2Image) -> dict:
    """Share of 1,000 random captions whose picture has each attribute as told, in percent; the value is the lowest of
    all attributes in both languages."""
    shares = {lang: _as_told(model, lang) for lang in LANGS}
    worst = min(min(of.values()) for of in shares.values())
    row = _row("caption_attributes", worst, "%", ASKED)
    return row | {"attributes": {lang: _rounded(of) for lang, of in shares.items()}}


def _as_told(model: Text2Image, lang: str) -> dict[str, float]:
    """Percent of pictures that have each attribute, for half of the captions, all in one language."""
    n = ASKED // len(LANGS)
    chance = random.Random(f"{SEED} {lang}")
    meanings = [captions.draw(chance) for _ in range(n)]
    wordings = len(captions.WORDINGS[lang])
    told = [captions.caption(m, lang, chance.randrange(wordings), chance.random() < 0.5) for m in meanings]
    tokens = torch.tensor([captions.tokens(text) for text in told])
    z = torch.randn(n, model.z_dim, generator=_generator())
    return _right(weights.load("caption_judge"), _drawn(model, z, tokens), captioned.indices(meanings))


def _drawn(model: Text2Image, z: Tensor, tokens: Tensor) -> Tensor:
    parts = zip(z.split(PART), tokens.split(PART), strict=True)
    return torch.cat([model.generate(of, tokens=words) for of, words in parts])


@torch.inference_mode()
def variety(model: Text2Image) -> dict:
    """Mean |difference| of two pictures of one caption, averaged over 4 x 4 pixels first; pixels in [0, 1].

    real: the same of two test digits that are painted as one caption says.
    """
    chance = random.Random(SEED)
    meanings = [captions.draw(chance) for _ in range(ASKED)]
    tokens = torch.tensor([captions.tokens(captions.caption(m)) for m in meanings])
    noise = torch.randn(2, ASKED, model.z_dim, generator=_generator())
    made = [_drawn(model, z, tokens) for z in noise]
    real = [captioned.paint(_any_digits(meanings, chance), meanings, _generator(k)) for k in (1, 2)]
    return _row("variety", _apart(*made), "mean |difference|", ASKED) | {"real": round(_apart(*real), 4)}


def _any_digits(meanings: list[captions.Meaning], chance: random.Random) -> Tensor:
    """A test digit of each meaning's class: (B, 1, 28, 28) uint8."""
    images, digits = mnist.load(False)
    rows = {digit: (digits == digit).nonzero().flatten().tolist() for digit in range(10)}
    return images[[chance.choice(rows[meaning.digit]) for meaning in meanings]]


def _apart(x: Tensor, y: Tensor) -> float:
    return (F.avg_pool2d(x, COARSE) - F.avg_pool2d(y, COARSE)).abs().mean().item()


# -- patches -------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def digit_recovered(model: PuzzleGAN) -> dict:
    """Share of completed pictures in which the judge reads the digit that the patches came from, in percent.

    The value is that of three patches. `patches`: of the first one, of two and of three. `chance`: the most frequent
    digit's share, which is what naming it always would get. `real`: what the judge gets from the digits themselves.
    """
    x, digits, middles = patches.puzzle(ASKED, SEED)
    parts = patches.crop(x, middles)
    shares = {str(k): _reads(model.generate(_uniform(model), patches=parts[:, :k]), digits) for k in (1, 2, 3)}
    chance = 100 * digits.bincount().max().item() / len(digits)
    row = _row("digit_recovered", shares["3"], "%", ASKED) | {"patches": _rounded(shares)}
    return row | {"chance": round(chance, 2), "real": round(_reads(x, digits), 2)}


@torch.inference_mode()
def patches_kept(model: PuzzleGAN) -> dict:
    """Mean |difference| between a patch and the place of the picture that is most like it, pixels in [0, 1].

    Where a patch was is withheld, so a picture may have it anywhere. `luck`: the same in another picture. And where
    they truly were: `home` is the mean |difference| between picture and digit there, `another` between a digit and
    another one there, `elsewhere` between picture and digit on all other pixels. `mask`: intersection over union of
    what the laid patches cover and of what they covered. `near`: percent of patches within a pixel of their place.
    """
    x, _, middles = patches.puzzle(ASKED, SEED)
    parts = patches.crop(x, middles)
    covered = patches.coverage(middles)
    made = model.complete(_uniform(model), parts)
    kept, luck = (
        torch.cat(list(map(patches.lie_in, p.split(PART), parts.split(PART)))).mean().item()
        for p in (made.picture, made.picture.roll(1, 0))
    )
    laid = patches.coverage(made.middles)
    iou = (laid * covered).sum((1, 2, 3)) / torch.maximum(laid, covered).sum((1, 2, 3))
    beside = {
        "luck": luck,
        "home": _mean_over(covered, (made.picture - x).abs()),
        "another": _mean_over(covered, (x.roll(1, 0) - x).abs()),
        "elsewhere": _mean_over(1 - covered, (made.picture - x).abs()),
        "mask": iou.mean().item(),
        "near": 100 * ((made.middles - middles).abs().amax(2) <= 1).float().mean().item(),
    }
    row = _row("patches_kept", kept, "mean |difference|", ASKED)
    return row | {name: round(value, 4) for name, value in beside.items()}


def _reads(x: Tensor, digits: Tensor) -> float:
    read = weights.load("judge").classify(x[..., 2:-2, 2:-2]).argmax(1)
    return 100 * (read == digits).float().mean().item()


def _mean_over(where: Tensor, value: Tensor) -> float:
    return ((where * value).sum() / where.sum()).item()


def _uniform(model: PuzzleGAN) -> Tensor:
    return torch.rand(ASKED, model.z_dim, generator=_generator()) * 2 - 1


def _generator(seed: int = SEED) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _rounded(shares: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in shares.items()}


def _row(metric: str, value: float, unit: str, n: int) -> dict:
    return {"metric": metric, "value": round(value, 4), "unit": unit, "split": "generated", "seed": SEED, "n": n}
