"""One training loop for every model: it runs `model.phases()` and knows nothing else of the model.

Built on Accelerate, so `accelerate launch -m playground.training vae` uses every process it is given. Gradients are
averaged by hand after each backward pass instead of through a DDP wrapper: a phase calls the methods it likes
(`log_prob`, `encode`, a critic's `forward`), while DDP would only synchronize calls of one `forward`.

Everything random of a step is seeded by (seed, step, phase, process), and checkpoints are safetensors, never pickles:
an interrupted run resumes to the same weights as an unbroken one and loses at most a minute.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from playground.catalog import Recipe
from playground.models.base import Batch, Model, Phase

CHECKPOINT_SECONDS = 45.0


@dataclass
class Run:
    """A training run: the model, one optimizer per phase, and the averaged weights."""

    model: Model
    recipe: Recipe
    accelerator: Accelerator
    phases: list[Phase] = field(init=False)
    optimizers: list[torch.optim.Optimizer] = field(init=False)
    averaged: AveragedModel | None = field(init=False)

    def __post_init__(self) -> None:
        self.model.to(self.accelerator.device)
        if self.recipe.channels_last:
            self.model.to(memory_format=torch.channels_last)
        self.phases = self.model.phases()
        self.optimizers = [self._optimizer(phase) for phase in self.phases]
        average = get_ema_multi_avg_fn(self.recipe.ema)
        self.averaged = AveragedModel(self.model, multi_avg_fn=average, use_buffers=True) if self.recipe.ema else None

    def _optimizer(self, phase: Phase) -> torch.optim.Optimizer:
        return torch.optim.AdamW(
            phase.parameters,
            lr=self.recipe.lr * phase.lr_scale,
            betas=phase.betas or self.recipe.betas,
            weight_decay=self.recipe.weight_decay,
            fused=self.accelerator.device.type in ("cpu", "cuda"),  # one kernel instead of one per tensor
        )

    @property
    def result(self) -> Model:
        """The model to measure and to ship: the averaged one where there is one."""
        return self.averaged.module if self.averaged else self.model

    def step(self, step: int, total: int, batch: Callable[[int], Batch]) -> dict[str, Tensor]:
        """One training step: every phase, `repeats` times. Returns what the phases logged."""
        logs: dict[str, Tensor] = {}
        draws = sum(phase.repeats for phase in self.phases if phase.fresh_batch)
        count = 0
        for p, (phase, optimizer) in enumerate(zip(self.phases, self.optimizers, strict=True)):
            for group in optimizer.param_groups:
                group["lr"] = self.recipe.lr * phase.lr_scale * schedule(self.recipe.schedule, step / total)
            for repeat in range(phase.repeats):
                data = self._to_device(batch(step * max(draws, 1) + count if phase.fresh_batch else step))
                count += phase.fresh_batch
                losses = self._update(phase, optimizer, data, self._generator(step, p, repeat))
            logs |= {f"{phase.name}/{name}": value for name, value in losses.items()}
        if self.averaged:
            self._average(step)
        return logs

    def _update(
        self, phase: Phase, optimizer: torch.optim.Optimizer, batch: Batch, generator: torch.Generator
    ) -> dict[str, Tensor]:
        optimizer.zero_grad(set_to_none=True)
        with self.accelerator.autocast():
            losses = phase.loss(batch, generator)
        # Only the phase's own parameters: a generator's loss must not leave gradients in the discriminator.
        gradients = torch.autograd.grad(losses["loss"], phase.parameters, allow_unused=True)
        for parameter, gradient in zip(phase.parameters, gradients, strict=True):
            if gradient is not None and self.accelerator.num_processes > 1:
                gradient = self.accelerator.reduce(gradient, "mean")
            parameter.grad = gradient
        if self.recipe.clip:
            torch.nn.utils.clip_grad_norm_(phase.parameters, self.recipe.clip)
        optimizer.step()
        return {name: value.detach() for name, value in losses.items()}

    def _average(self, step: int) -> None:
        # A young average would remember the random start: let it forget faster at first.
        decay = min(self.recipe.ema, (1 + step) / (10 + step))
        self.averaged.multi_avg_fn = get_ema_multi_avg_fn(decay)
        self.averaged.update_parameters(self.model)

    def _generator(self, *key: int) -> torch.Generator:
        seed = hash((self.recipe.seed, *key, self.accelerator.process_index)) % 2**63
        return torch.Generator(self.accelerator.device).manual_seed(seed)

    def _to_device(self, batch: Batch) -> Batch:
        x, *rest = (part.to(self.accelerator.device, non_blocking=True) for part in batch)
        if self.recipe.channels_last and x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        return (x, *rest)

    # -- checkpoints -------------------------------------------------------------------------------------------------

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor that a checkpoint holds, by name."""
        for name, value in self.model.state_dict().items():
            yield f"model.{name}", value
        for name, value in self.model.carried.items():
            yield f"carried.{name}", value
        if self.averaged:
            for name, value in self.averaged.state_dict().items():
                yield f"averaged.{name}", value
        for k, optimizer in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                for name, value in state.items():
                    yield f"optimizer.{k}.{index}.{name}", value

    def save(self, path: Path, step: int) -> None:
        """Write a checkpoint; the old one stays whole until the new one is complete."""
        if not self.accelerator.is_main_process:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # clone: tensors that share memory, such as tied weights, may not be stored in one safetensors file
        tensors = {name: value.detach().clone().contiguous() for name, value in self.tensors()}
        partial = path.with_suffix(".partial")
        save_file(tensors, partial, metadata={"step": str(step), "recipe": json.dumps(vars(self.recipe))})
        os.replace(partial, path)

    def restore(self, path: Path) -> int:
        """Load a checkpoint; returns the step to go on from."""
        states: list[dict[int, dict[str, Tensor]]] = [{} for _ in self.optimizers]
        model, averaged, carried = {}, {}, {}
        parts = {"model": model, "averaged": averaged, "carried": carried}
        with safe_open(path, framework="pt", device=str(self.accelerator.device)) as file:
            for key in file.keys():
                kind, _, name = key.partition(".")
                if kind == "optimizer":
                    k, index, entry = name.split(".")
                    states[int(k)].setdefault(int(index), {})[entry] = file.get_tensor(key)
                else:
                    parts[kind][name] = file.get_tensor(key)
            step = int(file.metadata()["step"])
        self.model.load_state_dict(model)
        if self.accelerator.is_main_process:  # whose streams they are; other processes begin theirs anew
            self.model.carried = carried
        if self.averaged:
            self.averaged.load_state_dict(averaged)
        for optimizer, state in zip(self.optimizers, states, strict=True):
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        return step


