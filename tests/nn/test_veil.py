"""Noise on what a network is shown."""

from __future__ import annotations

import pytest
import torch

from playground.nn.veil import veiled


def test_the_noise_has_its_size_and_is_the_generators():
    x = torch.rand(64, 3, 32, 32)
    noise = veiled(x, 0.3, torch.Generator().manual_seed(0)) - x
    assert noise.std().item() == pytest.approx(0.3, rel=0.01) and abs(noise.mean().item()) < 0.003
    torch.testing.assert_close(veiled(x, 0.3, torch.Generator().manual_seed(0)) - x, noise)


def test_without_noise_it_is_the_picture():
    x = torch.rand(2, 3)
    assert veiled(x, 0.0, None) is x
