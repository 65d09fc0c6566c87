"""The text stage: films of sampling character by character, and how surprising a typed text is.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Letters: T characters, K symbols of
the alphabet, U = layers * units. A text starts after a line break. Every -log2 p is the model's own (temperature 1),
whatever temperature a film was drawn at.
"""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import checks
from playground.inference.device import one_thread, resolve

if TYPE_CHECKING:
    import torch

    from playground.models.char_rnn import CharRNN

MODEL = "char_rnn"
LENGTH = 400  # characters of a film
LONGEST_PREFIX = 200
LONGEST_TEXT = 500
MOST_CHARACTERS = 1000
SAMPLES = 3
MOST_SAMPLES = 16
HOTTEST = 5.0
LN2 = math.log(2)


@dataclass(frozen=True)
class Film:
    """A text and all that led to it; T counts what was given and what was drawn.

    alphabet: the K symbols in the order of their numbers. x (T,) uint8: the text as numbers. given: how many of them
    were given. p (T + 1, K) float32: p(c_t | c_<t) at the temperature; the last row foretells what would come next.
    uniforms (T,) float32: what drawn characters were drawn with, zero where given. bits (T,) float32: -log2 p(c_t |
    c_<t). hidden (T + 1, U) int8: 127 h of every unit before c_t, layer after layer, the last row after all of them.
    """

    alphabet: str
    x: np.ndarray
    given: int
    p: np.ndarray
    uniforms: np.ndarray
    bits: np.ndarray
    hidden: np.ndarray

    @property
    def text(self) -> str:
        """The text."""
        return "".join(self.alphabet[k] for k in self.x)

    @property
    def bits_per_char(self) -> float | None:
        """Mean -log2 p of the characters; None for an empty text."""
        return float(self.bits.mean(dtype=np.float64)) if len(self.bits) else None


@dataclass(frozen=True)
class Samples:
    """Texts that go on from one beginning.

    x (n, T) uint8: numbers of the characters, the beginning included. bits (n, T) float32: -log2 p of each.
    """

    alphabet: str
    x: np.ndarray
    bits: np.ndarray

    @property
    def texts(self) -> list[str]:
        """The texts."""
        return ["".join(self.alphabet[k] for k in row) for row in self.x]


@dataclass(frozen=True)
class Marks:
    """What a text's bits per character are measured against, in bits: the network and counted n-grams of order `order`
    on the test text, and a fair die over the alphabet; None where it was not measured."""

    network: float | None
    ngram: float | None
    order: int | None
    uniform: float | None


@dataclass(frozen=True)
class Unit:
    """A unit that was found to follow something a person can name.

    index: of the U units, layers one after the other. follows: "column" (characters since the line break), "name" (the
    line that says who speaks)... score: correlation over the test text, in [-1, 1].
    """

    index: int
    follows: str
    score: float


def film(prefix: str = "", seed: int = 0, temperature: float = 1.0, length: int = LENGTH, row: int = 1) -> Film:
    """The film of one of the texts of `beside`: row 0 is the greedy one, rows 1..3 are samples.

    The same seed gives the same film. prefix: what is given, up to 200 characters of the alphabet. temperature in
    [0, 5]; 0 takes the likeliest character. Raises InvalidInput, or WeightsError for missing or damaged weights.
    """
    row, texts = checks.integer("row", row, 0, SAMPLES), beside(prefix, seed, temperature, length)
    uniforms = _uniforms(seed, row, length)[-1] if row else np.zeros(length, np.float32)
    return _film(_load(), texts.x[row], uniforms, temperature if row else 0.0)


def beside(prefix: str = "", seed: int = 0, temperature: float = 1.0, length: int = LENGTH) -> Samples:
    """The greedy text (row 0) and three samples after the same beginning. Raises as `film`."""
    greedy, drawn = sample(prefix, 0, 0.0, length, 1), sample(prefix, seed, temperature, length, SAMPLES)
    return Samples(drawn.alphabet, *(np.concatenate([getattr(s, a) for s in (greedy, drawn)]) for a in ("x", "bits")))


def sample(
    prefix: str = "", seed: int = 0, temperature: float = 1.0, length: int = LENGTH, n: int = SAMPLES
) -> Samples:
    """n (1..16) texts after one beginning, `length` (0..1000) characters drawn. Raises as `film`."""
    prefix, seed = check(prefix, "prefix", LONGEST_PREFIX), checks.seed(seed)
    temperature = checks.number("temperature", temperature, 0, HOTTEST)
    length, n = checks.integer("length", length, 0, MOST_CHARACTERS), checks.integer("n", n, 1, MOST_SAMPLES)
    return _sample(prefix, seed, temperature, length, n)


def surprise(text: str) -> Film:
    """A typed text, up to 500 characters, as a film in which everything is given.

    Raises InvalidInput; of kind `symbols`, naming the characters, for a text the alphabet cannot write.
    """
    text, network = check(text, "text", LONGEST_TEXT), _load()
    return _film(network, _numbers(network.numbers(text)), np.zeros(0, np.float32), 1.0)


