"""Record what the stage `own_prior` starts from, and measure what it says, into assets/recorded/.

    python -m playground.training.record_own_prior             own_prior.safetensors: digits, labels, small networks
    python -m playground.training.record_own_prior claims      own_prior_claims.json: where trainings end, over SEEDS

The digits are drawn by our Diagonal BiLSTM and named by our judge; a small AAE with the prior N(0, I) is trained on
them. No data set is read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from safetensors.numpy import save_file
from torch import Tensor

from playground import weights
from playground.catalog import Recipe
from playground.inference import own_prior
from playground.inference.device import one_thread
from playground.models.aae import AAE
from playground.training.loop import train

DIGITS, AT_ONCE = 2000, 100
DRAWER, SEED = "diagonal_bilstm", 0
STEPS = 3000
RECIPE = Recipe(batch_size=250, lr=1e-3, schedule="one_cycle", ema=0.99)
SEEDS = 5


@torch.inference_mode()
def digits(n: int = DIGITS) -> tuple[Tensor, Tensor]:
    """x (n, 1, 28, 28) in {0, 1} drawn by DRAWER, and what the judge reads in each, (n,)."""
    generator = torch.Generator().manual_seed(SEED)
    x = torch.cat([weights.load(DRAWER).sample(AT_ONCE, generator=generator) for _ in range(n // AT_ONCE)])
    return x, weights.load("judge").classify(x).argmax(1)


def pretrained(x: Tensor) -> AAE:
    """The small AAE with the prior N(0, I) after STEPS steps on the digits x."""
    from playground.inference._own_prior import CONFIG

    def batch(step: int) -> tuple[Tensor]:
        generator = torch.Generator().manual_seed(hash((SEED, step)) % 2**63)
        return (x[torch.randint(len(x), (RECIPE.batch_size,), generator=generator)],)

    with torch.random.fork_rng(devices=[]):  # initial weights of this seed; the global generator stays as it was
        torch.default_generator.manual_seed(SEED)
        model = AAE(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        options = {"accelerator": Accelerator(cpu=True), "checkpoint": Path(folder) / "run.safetensors"}
        return train(model, RECIPE, batch, STEPS, **options)


def measure(shape: str, seeds: int = SEEDS) -> dict:
    """Where trainings towards a shape end, `[median, lowest, highest]`: times the floor, nats, shares, seconds here."""
    found: dict[str, list[float]] = {"times": [], "nats": [], "share": [], "loss_d": [], "seconds": []}
    for seed in range(seeds):
        wish = own_prior.make_wish(shape, seed)
        scene, start = own_prior.scene(wish), time.process_time()
        *_, last = own_prior.film(wish)
        ended = (last.distance / scene.floor, last.nats, last.share, last.loss_d, time.process_time() - start)
        for values, value in zip(found.values(), ended, strict=True):
            values.append(value)
        print(shape, seed, *(f"{value:.3g}" for value in ended), flush=True)
    spread = {name: [round(f(v), 3) for f in (statistics.median, min, max)] for name, v in found.items()}
    return {**spread, "prior_share": round(scene.share, 3), "area": round(scene.area, 3)}


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m playground.training.record_own_prior", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["claims"])
    one_thread()
    if parser.parse_args(arguments).what == "claims":
        table = {shape: measure(shape) for shape in own_prior.SHAPES}
        found = {"seeds": SEEDS, "steps": own_prior.STEPS, "shapes": table}
        (own_prior.RECORDED / own_prior.CLAIMS).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        return
    x, labels = digits()
    kept = {
        name: value.half().numpy()
        for name, value in pretrained(x).state_dict().items()
        if not name.startswith("discriminator")
    }
    kept["digits"] = np.packbits(x.view(len(x), -1).numpy().astype(bool), axis=1)
    kept["labels"] = labels.numpy().astype(np.uint8)
    path = own_prior.RECORDED / own_prior.FILE
    save_file(kept, path, metadata={"drawn_by": DRAWER, "seed": str(SEED), "command": own_prior.COMMAND})
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
