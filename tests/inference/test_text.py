"""The text room: films agree with the network, the page's claims hold on the shipped weights, bad input is named."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import InvalidInput
from playground.inference import text as room

NAN = float("nan")


def test_importing_the_room_does_not_import_torch():
    code = "import sys, playground.inference.text; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("row", [0, 1, 3])
def test_a_film_is_what_the_network_says_of_its_text(row):
    film = room.film("ROMEO:\n", 3, 0.8, 40, row)
    network = weights.load("char_rnn")
    x = torch.from_numpy(film.x.astype(np.int64))[None]
    T, K, U = len(film.x), 65, 512
    assert (film.p.shape, film.hidden.shape, film.given) == ((T + 1, K), (T + 1, U), 7) and T == 47
    assert film.text.startswith("ROMEO:\n") and film.text == room.beside("ROMEO:\n", 3, 0.8, 40).texts[row]
    with torch.inference_mode():
        log_p = network.log_probs(x)[0].numpy()
        trace = network.trace(1, 0, prefix=film.text)
    np.testing.assert_allclose(film.bits, -log_p / np.log(2), atol=1e-4)
    assert film.bits_per_char == pytest.approx(film.bits.mean(), abs=1e-5)
    np.testing.assert_allclose(film.hidden[:-1] / 127, trace.hidden[0].flatten(1), atol=0.6 / 127)
    np.testing.assert_allclose(film.p.sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(film.uniforms[:7], 0)
    if row == 0:
        assert (film.p[7:-1].argmax(1) == film.x[7:]).all() and (film.p.max(1) == 1).all()
        return
    total = film.p.astype(np.float64).cumsum(1)
    for t in range(7, T):  # the uniform falls into the piece of the drawn character
        low, high = (total[t, film.x[t]] - film.p[t, film.x[t]], total[t, film.x[t]])
        assert low - 1e-6 <= film.uniforms[t] <= high + 1e-6, (t, low, film.uniforms[t], high)


def test_the_same_seed_writes_the_same_and_a_longer_text_begins_alike():
    one, two = (room.sample("", 5, 1.0, length, 2).texts for length in (60, 90))
    room._sample.cache_clear()
    assert room.sample("", 5, 1.0, 60, 2).texts == one
    assert [text[:60] for text in two] == one
    assert room.sample("", 6, 1.0, 60, 2).texts != one


def test_temperature_zero_is_greedy_whatever_the_seed():
    greedy = room.beside("KING", 0, 1.0, 50).texts[0]
    for seed in (0, 1, 9):
        assert set(room.sample("KING", seed, 0.0, 50, 2).texts) == {greedy}


def test_colder_is_less_surprising():
    """What the page says of temperature: over seeds, the colder text has fewer bits per character."""
    bits = {T: np.mean([room.sample("", s, T, 120, 4).bits.mean() for s in range(2)]) for T in (0.4, 0.8, 1.0, 1.5)}
    assert bits[0.4] < bits[0.8] < bits[1.0] < bits[1.5], bits


def test_greedy_writing_goes_round_and_is_less_surprising_than_samples():
    """What the page says of the first beginning: the text ends in a loop, and so it does when it is longer."""
    from playground.ui.stages.text import PREFIX

    short, long = room.beside(PREFIX).x[0], room.sample(PREFIX, 0, 0.0, 1000, 1).x[0]
    assert room.loop(short) is not None and room.loop(long) is not None
    bits = room.beside(PREFIX, 0, 1.0).bits.mean(1)
    assert bits[0] < 0.7 * bits[1:].min(), bits


def test_a_loop_is_one():
    assert room.loop(np.array([5, 6] + [1, 2, 3] * 30)) == 3
    assert room.loop(np.array([7] * 100)) == 1
    assert room.loop(np.array([1, 2, 3] * 10)) is None, "expected thirty characters to be too few"
    assert room.loop(np.random.default_rng(0).integers(0, 65, 400)) is None
    assert room.loop(np.array([], int)) is None


def test_surprise_orders_texts_as_the_page_says():
    from playground.ui.stages.text import EXAMPLES

    bits = {name: room.surprise(words).bits_per_char for name, words in EXAMPLES.items()}
    assert bits["quote"] < bits["modern"] < bits["noise"] and bits["quote"] < bits["shuffled"] < bits["noise"], bits
    assert bits["noise"] > room.marks().uniform, "expected random keys to cost more than a fair die"


def test_surprise_is_the_networks_log_prob():
    found, network = room.surprise("To be"), weights.load("char_rnn")
    with torch.inference_mode():
        log_prob = network.log_prob(network.numbers("To be")[None]).item()
    assert -found.bits.sum() * np.log(2) == pytest.approx(log_prob, abs=1e-4)
    assert found.given == 5 and found.p.shape == (6, 65)
    empty = room.surprise("")
    assert empty.bits_per_char is None and empty.p.shape == (1, 65)


def test_marks_are_those_of_the_metrics():
    marks = room.marks()
    assert marks.network < marks.ngram < marks.uniform == pytest.approx(np.log2(65), abs=1e-3)
    assert marks.order == 5 and all(0 <= unit.index < 512 for unit in room.units())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("안녕, Romeo", ["안", "녕"]),
        ("love 🙂", ["🙂"]),
        ("tab\there", ["U+0009"]),
        ("fancy ’quotes’", ["’"]),
        ("year 1595", ["1", "5", "9"]),
        ("e\u0301", ["U+0301"]),
    ],
)
def test_strange_characters_are_named_and_nothing_else_is_lost(text, named):
    for call in (room.surprise, room.sample):
        with pytest.raises(InvalidInput) as caught:
            call(text)
        assert caught.value.kind == "symbols"
        for lang in ("en", "ko"):
            message = caught.value.message(lang)
            assert all(name in message for name in named), message
    known = "".join(c for c in text if c not in room.strangers(text, weights.load("char_rnn").config.alphabet))
    assert room.surprise(known).text == known


def test_line_ends_of_windows_are_line_breaks():
    assert room.surprise("a\r\nb\rc").text == "a\nb\nc"


BAD = [
    ({"prefix": 3}, "not_text"),
    ({"prefix": None}, "not_text"),
    ({"prefix": "a" * 201}, "too_many_characters"),
    ({"seed": -1}, "integer_range"),
    ({"seed": 1.5}, "integer_range"),
    ({"temperature": NAN}, "number_range"),
    ({"temperature": -0.1}, "number_range"),
    ({"temperature": 5.1}, "number_range"),
    ({"temperature": "hot"}, "not_number"),
    ({"length": 1001}, "integer_range"),
    ({"length": True}, "not_number"),
]


@pytest.mark.parametrize(("arguments", "kind"), [*BAD, ({"n": 0}, "integer_range"), ({"n": 17}, "integer_range")])
def test_bad_input_is_refused(arguments, kind):
    with pytest.raises(InvalidInput) as caught:
        room.sample(**arguments)
    assert caught.value.kind == kind


@pytest.mark.parametrize(("arguments", "kind"), [*BAD, ({"row": 4}, "integer_range")])
def test_films_refuse_the_same(arguments, kind):
    with pytest.raises(InvalidInput) as caught:
        room.film(**arguments)
    assert caught.value.kind == kind
