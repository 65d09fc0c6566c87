"""char-RNN: p(c) = prod_t p(c_t | c_<t) over characters, the past held in the state of a recurrent network.

Layer l of an LSTM, sigma and tanh elementwise, x^1_t the one-hot c_{t-1} and x^{l+1}_t = h^l_t:

    i, f, o = sigma(W x_t + U h_{t-1} + b),   g = tanh(W_g x_t + U_g h_{t-1} + b_g)
    s_t = f * s_{t-1} + i * g,   h_t = o * tanh(s_t),   p(c_t | c_<t) = softmax(V h^L_t)

The state (h, s) of a stream goes on from chunk to chunk of training, but no gradient does: truncated backpropagation
through time. A text starts after a line break, with a state of zeros.

Deviates from [1]: Adam with an averaged copy of the weights for RMSprop, a global gradient norm for an elementwise
clip, dropout as in [3], and forget gates that start open (bias 1).

1. A. Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015.
2. A. Graves, "Generating Sequences With Recurrent Neural Networks", arXiv:1308.0850.
3. W. Zaremba, I. Sutskever, O. Vinyals, "Recurrent Neural Network Regularization", arXiv:1409.2329.

Axis letters: B batch, T characters, K symbols of the alphabet, L layers, H units of a layer, n samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Batch, Model, Phase

ALPHABET = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
START = "\n"
CHUNK = 4096  # characters in one piece of a long text: bounds the memory, not the reach


class State(NamedTuple):
    """What a network remembers of a text: h and s, both (L, B, H)."""

    h: Tensor
    s: Tensor


class TextTrace(NamedTuple):
    """A sampled text with all that led to it; T counts the prefix and the characters drawn after it.

    x (n, T) int64. p (n, T, K): p(c_t | c_<t) at the temperature, also of the prefix. hidden (n, T, L, H): h when c_t
    was chosen, that is after reading c_<t. given: how many characters the prefix had.
    """

    x: Tensor
    p: Tensor
    hidden: Tensor
    given: int


class CharRNN(Model):
    """An LSTM over characters."""

    @dataclass(frozen=True)
    class Config:
        """alphabet: its symbols, in the order of their numbers. dropout: share of non-recurrent inputs zeroed."""

        alphabet: str = ALPHABET
        hidden: int = 256
        layers: int = 2
        dropout: float = 0.0

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.symbols, H = len(config.alphabet), config.hidden
        self.start = max(config.alphabet.find(START), 0)
        sizes = [self.symbols] + [H] * (config.layers - 1)
        self.layers = nn.ModuleList(nn.LSTM(size, H, batch_first=True) for size in sizes)
        self.readout = nn.Linear(H, self.symbols)
        for layer in self.layers:  # gates stand in the order i, f, g, o; torch adds two biases
            nn.init.zeros_(layer.bias_hh_l0)
            nn.init.zeros_(layer.bias_ih_l0)
            nn.init.ones_(layer.bias_ih_l0[H : 2 * H].data)

    # -- the network -------------------------------------------------------------------------------------------------

    def zero_state(self, n: int) -> State:
        """The state before a text: zeros."""
        zeros = self.readout.weight.new_zeros(self.config.layers, n, self.config.hidden)
        return State(zeros, zeros)

    def forward(
        self, x: Tensor, state: State | None = None, generator: torch.Generator | None = None
    ) -> tuple[Tensor, State, Tensor]:
        """Read x (B, T) int64 from `state`: logits (B, T, K) of the next character, the state after it, h (B, T, L, H).

        generator: of the dropout in training.
        """
        state = state or self.zero_state(len(x))
        value = F.one_hot(x, self.symbols).to(self.readout.weight.dtype)  # (B, T, K)
        h, s, hidden = [], [], []
        for l, layer in enumerate(self.layers):
            if l:
                value = self._drop(value, generator)
            value, (h_l, s_l) = layer(value, (state.h[l : l + 1], state.s[l : l + 1]))  # (B, T, H)
            h.append(h_l)
            s.append(s_l)
            hidden.append(value)
        logits = self.readout(self._drop(value, generator))
        return logits, State(torch.cat(h), torch.cat(s)), torch.stack(hidden, 2)

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State, Tensor]:
        """Read one character of each text, x (B,) int64: logits (B, K), the state after it, h (B, L, H).

        What `forward` does for T = 1, without what `nn.LSTM` prepares for long texts: many times faster on a CPU.
        """
        value, h, s = F.one_hot(x, self.symbols).to(self.readout.weight.dtype), [], []  # (B, K)
        for layer, h_l, s_l in zip(self.layers, state.h, state.s, strict=True):
            weights = (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)
            value, s_l = torch.lstm_cell(value, (h_l, s_l), *weights)  # (B, H)
            h.append(value)
            s.append(s_l)
        return self.readout(value), State(torch.stack(h), torch.stack(s)), torch.stack(h, 1)

    def _drop(self, value: Tensor, generator: torch.Generator | None) -> Tensor:
        keep = 1 - self.config.dropout
        if not self.training or keep == 1:
            return value
        mask = torch.empty_like(value).bernoulli_(keep, generator=generator)
        return value * mask / keep

    # -- training ----------------------------------------------------------------------------------------------------

    def phases(self) -> list[Phase]:
        return [Phase("likelihood", list(self.parameters()), self._loss)]

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        """Nats per character of a chunk (x (B, T), the characters that follow (B, T), whether streams begin here)."""
        x, following, begins = batch
        known = None if begins or not self.carried else State(self.carried["h"], self.carried["s"])
        logits, state, _ = self(x, known, generator)
        self.carried = {"h": state.h.detach(), "s": state.s.detach()}
        return {"loss": F.cross_entropy(_full(logits).flatten(0, 1), following.flatten())}

    # -- likelihood --------------------------------------------------------------------------------------------------

    def conditionals(self, x: Tensor) -> Tensor:
        """p(c_t | c_<t) of every symbol: x (B, T) int64 -> (B, T, K)."""
        return torch.cat([_full(logits).softmax(-1) for _, logits in self._read(x)], 1)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats: x (B, T) int64 -> (B,). The state is carried over the whole text, however long."""
        return sum((values.sum(1) for values in self._log_probs(x)), self.readout.weight.new_zeros(len(x)))

    def log_probs(self, x: Tensor) -> Tensor:
        """log p(c_t | c_<t) in nats: x (B, T) int64 -> (B, T)."""
        return torch.cat(list(self._log_probs(x)), 1) if x.shape[1] else self.readout.weight.new_zeros(x.shape)

    def _log_probs(self, x: Tensor) -> Iterator[Tensor]:
        for following, logits in self._read(x):
            yield -F.cross_entropy(_full(logits).transpose(1, 2), following, reduction="none")

    def _read(self, x: Tensor, size: int = CHUNK) -> Iterator[tuple[Tensor, Tensor]]:
        """Pieces (x (B, t), the logits that foretold them (B, t, K)) of a text x (B, T), read with one state."""
        before, state = self._shift(x), None
        if not x.shape[1]:  # log p of a text without characters is zero
            return
        for part, following in zip(before.split(size, 1), x.split(size, 1), strict=True):
            logits, state, _ = self(part, state)
            yield following, logits

    def _shift(self, x: Tensor) -> Tensor:
        """What the network reads to foretell x (B, T): the start and all but the last character."""
        return torch.cat([x.new_full((len(x), 1), self.start), x[:, :-1]], 1) if x.shape[1] else x

    # -- sampling ----------------------------------------------------------------------------------------------------

    def trace(
        self,
        n: int,
        length: int = 200,
        *,
        generator: torch.Generator | None = None,
        uniforms: Tensor | None = None,
        prefix: str | Tensor = "",
        temperature: float = 1.0,
        cached: bool = True,
    ) -> TextTrace:
        """Sample character by character and keep probabilities and states.

        uniforms: (n, length) in [0, 1), drawn from `generator` if not given; the character is the first whose
        cumulative probability, in the order of the alphabet, exceeds u. prefix: text to go on from, or its numbers
        (k,). temperature: divides the logits; 0 takes the likeliest. cached: keep the state; False reads the whole text
        again for every character. Raises ValueError, or KeyError for characters that the alphabet lacks.
        """
        if uniforms is None:
            uniforms = torch.rand(n, length, generator=generator, device=generator.device if generator else None)
        if uniforms.dim() != 2 or len(uniforms) != n:
            raise ValueError(f"expected uniforms of shape ({n}, length), got {tuple(uniforms.shape)}")
        if not temperature >= 0:
            raise ValueError(f"expected a temperature >= 0, got {temperature}")
        known = self.numbers(prefix).to(self.device) if isinstance(prefix, str) else prefix.to(self.device)
        with torch.inference_mode():
            found = self._draw(known.expand(n, -1), uniforms.to(self.device), temperature, cached)
        return TextTrace(*(part.clone() for part in found), known.shape[-1])  # ordinary tensors: autograd accepts them

    def _draw(self, x: Tensor, uniforms: Tensor, temperature: float, cached: bool) -> tuple[Tensor, Tensor, Tensor]:
        """The loop of `trace`: x (n, k) given -> x, p, hidden of all k + length characters."""
        start = x.new_full((len(x), 1), self.start)
        state = self.zero_state(len(x))
        ps, hs = [state.h.new_zeros(len(x), 0, self.symbols)], [state.h.new_zeros(len(x), 0, *state.h.shape[::2])]
        if x.shape[1]:
            logits, state, hidden = self(self._shift(x))
            ps, hs = [tempered(logits, temperature)], [hidden]
        for u in uniforms.unbind(1):
            if cached:
                logits, state, hidden = self.step((x if x.shape[1] else start)[:, -1], state)
            else:
                logits, hidden = (part[:, -1] for part in self(torch.cat([start, x], 1))[::2])
            p = tempered(logits, temperature)
            ps.append(p[:, None])
            hs.append(hidden[:, None])
            x = torch.cat([x, pick(p, u)[:, None]], 1)
        return x, torch.cat(ps, 1), torch.cat(hs, 1)

    def sample(self, n: int, length: int = 200, **options: object) -> Tensor:
        """n texts as numbers, (n, prefix + length) int64. Options: those of `trace`."""
        return self.trace(n, length, **options).x

    # -- characters --------------------------------------------------------------------------------------------------

    def numbers(self, text: str) -> Tensor:
        """A text as numbers of its characters, (T,) int64. Raises KeyError where the alphabet lacks one."""
        place = {character: k for k, character in enumerate(self.config.alphabet)}
        return torch.tensor([place[character] for character in text], dtype=torch.long)

    def text(self, x: Tensor) -> str:
        """Numbers (T,) as a text."""
        return "".join(self.config.alphabet[k] for k in x.tolist())


def pick(p: Tensor, u: Tensor) -> Tensor:
    """The first symbol whose cumulative probability exceeds u: p (n, K), u (n,) in [0, 1) -> (n,) int64."""
    total = p.double().cumsum(1)
    return (total <= u.double()[:, None] * total[:, -1:]).sum(1)


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """softmax(logits / temperature), (..., K); all on the likeliest symbol at temperature 0."""
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(_full(logits).dtype)
    return (_full(logits) / temperature).softmax(-1)


def _full(logits: Tensor) -> Tensor:
    """In float32, or float64 if it was: softmax and logarithms are not for half precision."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
