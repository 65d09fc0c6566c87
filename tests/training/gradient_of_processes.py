"""Run under `accelerate launch`: one step of NADE in float64 on this process's share of the batch; rank 0 saves it.

accelerate launch ... gradient_of_processes.py OUT EXPECTED_PROCESSES
"""

from __future__ import annotations

import sys

import torch
from accelerate import Accelerator
from safetensors.torch import save_file

from playground.catalog import Recipe
from playground.models.nade import NADE
from playground.training.loop import Run

BATCH = 12


def main(out: str, processes: int) -> None:
    torch.set_num_threads(1)
    accelerator = Accelerator(cpu=True)
    rank, world = accelerator.process_index, accelerator.num_processes
    if world != processes:
        raise SystemExit(f"expected {processes} processes, got {world}")
    torch.manual_seed(0)
    run = Run(NADE(NADE.Config(height=4, width=4, hidden=5)).double(), Recipe(schedule="constant"), accelerator)
    x = torch.rand(BATCH, 1, 4, 4, generator=torch.Generator().manual_seed(3)).round().double()
    share = x.chunk(world)[rank]
    run.step(0, 10, lambda step: (share, torch.zeros(len(share))))
    found = {f"gradient.{name}": p.grad.contiguous() for name, p in run.model.named_parameters()}
    found |= {f"weight.{name}": p.detach().clone() for name, p in run.model.named_parameters()}
    for name, value in found.items():
        everywhere = accelerator.gather(value[None])
        if not all(torch.equal(value, other) for other in everywhere):
            raise SystemExit(f"expected the same {name} in every process")
    if accelerator.is_main_process:
        save_file(found, out)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
