"""The training loop: what is averaged, clipped, scheduled, stored; and that an interrupted run loses nothing."""

from __future__ import annotations

import json
import math
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from torch import Tensor, nn

from playground.catalog import Recipe
from playground.models.base import Batch, Model, Phase
from playground.models.infogan import InfoGAN
from playground.models.nade import NADE
from playground.training import loop
from playground.training.loop import Run, schedule, train

STEPS = 8


@pytest.fixture(scope="module")
def accelerator() -> Accelerator:
    torch.set_num_threads(1)
    return Accelerator(cpu=True)


def infogan() -> InfoGAN:
    torch.manual_seed(1)
    return InfoGAN(InfoGAN.Config(z_dim=4, features=2, hidden=8))


def nade() -> NADE:
    torch.manual_seed(1)
    return NADE(NADE.Config(height=4, width=4, hidden=5))


def pictures(side: int) -> Callable[[int], Batch]:
    """Batch number k is a pure function of k, as `Batches.at` is."""

    def batch(step: int) -> Batch:
        generator = torch.Generator().manual_seed(step)
        return (torch.rand(6, 1, side, side, generator=generator).round(), torch.zeros(6, dtype=torch.long))

    return batch


CASES = {
    "infogan, averaged": (infogan, 28, Recipe(data="grey", schedule="constant", betas=(0.5, 0.999), ema=0.9)),
    "nade, everything on": (nade, 4, Recipe(ema=0.99, clip=0.5, weight_decay=1e-2)),
    "nade, plain": (nade, 4, Recipe()),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request) -> tuple:
    return request.param


class Interrupted(Exception):
    """Ctrl-C, the machine, or the power."""


def interrupted_at(step: int, batch: Callable[[int], Batch]) -> Callable[[int], Batch]:
    def broken(k: int) -> Batch:
        if k == step:
            raise Interrupted
        return batch(k)

    return broken


@pytest.mark.parametrize("at", [1, 5])
def test_an_interrupted_run_resumes_to_the_same_weights(case, at, accelerator, tmp_path, monkeypatch):
    make, side, recipe = case
    whole = train(
        make(), recipe, pictures(side), STEPS, accelerator=accelerator, checkpoint=tmp_path / "whole.safetensors"
    )

    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)  # a checkpoint after every step
    path = tmp_path / "broken.safetensors"
    with pytest.raises(Interrupted):
        train(make(), recipe, interrupted_at(at, pictures(side)), STEPS, accelerator=accelerator, checkpoint=path)
    torch.manual_seed(77)  # the resumed process starts from another random state
    seen: list[int] = []

    def watched(step: int) -> Batch:
        seen.append(step)
        return pictures(side)(step)

    resumed = train(make(), recipe, watched, STEPS, accelerator=accelerator, checkpoint=path, resume=True)
    assert min(seen) == at, f"expected to go on at step {at}, got {min(seen)}"
    assert_same_tensors(whole.state_dict(), resumed.state_dict())
    assert_same_tensors(stored(tmp_path / "whole.safetensors")[0], stored(path)[0])  # optimizers too


def assert_same_tensors(expected: dict[str, Tensor], got: dict[str, Tensor]) -> None:
    assert expected.keys() == got.keys()
    different = [name for name in expected if not torch.equal(expected[name], got[name])]
    assert not different, f"expected bit-identical tensors, got differences in {different}"