def schedule(name: str, progress: float) -> float:
    """Factor on the learning rate at `progress` in [0, 1) of the run."""
    if name == "constant":
        return 1.0
    if name == "one_cycle":
        rise = 0.1
        falling = 0.5 + 0.5 * math.cos(math.pi * (progress - rise) / (1 - rise))
        return progress / rise + 1e-3 if progress < rise else falling
    if name == "linear_tail":  # CycleGAN's: constant in the first half, then down to zero
        return min(1.0, 2 * (1 - progress))
    raise ValueError(f"expected schedule 'constant', 'one_cycle' or 'linear_tail', got {name!r}")


def train(
    model: Model,
    recipe: Recipe,
    batch: Callable[[int], Batch],
    steps: int,
    *,
    accelerator: Accelerator,
    checkpoint: Path,
    resume: bool = False,
    watch: Callable[[int, Model], None] | None = None,
) -> Model:
    """Run `steps` training steps and return the model to ship (the averaged weights where the recipe asks for them).

    batch(k) gives batch number k; checkpoint is written every CHECKPOINT_SECONDS and at the end, and read first when
    `resume` is set and it exists. watch(k, model): what looks at the model in training before step k, and at the end.
    """
    run = Run(model, recipe, accelerator)
    start = run.restore(checkpoint) if resume and checkpoint.is_file() else 0
    saved = time.monotonic()
    model.train()
    bar = tqdm(range(start, steps), initial=start, total=steps, disable=not accelerator.is_main_process, mininterval=10)
    for step in bar:
        if watch:
            watch(step, model)
        logs = run.step(step, steps, batch)
        if step % 50 == 0:
            bar.set_postfix({name: f"{float(value):.3f}" for name, value in logs.items()}, refresh=False)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            run.save(checkpoint, step + 1)
            saved = time.monotonic()
    if watch:
        watch(steps, model)
    run.save(checkpoint, steps)
    return run.result
