"""Record the film of the stage `collapse`: trainings that are watched, into assets/recorded/collapse.json.

    python -m playground.training.record_collapse            all trainings and the table of betas
    python -m playground.training.record_collapse betas      the table of betas only: final states of shipped VAEs

Every training has the catalogue's architecture, seed and batches; what differs is the objective. `vae`: beta = 1.
`late`: the same until half-time, then beta = BETA. `strong`: beta = BETA from the start. Codes are those of the first
test digits, binarized once.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from playground import catalog, weights
from playground.data import mnist
from playground.data.batches import Batches
from playground.inference import collapse
from playground.inference.collapse import BETA, RUNS, Film
from playground.inference.device import one_thread
from playground.losses.likelihood import bernoulli_log_likelihood
from playground.models.base import Model
from playground.training.loop import train

EPOCHS = 10
DIGITS, KEPT = 1000, 8
EARLY = (0, 10, 25, 50, 75, 100, 150, 200, 300)
AFTER_JUMP = (5, 10, 20, 40, 80, 140)
SHORT, SHORT_EPOCHS = (20, 30), 3  # betas beyond the shipped ones, trained briefly: where the code ceases
NETWORK = {"autoencoder": "autoencoder", "kl_only": "kl_only", "vae": "vae", "late": "vae", "strong": "vae"}


class Watcher:
    """What is kept of a training: called before every step, it looks at the moments only."""

    def __init__(self, x: Tensor, kept: list[int], moments: list[int], jump: int | None) -> None:
        self.x, self.kept, self.moments, self.jump = x, kept, set(moments), jump
        self.seen: list[dict[str, np.ndarray]] = []

    def __call__(self, step: int, model: Model) -> None:
        if step in self.moments:
            self.seen.append(look(model, self.x, self.kept))
        if step == self.jump:
            model.config = replace(model.config, beta=BETA)

    @property
    def film(self) -> Film:
        found = {name: np.stack([one[name] for one in self.seen]) for name in self.seen[0]}
        return Film(found["mu"], found.get("logvar"), *(found[k] for k in ("extent", "x_hat", "kl", "reconstruction")))


@torch.inference_mode()
def look(model: Model, x: Tensor, kept: list[int]) -> dict[str, np.ndarray]:
    """Codes, their KL and reconstructions of the digits x (n, 1, 28, 28) now; fields of `Film` at one moment."""
    mu, logvar = model.encode(x)
    generator = torch.Generator().manual_seed(0)
    z = mu if logvar is None else model.reparameterize(model.encode(x), generator)
    kl = torch.zeros(2) if logvar is None else dimension_kl(mu, logvar)
    found = {
        "mu": mu,
        "extent": mu.abs().max(),
        "x_hat": model.decode(mu[kept])[:, 0],
        "kl": kl,
        "reconstruction": -bernoulli_log_likelihood(model.decoder(z), x).mean(),
    }
    if logvar is not None:
        found["logvar"] = logvar
    return {name: value.float().numpy().copy() for name, value in found.items()}


def dimension_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(q(z_d|x) || N(0, 1)) per dimension, mean over the images: (n, d) twice -> (d,) in nats."""
    return (0.5 * (mu.square() + logvar.exp() - logvar - 1)).mean(0)


def moments(per_epoch: int) -> list[int]:
    """Steps at which the film looks: dense at first, then every half epoch, dense again where beta jumps."""
    steps, half = EPOCHS * per_epoch, EPOCHS * per_epoch // 2
    regular = [round(k * per_epoch / 2) for k in range(1, 2 * EPOCHS)]
    return sorted({*EARLY, *regular, half, *(half + k for k in AFTER_JUMP), steps})


def watched(run: str, x: Tensor, kept: list[int], batches: Batches) -> Film:
    """Train one of RUNS under watch."""
    card, steps = catalog.card(NETWORK[run]), EPOCHS * batches.per_epoch
    watcher = Watcher(x, kept, moments(batches.per_epoch), steps // 2 if run == "late" else None)
    trained(card, batches, EPOCHS, watcher, BETA if run == "strong" else None)
    return watcher.film


def trained(card: catalog.ModelCard, batches: Batches, epochs: int, watch: Watcher | None, beta: float | None) -> Model:
    """The catalogue's model after some epochs of its recipe without averaging; beta: of a VAE, if not its own."""
    recipe = replace(card.recipe, epochs=epochs, ema=0.0, bf16=False)
    with torch.random.fork_rng(devices=[]):  # initial weights of this seed; the global generator stays as it was
        torch.default_generator.manual_seed(recipe.seed)
        model = weights.create(card.id)
    if beta is not None:
        model.config = replace(model.config, beta=float(beta))
    with tempfile.TemporaryDirectory() as folder:
        options = {"accelerator": Accelerator(cpu=True), "checkpoint": Path(folder) / "run.safetensors"}
        return train(model, recipe, batches.at, epochs * batches.per_epoch, watch=watch, **options)


def short(x: Tensor, batches: Batches) -> list[dict]:
    """Final states of brief trainings with the betas of SHORT."""
    card = catalog.card("vae")
    return [_row(beta, trained(card, batches, SHORT_EPOCHS, None, beta), x) for beta in SHORT]


def _row(beta: float, model: Model, x: Tensor) -> dict:
    state = look(model, x, [])
    numbers = {key: np.round(state[key].astype(float), 4).tolist() for key in ("kl", "reconstruction")}
    return {"beta": float(beta), **numbers}


def betas(x: Tensor) -> list[dict]:
    """Final states of the shipped VAEs of two dimensions, by beta; those whose weights are missing are left out."""
    found = []
    for name, config in catalog.card("vae").variants.items():
        if "latent_dim" in config or not (weights.directory("vae", name) / "model.safetensors").is_file():
            continue
        found.append(_row(config.get("beta", 1), weights.load("vae", variant=name), x))
    return sorted(found, key=lambda row: row["beta"])


def record() -> dict:
    """All trainings, and what stands beside them."""
    images, labels = mnist.load(True)
    batches = Batches(images, labels, catalog.card("vae").recipe.batch_size, binary=True)
    x, found, digest = (part if isinstance(part, str) else part[:DIGITS] for part in mnist.binary_test())
    kept = [int((found == digit).nonzero()[0]) for digit in range(KEPT)]
    with torch.inference_mode():
        baseline = -weights.load("bernoulli").log_prob(x).mean().item()
    runs = {run: collapse.pack_film(watched(run, x, kept, batches)) for run in RUNS}
    return {
        "beta": BETA,
        "per_epoch": batches.per_epoch,
        "epochs": EPOCHS,
        "steps": moments(batches.per_epoch),
        "labels": found.tolist(),
        "kept": kept,
        "x": collapse.encode((x[kept, 0] * collapse.PICTURE_LEVELS).byte().numpy()),
        "independent": round(baseline, 2),
        "sha256": digest,
        "runs": runs,
        "betas": betas(x),
        "short": short(x, batches),
        "short_epochs": SHORT_EPOCHS,
    }


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m playground.training.record_collapse", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["betas"])
    one_thread()
    path = collapse.RECORDED / collapse.FILE
    if parser.parse_args(arguments).what == "betas":
        found = collapse.recorded() | {"betas": betas(mnist.binary_test()[0][:DIGITS])}
    else:
        found = record()
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