def loop(x: np.ndarray, least: int = 60) -> int | None:
    """The shortest period in which a text x (T,) ends, over its last two periods and `least` characters; else None.

    Greedy writing that comes close to a state it was in goes round; as the state is never quite the same, it may leave
    one loop for another after many rounds.
    """
    for period in range(1, len(x) // 2 + 1):
        tail = x[-max(2 * period, least) :]
        if len(tail) >= least and (tail[period:] == tail[:-period]).all():
            return period
    return None


def check(text: object, field: str, longest: int) -> str:
    """A text from outside: a string of at most so many characters that the alphabet has; line ends become \\n."""
    if not isinstance(text, str):
        raise InvalidInput("not_text", field, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > longest:
        raise InvalidInput("too_many_characters", field, len(text), high=longest)
    if unknown := strangers(text, _load().config.alphabet):
        shown = [name(character) for character in unknown[:12]] + ["…"] * (len(unknown) > 12)
        raise InvalidInput("symbols", field, text, characters=" ".join(shown))
    return text


def strangers(text: str, alphabet: str) -> list[str]:
    """The characters of a text that an alphabet lacks, each once, in the order of the text."""
    return list(dict.fromkeys(character for character in text if character not in alphabet))


def name(character: str) -> str:
    """A character as a person can find it again: itself, or its code point where it would not be seen."""
    visible = (
        character.isprintable() and not character.isspace() and not unicodedata.category(character).startswith("M")
    )
    return character if visible else f"U+{ord(character):04X}"


@lru_cache(maxsize=1)
def marks() -> Marks:
    """The numbers of metrics.json, in bits per character."""
    rows = {row.get("metric"): row for row in _stored("metrics.json", [])}
    bits = [rows[name]["value"] / LN2 if name in rows else None for name in ("nll_per_char", "ngram")]
    uniform = rows["ngram"]["uniform"] / LN2 if "ngram" in rows else None
    return Marks(bits[0], bits[1], rows.get("ngram", {}).get("order"), uniform)


@lru_cache(maxsize=1)
def units() -> tuple[Unit, ...]:
    """Units with a name, written by `python -m playground.metrics char_rnn`; empty where that was not run."""
    return tuple(Unit(**row) for row in _stored("units.json", []))


def warm_up() -> None:
    """Load the weights and run the network once, in the background after launch."""
    try:
        beside(length=8)
    except WeightsError:
        return  # the page says so when the tab is opened


def _film(network: CharRNN, x: np.ndarray, uniforms: np.ndarray, temperature: float) -> Film:
    """The film of a text x (T,) of which the last characters were drawn, with these uniforms."""
    import torch

    from playground.models.char_rnn import tempered

    read = torch.from_numpy(np.concatenate([[network.start], x]).astype(np.int64))[None].to(network.device)
    with torch.inference_mode():
        logits, _, hidden = network(read)  # (1, T + 1, K), (1, T + 1, layers, units)
        p, log_p = tempered(logits, temperature)[0], logits[0].float().log_softmax(-1)
        bits = -log_p[:-1].gather(1, read[0, 1:, None])[:, 0] / LN2
        states = (127 * hidden[0].float().flatten(1)).round().to(torch.int8)
    given = len(x) - len(uniforms)
    drawn = np.concatenate([np.zeros(given, np.float32), uniforms])
    arrays = [part.cpu().numpy() for part in (p, bits, states)]
    return Film(network.config.alphabet, x, given, arrays[0], drawn, arrays[1], arrays[2])


@lru_cache(maxsize=64)
def _sample(prefix: str, seed: int, temperature: float, length: int, n: int) -> Samples:
    import torch

    network = _load()
    uniforms = torch.from_numpy(_uniforms(seed, n, length))
    with torch.inference_mode():
        x = network.sample(n, uniforms=uniforms, prefix=prefix, temperature=temperature)
        bits = -network.log_probs(x) / LN2
    return Samples(network.config.alphabet, _numbers(x), bits.float().cpu().numpy())


def _uniforms(seed: int, n: int, length: int) -> np.ndarray:
    """(n, length) float32 in [0, 1). A row is a stream of its own: a longer text begins as the shorter one did."""
    rows = [np.random.Generator(np.random.PCG64([seed, k])).random(length, dtype=np.float32) for k in range(n)]
    return np.stack(rows)


def _numbers(x: torch.Tensor) -> np.ndarray:
    return x.cpu().numpy().astype(np.uint8)


def _stored(file: str, default: object) -> object:
    try:
        return json.loads((weights.directory(MODEL) / file).read_text("utf-8"))
    except (OSError, ValueError):
        return default


def _load() -> CharRNN:
    one_thread()
    return weights.load(MODEL, str(resolve("auto", "small")))