def stored(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """A safetensors file read by hand from its specification: tensors and metadata. Anything else fails here."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    metadata, data, end, tensors = header.pop("__metadata__", {}), raw[8 + length :], 0, {}
    kinds = {"F32": torch.float32, "I64": torch.int64}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        assert first == end, f"expected {name} to start at byte {end}, got {first}"
        flat = (
            torch.frombuffer(bytearray(data[first:last]), dtype=kinds[entry["dtype"]])
            if last > first
            else torch.empty(0)
        )
        tensors[name], end = flat.view(entry["shape"]), last
    assert end == len(data), f"expected {end} bytes of tensors, got {len(data)}"
    return tensors, metadata


def test_a_checkpoint_is_tensors_and_text_and_is_read_without_pickle(case, accelerator, tmp_path, monkeypatch):
    make, side, recipe = case
    path = tmp_path / "run.safetensors"
    train(make(), recipe, pictures(side), 2, accelerator=accelerator, checkpoint=path)
    tensors, metadata = stored(path)
    assert metadata["step"] == "2" and json.loads(metadata["recipe"])["lr"] == recipe.lr
    assert any(name.startswith("optimizer.") for name in tensors)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("expected no pickle to be opened")

    for owner, name in ((torch, "load"), (pickle, "load"), (pickle, "loads"), (pickle, "Unpickler")):
        monkeypatch.setattr(owner, name, forbidden)
    assert Run(make(), recipe, accelerator).restore(path) == 2


def test_the_old_checkpoint_stays_until_the_new_one_is_whole(accelerator, tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    run = Run(nade(), Recipe(), accelerator)
    run.save(path, 1)

    def power_cut(tensors: dict, file: Path, metadata: dict) -> None:
        Path(file).write_bytes(b"half a file")
        raise Interrupted

    monkeypatch.setattr(loop, "save_file", power_cut)
    with pytest.raises(Interrupted):
        run.save(path, 2)
    assert Run(nade(), Recipe(), accelerator).restore(path) == 1


def test_without_resume_a_run_starts_afresh(accelerator, tmp_path):
    path, seen = tmp_path / "run.safetensors", []
    for _ in range(2):
        train(nade(), Recipe(), lambda k: seen.append(k) or pictures(4)(k), 3, accelerator=accelerator, checkpoint=path)
    assert seen == [0, 1, 2, 0, 1, 2]


def test_the_average_follows_its_recursion(accelerator):
    recipe = Recipe(ema=0.9, schedule="constant")
    run = Run(nade(), recipe, accelerator)
    expected: list[Tensor] | None = None
    for step in range(30):
        run.step(step, 30, pictures(4))
        now = [p.detach().double() for p in run.model.parameters()]
        decay = min(0.9, (1 + step) / (10 + step))
        expected = (
            now if expected is None else [decay * a + (1 - decay) * w for a, w in zip(expected, now, strict=True)]
        )
    for mean, parameter in zip(expected, run.result.parameters(), strict=True):
        assert torch.allclose(mean, parameter.double(), atol=1e-6), (mean - parameter).abs().max()
    assert run.result is not run.model


def test_without_an_average_the_last_weights_are_shipped(accelerator):
    run = Run(nade(), Recipe(), accelerator)
    assert run.result is run.model and run.averaged is None


def test_clipping_shortens_the_gradient_and_keeps_its_direction(accelerator):
    free, clipped = (Run(nade(), Recipe(clip=clip), accelerator) for clip in (0.0, 0.25))
    for run in (free, clipped):
        run.step(0, 10, pictures(4))
    long, short = (torch.cat([p.grad.flatten() for p in run.model.parameters()]) for run in (free, clipped))
    assert long.norm() > 0.25, "expected a gradient worth clipping"
    assert short.norm().item() == pytest.approx(0.25, rel=1e-4)
    assert torch.cosine_similarity(long, short, dim=0).item() == pytest.approx(1, abs=1e-5)


def test_the_one_cycle_schedule():
    values = [schedule("one_cycle", k / 1000) for k in range(1000)]
    assert values[0] == pytest.approx(1e-3)
    assert max(values) == pytest.approx(1, abs=0.02) and values.index(max(values)) in range(95, 106)
    assert schedule("one_cycle", 0.55) == pytest.approx(0.5)  # half way down the cosine
    assert values[-1] < 1e-4
    assert all(abs(b - a) < 0.02 for a, b in zip(values, values[1:], strict=False)), "expected no jump"
    assert {schedule("constant", k / 10) for k in range(10)} == {1.0}
    with pytest.raises(ValueError, match="one_cycle"):
        schedule("sawtooth", 0.5)


def test_the_linear_tail_is_constant_and_then_falls_to_zero():
    assert [schedule("linear_tail", k / 8) for k in range(8)] == pytest.approx([1, 1, 1, 1, 1, 0.75, 0.5, 0.25])


def test_the_learning_rate_of_each_phase_follows_the_schedule(accelerator):
    recipe = Recipe(lr=1e-2, schedule="one_cycle")
    run = Run(infogan(), recipe, accelerator)
    run.step(3, 10, pictures(28))
    rates = [optimizer.param_groups[0]["lr"] for optimizer in run.optimizers]
    expected = [1e-2 * phase.lr_scale * schedule("one_cycle", 0.3) for phase in run.phases]
    assert rates == pytest.approx(expected) and rates[0] != rates[1]


@pytest.mark.parametrize("index", [0, 1], ids=["discriminator", "generator"])
def test_a_phase_touches_only_its_own_parameters(index, accelerator):
    run = Run(infogan(), CASES["infogan, averaged"][2], accelerator)
    run.model.train()
    phase = run.phases[index]
    own = {id(p) for p in phase.parameters}
    before = {name: p.detach().clone() for name, p in run.model.named_parameters()}
    run._update(phase, run.optimizers[index], pictures(28)(0), torch.Generator().manual_seed(0))
    for name, parameter in run.model.named_parameters():
        if id(parameter) in own:
            assert not torch.equal(parameter, before[name]), f"expected {name} to move"
        else:
            assert parameter.grad is None, f"expected no gradient in {name}, got {parameter.grad.norm()}"
            assert torch.equal(parameter, before[name]), f"expected {name} to stay"


class Counter(Model):
    """Two phases that only write down which batch and which random number they were given."""

    @dataclass(frozen=True)
    class Config:
        fresh: bool = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.a, self.b = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
        self.seen: dict[str, list[tuple[int, float]]] = {"critic": [], "generator": []}

    def _loss(self, name: str, parameter: nn.Parameter, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        self.seen[name].append((int(batch[0]), torch.rand(1, generator=generator).item()))
        return {"loss": parameter.sum()}

    def phases(self) -> list[Phase]:
        return [
            Phase(
                "critic", [self.a], lambda b, g: self._loss("critic", self.a, b, g), 3, fresh_batch=self.config.fresh
            ),
            Phase("generator", [self.b], lambda b, g: self._loss("generator", self.b, b, g)),
        ]


@pytest.mark.parametrize("fresh", [True, False])
def test_each_repeat_of_a_critic_sees_a_batch_of_its_own(fresh, accelerator):
    run = Run(Counter(Counter.Config(fresh)), Recipe(), accelerator)
    for step in range(4):
        run.step(step, 4, lambda k: (torch.tensor(k),))
    batches = [k for k, _ in run.model.seen["critic"]]
    assert batches == (list(range(12)) if fresh else [k for k in range(4) for _ in range(3)])
    draws = [u for name in run.model.seen for _, u in run.model.seen[name]]
    assert len(set(draws)) == len(draws), "expected other random numbers in every update"


def test_a_step_depends_on_seed_and_step_only(accelerator):
    def after(seed: int, disturb: bool) -> Tensor:
        run = Run(infogan(), Recipe(seed=seed), accelerator)
        run.model.train()
        if disturb:
            torch.rand(100)  # somebody else used the global generator
        run.step(3, 10, pictures(28))
        return torch.cat([p.detach().flatten() for p in run.model.parameters()])

    assert torch.equal(after(0, False), after(0, True))
    assert not torch.equal(after(0, False), after(1, False))


def test_what_a_step_logs_is_finite_and_named_by_phase(accelerator):
    run = Run(infogan(), Recipe(), accelerator)
    logs = run.step(0, 10, pictures(28))
    assert {name.split("/")[0] for name in logs} == {phase.name for phase in run.phases}
    assert all(math.isfinite(value) and not value.requires_grad for value in logs.values())
