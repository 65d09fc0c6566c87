"""Encoders and decoders: shapes, mirrored sizes, and refusals that say what was expected."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.nn import autoencoder

CASES = [
    ("mlp", (1, 28, 28), (40, 20)),
    ("mlp", (3, 5, 7), (8,)),
    ("conv", (1, 28, 28), (8, 16)),
    ("conv", (2, 8, 4), (4,)),
]


@pytest.mark.parametrize(("network", "shape", "hidden"), CASES)
def test_a_decoder_gives_back_the_encoders_shape(network, shape, hidden):
    encoder = autoencoder.encoder(network, shape, hidden, 6)
    decoder = autoencoder.decoder(network, shape, hidden, 3)
    assert encoder(torch.zeros(2, *shape)).shape == (2, 6)
    assert decoder(torch.zeros(2, 3)).shape == (2, *shape)


@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_the_decoder_ends_in_logits_and_mirrors_the_encoder(network):
    encoder = autoencoder.encoder(network, (1, 28, 28), (8, 16), 6)
    decoder = autoencoder.decoder(network, (1, 28, 28), (8, 16), 6)
    weighted = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
    down = [m.weight.numel() for m in encoder if isinstance(m, weighted)]
    up = [m.weight.numel() for m in decoder if isinstance(m, weighted)]
    assert down == up[::-1]
    last = [m for m in decoder if not isinstance(m, nn.Unflatten)][-1]
    assert isinstance(last, weighted), f"expected logits, got a decoder that ends in {last}"


@pytest.mark.parametrize(
    ("network", "shape", "hidden", "says"),
    [
        ("transformer", (1, 28, 28), (8,), "expected a network of"),
        ("mlp", (1, 28, 28), (), "with hidden layers"),
        ("conv", (1, 28, 28), (8, 8, 8), "multiples of 8"),
    ],
)
def test_what_cannot_be_built_is_refused(network, shape, hidden, says):
    for build in (autoencoder.encoder, autoencoder.decoder):
        with pytest.raises(ValueError, match=says):
            build(network, shape, hidden, 2)
