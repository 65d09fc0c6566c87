"""Tiny Shakespeare as streams: nothing shuffled, nothing lost, every batch a pure function of (seed, step); n-grams."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from playground.data import text
from playground.data.text import TextBatches
from playground.models.char_rnn import ALPHABET

NGRAMS = {1: 3.347, 2: 2.488, 3: 2.066, 4: 1.796, 5: 1.770, 6: 2.007}  # nats per character, add-0.01


def test_the_text_is_the_known_one(text_root):
    words = text.load(text_root)
    assert len(words) == 1_115_394 and words.startswith("First Citizen:\nBefore we proceed")
    assert text.alphabet(text_root) == ALPHABET
    train, test = text.split(True, text_root), text.split(False, text_root)
    assert train + test == words and len(test) == 111_540
    assert text.digest(test) == "c54f3753a4e6e3c3"


def test_another_file_is_refused(tmp_path):
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / "tinyshakespeare" / "input.txt").write_text("To be")
    with pytest.raises(ValueError, match=text.MD5):
        text.load(tmp_path)


@pytest.mark.parametrize(("size", "length", "world"), [(3, 4, 1), (2, 5, 2), (1, 7, 1)])
def test_rows_go_on_where_they_ended(size, length, world):
    ids = torch.arange(101)
    processes = [TextBatches(ids, size, length, seed=5, rank=rank, world=world) for rank in range(world)]
    per_epoch = processes[0].per_epoch
    assert per_epoch == 101 // (size * world * length)
    origins = set()
    for epoch in range(3):
        seen: Counter = Counter()
        for batches in processes:
            last = None
            for k in range(per_epoch):
                x, following, begins = batches.at(epoch * per_epoch + k)
                assert x.shape == following.shape == (size, length) and bool(begins) == (k == 0)
                assert torch.equal(following, (x + 1) % 101), "expected the character after each"
                assert last is None or torch.equal(x[:, 0], last), "expected each row to go on"
                last = following[:, -1]
                seen.update(x.flatten().tolist())
                origins.add((epoch, int(x[0, 0]) if k == 0 and batches.rank == 0 else None))
        assert max(seen.values()) == 1, "expected no character twice in an epoch"
        assert sum(seen.values()) == per_epoch * size * world * length
    assert len({at for _, at in origins if at is not None}) > 1, "expected epochs to begin at different places"


def test_a_batch_is_a_pure_function_of_seed_and_step():
    ids = torch.randint(65, (5000,), generator=torch.Generator().manual_seed(0))
    one, two, other = (TextBatches(ids, 4, 16, seed) for seed in (1, 1, 2))
    for step in (7, 0, 200, 7):
        assert all(torch.equal(a, b) for a, b in zip(one.at(step), two.at(step), strict=True))
    assert not torch.equal(one.at(3)[0], other.at(3)[0])


def test_a_character_outside_the_alphabet_is_an_error():
    assert text.indices("ba\n", "\nab").tolist() == [2, 1, 0]
    with pytest.raises(KeyError):
        text.indices("c", "\nab")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_ngrams_against_a_count_by_hand(n):
    train, test, a, symbols = "abracadabra abracadabra", "cadabra brac", 0.01, 6
    alphabet = " abcdr"
    grams = Counter(train[i : i + n] for i in range(len(train) - n + 1))
    contexts: Counter = Counter()
    for gram, count in grams.items():
        contexts[gram[:-1]] += count
    terms = [test[i : i + n] for i in range(len(test) - n + 1)]
    by_hand = -sum(math.log((grams[g] + a) / (contexts[g[:-1]] + a * symbols)) for g in terms) / len(terms)
    numbers = [text.indices(words, alphabet).numpy() for words in (train, test)]
    assert text.ngram_nll(n, *numbers, symbols, a) == pytest.approx(by_hand, abs=1e-12)


def test_ngrams_of_the_lecture(text_root):
    train, test = (text.indices(text.split(part, text_root), ALPHABET).numpy() for part in (True, False))
    values = {n: round(text.ngram_nll(n, train, test, 65), 3) for n in NGRAMS}
    assert values == pytest.approx(NGRAMS, abs=6e-4)
