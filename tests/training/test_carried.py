"""A state that a step hands to the next: an interrupted run of a recurrent network loses nothing of it."""

from __future__ import annotations

import pytest
import torch
from accelerate import Accelerator
from safetensors import safe_open

from playground.catalog import Recipe
from playground.data.text import TextBatches
from playground.models.char_rnn import CharRNN
from playground.training import loop
from playground.training.loop import train

STEPS = 9
RECIPE = Recipe(data="text", batch_size=3, lr=1e-2, ema=0.9, clip=1.0)
IDS = torch.randint(3, (90,), generator=torch.Generator().manual_seed(0))
BATCHES = TextBatches(IDS, 3, 5)  # six steps an epoch: the run crosses an epoch's end


def model() -> CharRNN:
    torch.manual_seed(1)
    return CharRNN(CharRNN.Config("\nab", 4, 2, 0.3))


class Interrupted(Exception):
    """Ctrl-C, the machine, or the power."""


@pytest.mark.parametrize("at", [2, 6, 7])
def test_an_interrupted_run_carries_its_state_on(at, tmp_path, monkeypatch):
    torch.set_num_threads(1)
    accelerator = Accelerator(cpu=True)
    whole = train(model(), RECIPE, BATCHES.at, STEPS, accelerator=accelerator, checkpoint=tmp_path / "whole")
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)  # a checkpoint after every step
    path = tmp_path / "broken.safetensors"

    def broken(step: int) -> tuple:
        if step == at:
            raise Interrupted
        return BATCHES.at(step)

    with pytest.raises(Interrupted):
        train(model(), RECIPE, broken, STEPS, accelerator=accelerator, checkpoint=path)
    with safe_open(path, framework="pt") as file:
        assert {"carried.h", "carried.s"} <= set(file.keys())
        assert file.get_tensor("carried.h").shape == (2, 3, 4)
    torch.manual_seed(77)
    options = {"accelerator": accelerator, "checkpoint": path, "resume": True}
    resumed = train(model(), RECIPE, BATCHES.at, STEPS, **options)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), f"expected bit-identical {name}"


def test_what_is_carried_is_not_shipped(tmp_path):
    accelerator = Accelerator(cpu=True)
    trained = train(model(), RECIPE, BATCHES.at, 2, accelerator=accelerator, checkpoint=tmp_path / "run")
    trained.save_pretrained(tmp_path / "out")
    with safe_open(tmp_path / "out" / "model.safetensors", framework="pt") as file:
        assert not [key for key in file.keys() if "carried" in key]
    again = CharRNN.from_pretrained(tmp_path / "out", strict=True)
    assert again.carried == {}
