"""The text2image room: pictures are the network's, z and t do what they say, D's pairs. Weights are untrained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import weights
from playground.data import captions
from playground.data.captions import ATTRIBUTES, VALUES
from playground.data.noise import noises
from playground.errors import InvalidInput, WeightsError
from playground.inference import caption_words, text2image
from playground.inference import progan as shipped
from tests.told_house import METRICS, furnish

WHOLE = "a small thin red seven in the upper left on a blue ground"
KOREAN = "파란 바탕의 왼쪽 위에 작고 가는 빨간 숫자 7"


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    before = weights.PRETRAINED
    folder = furnish(tmp_path_factory.mktemp("pretrained"))
    weights._load.cache_clear()
    weights.PRETRAINED = folder
    yield folder
    weights.PRETRAINED = before
    weights._load.cache_clear()


def network_of(texts: list[str], seeds: list[int]) -> np.ndarray:
    """(n, 32, 32, 3) uint8, straight from the model."""
    model = weights.load("text2image")
    with torch.no_grad():
        tokens = torch.tensor([captions.tokens(text) for text in texts])
        x = model.generate(torch.from_numpy(noises(seeds, model.z_dim)), tokens=tokens)
    return (x * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def test_the_constants_are_the_models():
    model = weights.load("text2image")
    assert text2image.Z_DIM == model.z_dim
    assert weights.load("caption_judge").config.attributes == ATTRIBUTES


@pytest.mark.parametrize("text", [WHOLE, KOREAN])
def test_pictures_are_the_networks(text):
    made = text2image.draw(text, 5)
    assert made.given == (text,) * 8 and made.seeds.tolist() == list(range(5, 13))
    assert np.abs(made.images.astype(int) - network_of([text] * 8, made.seeds.tolist())).max() <= 1
    meaning = captions.parse(text)
    assert all(VALUES[name][made.asked[i, k]] == meaning[name] for i in range(8) for k, name in enumerate(ATTRIBUTES))
    assert made.images.std() > 5 and len(np.unique(made.images.reshape(8, -1), axis=0)) == 8
    x = torch.from_numpy(made.images).float().div(255).permute(0, 3, 1, 2)
    p = weights.load("caption_judge").classify(x)
    for k, name in enumerate(ATTRIBUTES):
        assert np.array_equal(made.reading.values[:, k], p[name].argmax(1)), name
        assert np.allclose(made.reading.p[:, k], p[name].amax(1), atol=1e-3)


def test_what_is_open_is_filled_by_the_seed_or_left_to_g():
    filled, left = (text2image.draw("a red seven", 3, open=how) for how in text2image.OPEN)
    for seed, words, asked in zip(filled.seeds, filled.given, filled.asked, strict=True):
        meaning = caption_words.filled({"digit": 7, "colour": "red"}, int(seed))
        assert captions.parse(words) == vars(meaning) and (asked >= 0).all()
    assert len(set(filled.given)) > 4 and left.given == ("a red seven",) * 8
    assert ((left.asked >= 0) == [True, True, False, False, False, False]).all()
    assert np.array_equal(text2image.draw("a red zzz seven", 3).images, filled.images), "unknown words are passed over"


def test_a_way_begins_and_ends_with_its_captions():
    second = "a large thick yellow three in the centre on a blue ground"
    way = text2image.between(WHOLE, second, 9)
    ends = network_of([WHOLE, second], [9, 9])
    assert np.abs(way.images[[0, -1]].astype(int) - ends).max() <= 1
    assert np.allclose(way.share, np.arange(8) / 7) and len(np.unique(way.images.reshape(8, -1), axis=0)) == 8
    assert set(way.p) == {"digit", "colour", "position", "size", "width"}
    assert all(p.shape == (2, 8) and ((p >= 0) & (p.sum(0) <= 1 + 1e-5)).all() for p in way.p.values())
    back = text2image.between(second, WHOLE, 9)
    assert np.abs(back.images[::-1].astype(int) - way.images).max() <= 1
    still = text2image.between(WHOLE, WHOLE, 9)
    assert np.ptp(still.images, 0).max() <= 1 and still.p == {}
    half = text2image.between("a red seven", "a blue seven", 4)
    assert set(half.p) == {"colour"}, "what is open is filled alike on both sides"


def test_a_swap_changes_one_word_and_keeps_z():
    made = text2image.swap(WHOLE, 3, "green", 2)
    assert made.text == WHOLE.replace("red", "green") and made.attribute == "colour"
    assert np.abs(made.before.astype(int) - network_of([WHOLE] * 6, list(range(2, 8)))).max() <= 1
    assert np.abs(made.after.astype(int) - network_of([made.text] * 6, list(range(2, 8)))).max() <= 1
    expected = np.abs(made.after.astype(float) - made.before).mean(3)
    assert np.abs(made.difference - expected).max() <= 0.5 and made.difference.max() > 0
    changed = (made.asked[0] != made.asked[1]).all(0)
    assert [name for k, name in enumerate(ATTRIBUTES) if changed[k]] == ["colour"]
    open_ = text2image.swap("a red seven", 1, "green", 2)
    for before, after in open_.given:
        assert captions.parse(before) | {"colour": "green"} == captions.parse(after), "expected the same filling"


def test_test_digits_have_their_classes():
    judge = weights.load("judge")
    read = judge.classify(torch.tensor(shipped.digits()).float().div(255)[:, None]).argmax(1).numpy()
    assert (read == np.array(text2image.TEST_DIGITS)).sum() >= 63
    assert set(text2image.TEST_DIGITS) == set(range(10))


def test_pairs_are_ds_of_right_wrong_and_fake():
    made = text2image.pairs(KOREAN, 4)
    assert made.given == KOREAN and made.real.shape == made.made.shape == (8, 32, 32, 3)
    said = captions.parse(KOREAN)
    for name, text in zip(ATTRIBUTES, made.captions, strict=True):
        other = captions.parse(text)
        assert {n for n in ATTRIBUTES if other[n] != said[n]} == {name}, text
    model = weights.load("text2image")
    with torch.no_grad():
        t = model.encode_text(torch.tensor([captions.tokens(text) for text in (KOREAN, made.captions[2])]))
        real, fake = (torch.from_numpy(x).float().div(255).permute(0, 3, 1, 2) for x in (made.real, made.made))
        assert np.allclose(made.right, model.logits(real, t[:1].expand(8, -1)).sigmoid(), atol=1e-3)
        assert np.allclose(made.wrong[2], model.logits(real, t[1:].expand(8, -1)).sigmoid(), atol=1e-3)
        assert np.allclose(made.fake, model.logits(fake, t[:1].expand(8, -1)).sigmoid(), atol=1e-3)
    assert np.array_equal(made.made, text2image.draw(KOREAN, 4).images)
    blue, red = made.real[..., 2].astype(int), made.real[..., 0].astype(int)
    assert (blue[:, -1] > red[:, -1]).all() and (red.max((1, 2)) > 120).all(), "expected red strokes on blue"


def test_the_same_seed_is_the_same_picture_and_the_last_goes_on_with_the_first():
    last = text2image.LARGEST_SEED
    made = text2image.draw(WHOLE, last)
    assert made.seeds[:2].tolist() == [last, 0]
    assert np.array_equal(made.images[1:], text2image.draw(WHOLE, 0).images[:7])


def test_numbers_are_those_that_were_measured():
    found = text2image.numbers()
    assert found.n == 500 and found.told["ko"]["digit"] == 90 and found.judge["width"] == 97.5
    assert found.chance["digit"] == 10 and found.chance["size"] == 50
    assert (found.variety, found.real_variety) == (0.0125, 0.0425)


def test_a_missing_judge_leaves_the_pictures(house, tmp_path, monkeypatch):
    furnish(tmp_path)
    (tmp_path / "caption_judge" / "model.safetensors").unlink()
    (tmp_path / "caption_judge" / "metrics.json").unlink()
    weights._load.cache_clear()
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    assert text2image.draw(WHOLE).reading is None and text2image.between(WHOLE, KOREAN).p is None
    assert text2image.swap(WHOLE, 3, "green").read is None and text2image.numbers().judge is None
    (tmp_path / "text2image" / "model.safetensors").unlink()
    weights._load.cache_clear()
    with pytest.raises(WeightsError, match="text2image"):
        text2image.draw(WHOLE)
    (tmp_path / "text2image" / "metrics.json").write_text("{}")
    with pytest.raises(WeightsError, match="python -m playground.metrics text2image"):
        text2image.numbers()
    text2image.warm_up()
    weights._load.cache_clear()
    assert METRICS["text2image"][0]["n"] == 1000


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda: text2image.draw("", 0), "caption_empty"),
        (lambda: text2image.draw(WHOLE, -1), "integer_range"),
        (lambda: text2image.draw(WHOLE, "x"), "integer_range"),
        (lambda: text2image.draw(WHOLE, 0, open="guess"), "choice"),
        (lambda: text2image.between(WHOLE, None), "caption_text"),
        (lambda: text2image.swap(WHOLE, 0, "b"), "no_other_word"),
        (lambda: text2image.pairs("x" * 201), "too_many_characters"),
        (lambda: text2image.write({"digit": 11}, "en"), "choice"),
        (lambda: text2image.write({}, "de"), "choice"),
    ],
)
def test_bad_input_is_refused(ask, kind):
    with pytest.raises(InvalidInput) as caught:
        ask()
    assert caught.value.kind == kind
