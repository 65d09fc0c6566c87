"""Tiny Shakespeare: 1,115,394 characters over 65 symbols; the first 90 % train, the last 10 % test.

A corpus is read as parallel streams of consecutive characters, never as shuffled windows: a recurrent network keeps its
state from one chunk of a stream to the next. Which characters a batch holds is a pure function of (seed, step).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data.mnist import default_root

URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
MD5 = "6fb458f1232090904fb40fe944165e91"
CHUNK = 64  # characters between two detachments of the state
SMOOTHING = 0.01


@lru_cache(maxsize=2)
def load(root: Path | None = None) -> str:
    """The whole text; downloaded by torchvision, checksum and all, where it is not there yet."""
    from torchvision.datasets.utils import check_md5, download_url

    folder = Path(root or default_root()) / "tinyshakespeare"
    file = folder / "input.txt"
    if not file.is_file():
        download_url(URL, str(folder), file.name, MD5)
    if not check_md5(str(file), MD5):
        raise ValueError(f"expected tiny Shakespeare with md5 {MD5} in {file}, got something else: delete it")
    return file.read_text("ascii")


def split(train: bool, root: Path | None = None) -> str:
    """The first 90 % of the text, or the last 10 % (111,540 characters)."""
    text = load(root)
    cut = len(text) * 9 // 10
    return text[:cut] if train else text[cut:]


def alphabet(root: Path | None = None) -> str:
    """The symbols of the whole text, sorted: 65."""
    return "".join(sorted(set(load(root))))


def digest(text: str) -> str:
    """Sixteen hex digits of its sha256: which characters a number was measured on."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def indices(text: str, alphabet: str) -> Tensor:
    """Characters as their places in the alphabet, (N,) int64. Raises KeyError for a character that is not in it."""
    place = {character: k for k, character in enumerate(alphabet)}
    return torch.tensor([place[character] for character in text], dtype=torch.long)


@dataclass(frozen=True)
class TextBatches:
    """Chunks of parallel streams for one process of `world`.

    ids (N,) int64: the text as a ring. size: streams per process. Every epoch cuts the ring into size * world streams
    of equal length, at a place of its own.
    """

    ids: Tensor
    size: int
    length: int = CHUNK
    seed: int = 0
    rank: int = 0
    world: int = 1

    @property
    def per_epoch(self) -> int:
        """Steps in one pass over the text."""
        return len(self.ids) // (self.size * self.world * self.length)

    def at(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Batch number `step` of the run: x (size, T) int64, the characters that follow (size, T), and whether streams
        begin here, () bool; if not, each row goes on where the same row of the batch before ended."""
        epoch, k = divmod(step, self.per_epoch)
        generator = torch.Generator().manual_seed(hash((self.seed, epoch)) % 2**63)
        origin = torch.randint(len(self.ids), (), generator=generator)
        stream = torch.arange(self.rank * self.size, (self.rank + 1) * self.size)
        start = origin + stream * (len(self.ids) // (self.size * self.world)) + k * self.length
        rows = self.ids[(start[:, None] + torch.arange(self.length + 1)) % len(self.ids)]
        return rows[:, :-1], rows[:, 1:], torch.tensor(k == 0)


def ngram_nll(n: int, train: Sequence[int], test: Sequence[int], symbols: int, smoothing: float = SMOOTHING) -> float:
    """Mean -log p of the test characters in nats under counted n-grams; train, test: places in an alphabet.

    p(c | the n - 1 before it) = (count(context, c) + a) / (count(context) + a K). Test characters with fewer than n - 1
    before them are left out.
    """
    seen, asked = _grams(n, train, symbols), _grams(n, test, symbols)
    grams, counts = np.unique(seen, return_counts=True)
    contexts, totals = np.unique(seen // symbols, return_counts=True)
    hits, given = _count(asked, grams, counts), _count(asked // symbols, contexts, totals)
    return float(-np.log((hits + smoothing) / (given + smoothing * symbols)).mean())


def _grams(n: int, ids: Sequence[int], symbols: int) -> np.ndarray:
    """Every n-gram of a text as one number in base K, its last character the lowest digit."""
    ids = np.asarray(ids, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(ids, n)
    return windows @ (symbols ** np.arange(n - 1, -1, -1, dtype=np.int64))


def _count(asked: np.ndarray, known: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """counts[k] where asked is known[k], else 0; known is sorted."""
    at = np.searchsorted(known, asked).clip(max=len(known) - 1)
    return np.where(known[at] == asked, counts[at], 0)
