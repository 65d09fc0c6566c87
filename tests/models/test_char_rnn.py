"""char-RNN against a textbook LSTM, by enumeration, and in the ways in which public ones go wrong."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.models.char_rnn import ALPHABET, CharRNN, State, pick, tempered
from tests.oracles import lstm

PINNED = 1.3922  # nats per character of the first 20,000 test characters


def tiny(alphabet: str = "\nab", hidden: int = 5, layers: int = 2, dropout: float = 0.0, seed: int = 0) -> CharRNN:
    torch.manual_seed(seed)
    model = CharRNN(CharRNN.Config(alphabet, hidden, layers, dropout)).double().eval()
    for parameter in model.parameters():  # large enough that every path matters
        torch.nn.init.normal_(parameter, std=0.7)
    return model


def textbook(model: CharRNN) -> tuple[list[lstm.Layer], np.ndarray, np.ndarray]:
    arrays = [(layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0 + layer.bias_hh_l0) for layer in model.layers]
    layers = [tuple(part.detach().numpy() for part in layer) for layer in arrays]
    return layers, model.readout.weight.detach().numpy(), model.readout.bias.detach().numpy()


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_step_is_that_of_the_textbook(layers):
    model, text = tiny(layers=layers), [0, 2, 1, 1, 2, 0, 2]
    logits, hidden = lstm.read(text, *textbook(model))
    whole, _, states = model(torch.tensor([text]))
    np.testing.assert_allclose(whole[0].detach(), logits, atol=1e-12)
    np.testing.assert_allclose(states[0, :, -1].detach(), hidden, atol=1e-12)
    state = model.zero_state(1)
    for t, character in enumerate(text):
        one, state, h = model.step(torch.tensor([character]), state)
        np.testing.assert_allclose(one[0].detach(), logits[t], atol=1e-12)
        np.testing.assert_allclose(h[0].detach(), states[0, t].detach(), atol=1e-12)


def test_probabilities_of_all_short_texts_sum_to_one():
    model = tiny("\nabc")
    for length in (1, 2, 3, 4):
        x = torch.tensor(list(itertools.product(range(4), repeat=length)))
        total = model.log_prob(x).exp().sum().item()
        assert total == pytest.approx(1, abs=1e-12), f"expected 1 over {len(x)} texts, got {total}"


def test_log_prob_is_the_chain_of_conditionals():
    model, x = tiny("\nabc"), torch.tensor([[1, 3, 0, 2, 2], [0, 0, 1, 2, 3]])
    p = model.conditionals(x)
    torch.testing.assert_close(p.sum(-1), torch.ones(2, 5, dtype=torch.float64))
    chained = p.gather(2, x[..., None])[..., 0].log()
    torch.testing.assert_close(model.log_probs(x), chained)
    torch.testing.assert_close(model.log_prob(x), chained.sum(1))
    assert model.log_prob(x[:, :0]).tolist() == [0, 0], "expected log 1 for a text without characters"


def test_a_character_depends_on_those_before_it_only():
    model, x = tiny(), torch.randint(3, (1, 9), generator=torch.Generator().manual_seed(1))
    p = model.conditionals(x)
    for t in range(9):
        other = x.clone()
        other[0, t] = (x[0, t] + 1) % 3
        moved = (model.conditionals(other) - p).abs().amax((0, 2)) > 1e-12
        assert moved.tolist() == [k > t for k in range(9)], f"after a change at {t}: {moved.tolist()}"


@pytest.mark.parametrize("size", [1, 3, 7, 20])
def test_a_state_carried_over_chunks_equals_one_long_pass(size):
    model, x = tiny(), torch.randint(3, (2, 20), generator=torch.Generator().manual_seed(2))
    whole, end, _ = model(x)
    state, parts = None, []
    for part in x.split(size, 1):
        logits, state, _ = model(part, state)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, 1), whole)
    torch.testing.assert_close(state.h, end.h)
    torch.testing.assert_close(state.s, end.s)
    read = torch.cat([logits for _, logits in model._read(x, size)], 1)
    torch.testing.assert_close(read, model(model._shift(x))[0])


def test_training_carries_the_state_but_no_gradient_and_begins_anew():
    model = tiny()
    loss = model.phases()[0].loss
    x = torch.randint(3, (2, 13), generator=torch.Generator().manual_seed(3))
    chunks = [(x[:, i : i + 4], x[:, i + 1 : i + 5], torch.tensor(i == 0)) for i in (0, 4, 8)]
    values = [loss(chunk, None)["loss"] for chunk in chunks]
    logits = model(x[:, :-1])[0]
    expected = torch.nn.functional.cross_entropy(logits.transpose(1, 2), x[:, 1:], reduction="none").view(2, 3, 4)
    torch.testing.assert_close(torch.stack(values), expected.mean((0, 2)))
    assert not any(part.requires_grad for part in model.carried.values())
    torch.testing.assert_close(loss(chunks[0], None)["loss"], values[0])


def test_gradient_of_the_loss_is_the_difference_quotient():
    model, x = tiny(hidden=3), torch.tensor([[0, 2, 1, 1, 2, 0]])
    batch = (x[:, :-1], x[:, 1:], torch.tensor(True))
    loss = model.phases()[0].loss
    gradients = torch.autograd.grad(loss(batch, None)["loss"], list(model.parameters()))
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        flat, index = parameter.data.view(-1), int(gradient.abs().argmax())
        values, eps = [], 1e-6
        for move in (eps, -2 * eps):
            flat[index] += move
            values.append(loss(batch, None)["loss"].item())
        flat[index] += eps
        assert (values[0] - values[1]) / (2 * eps) == pytest.approx(gradient.view(-1)[index].item(), abs=1e-7)


def test_dropout_is_drawn_from_the_generator_and_only_in_training():
    model, x = tiny(dropout=0.5).train(), torch.zeros(1, 6, dtype=torch.long)

    def logits(seed: int) -> torch.Tensor:
        return model(x, None, torch.Generator().manual_seed(seed))[0]

    assert torch.equal(logits(0), logits(0)) and not torch.equal(logits(0), logits(1))
    model.eval()
    assert torch.equal(logits(0), logits(1))


def test_temperature_zero_is_the_argmax_and_its_limit():
    logits = torch.tensor([[0.3, 2.0, 1.9999, -5.0]], dtype=torch.float64)
    assert tempered(logits, 0).tolist() == [[0, 1, 0, 0]]
    torch.testing.assert_close(tempered(logits, 1), logits.softmax(-1))
    torch.testing.assert_close(tempered(logits, 1e-6), tempered(logits, 0), atol=1e-9, rtol=0)
    assert tempered(logits, 0.5)[0, 0] < tempered(logits, 1)[0, 0] < tempered(logits, 2)[0, 0]
    model = tiny("\nabc")
    trace = model.trace(3, 20, temperature=0, generator=torch.Generator().manual_seed(4))
    best = model.conditionals(trace.x).argmax(-1)
    assert torch.equal(trace.x, best), "expected every character to be the likeliest, whatever u"


def test_the_drawn_character_is_where_the_uniform_falls():
    p = torch.tensor([[0.25, 0.0, 0.5, 0.25]]).expand(7, 4)
    u = torch.tensor([0.0, 0.2499, 0.25, 0.7499, 0.75, 0.99999994, 1 - 2**-24])
    assert pick(p, u).tolist() == [0, 0, 2, 2, 3, 3, 3]


def test_samples_follow_the_probabilities():
    model = tiny("\nab")
    x = model.sample(20_000, 2, generator=torch.Generator().manual_seed(5))
    texts = torch.tensor(list(itertools.product(range(3), repeat=2)))
    share = (x[:, None] == texts).all(-1).double().mean(0)
    p = model.log_prob(texts).exp().detach()
    error = (share - p).abs() / (p * (1 - p) / len(x)).sqrt()
    assert error.max() < 4.5, f"expected every text within 4.5 sigma, got {error.max():.1f}"


@pytest.mark.parametrize("prefix", ["", "ab\na"])
@pytest.mark.parametrize("temperature", [0, 0.7, 1.0])
def test_a_kept_state_writes_what_reading_everything_again_writes(prefix, temperature):
    model = tiny()
    uniforms = torch.rand(3, 15, generator=torch.Generator().manual_seed(6))
    kept, again = (
        model.trace(3, uniforms=uniforms, prefix=prefix, temperature=temperature, cached=cached)
        for cached in (True, False)
    )
    assert torch.equal(kept.x, again.x) and kept.given == again.given == len(prefix)
    assert kept.x.shape == (3, len(prefix) + 15) and model.text(kept.x[0]).startswith(prefix)
    torch.testing.assert_close(kept.p, again.p)
    torch.testing.assert_close(kept.hidden, again.hidden)
    torch.testing.assert_close(kept.p, tempered(model(model._shift(kept.x))[0], temperature).detach())


def test_bad_calls_say_what_was_expected():
    model = tiny()
    with pytest.raises(ValueError, match=r"shape \(2, length\), got \(3, 4\)"):
        model.sample(2, uniforms=torch.zeros(3, 4))
    with pytest.raises(ValueError, match="temperature >= 0, got -1"):
        model.sample(1, temperature=-1)
    with pytest.raises(KeyError):
        model.sample(1, prefix="안녕")


def test_forget_gates_start_open():
    model = CharRNN(CharRNN.Config("\nab", 4))
    for layer in model.layers:
        bias = layer.bias_ih_l0 + layer.bias_hh_l0
        assert bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8


def test_one_long_state_is_what_the_state_says():
    state = tiny(layers=3).zero_state(7)
    assert isinstance(state, State) and state.h.shape == state.s.shape == (3, 7, 5)


class TestShipped:
    """The weights in pretrained/char_rnn."""

    def test_alphabet_and_size(self):
        model = weights.load("char_rnn")
        assert model.config.alphabet == ALPHABET and len(ALPHABET) == 65 and sorted(ALPHABET) == list(ALPHABET)
        assert (weights.directory("char_rnn") / "model.safetensors").stat().st_size < 8e6

    def test_number_on_the_test_text(self, text_root):
        from playground.data import text

        model, words = weights.load("char_rnn"), text.split(False, text_root)
        part = words[:20_000]  # the whole text takes half a minute: `python -m playground.metrics char_rnn`
        with torch.inference_mode():
            value = -model.log_probs(model.numbers(part)[None]).double().mean().item()
        assert value == pytest.approx(PINNED, abs=5e-4)

    def test_number_is_below_floor_and_ngrams(self):
        rows = json.loads((weights.directory("char_rnn") / "metrics.json").read_text("utf-8"))
        network, ngram = (next(r["value"] for r in rows if r["metric"] == m) for m in ("nll_per_char", "ngram"))
        assert network <= catalog.card("char_rnn").floor < ngram

    def test_kept_state_on_the_shipped_weights(self):
        model = weights.load("char_rnn")
        uniforms = torch.rand(2, 60, generator=torch.Generator().manual_seed(0))
        kept, again = (model.sample(2, uniforms=uniforms, prefix="ROMEO:\n", cached=cached) for cached in (True, False))
        assert torch.equal(kept, again), f"{model.text(kept[0])!r} against {model.text(again[0])!r}"
