"""Train a model, write its weights to pretrained/<id>/ and measure it.

python -m playground.training pixel_cnn --data-root DIR --device auto --resume
accelerate launch -m playground.training vae            every GPU of the machine or cluster
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import broadcast_object_list

from playground import catalog, weights
from playground.data import colour, dequantized, mnist, text
from playground.data.batches import Batches
from playground.data.mixtures import DATASETS, PointBatches
from playground.data.text import TextBatches
from playground.metrics.__main__ import measure
from playground.models.base import Model
from playground.training.arithmetic import bf16_is_faster
from playground.training.image_film import ImageFilm
from playground.training.loop import train

# data made of MNIST's grey images at every visit
MAKERS = {"dequantized": dequantized.batch, "colour": colour.batch}


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    options = _parser().parse_args(arguments)
    if options.data_root:
        os.environ["PLAYGROUND_DATA"] = str(options.data_root)
    if options.threads:
        torch.set_num_threads(options.threads)
    card = catalog.card(options.id)
    changes = {key: getattr(options, key) for key in ("epochs", "seed") if getattr(options, key) is not None}
    recipe = replace(card.recipe_of(options.variant), **changes)
    destination = options.out or weights.directory(card.id, options.variant)
    model = fit(card, recipe, options, destination)
    if PartialState().is_main_process:
        model = model.to(memory_format=torch.contiguous_format).cpu().eval()
        (model.half() if recipe.half else model).save_pretrained(destination)
        (destination / "README.md").unlink(missing_ok=True)  # the hub's model card; ours is in the catalogue
        print(f"wrote {destination / 'model.safetensors'}")
        if not options.out:
            measure(card.id, options.variant)


def fit(card: catalog.ModelCard, recipe: catalog.Recipe, options: argparse.Namespace, destination: Path) -> Model:
    """Train (or count) one model; returns the weights to ship. A film of the training is written to `destination`."""
    torch.manual_seed(recipe.seed)  # initial weights; this is a program of its own, no library code seeds globally
    model = weights.create(card.id, options.variant)
    accelerator = _accelerator(recipe, options.device)
    # a model whose variants are densities of different data names its own
    batches = _batches(replace(recipe, data=getattr(model.config, "data", recipe.data)), accelerator)
    if not model.phases():
        model.fit(batches.at(step) for step in range(batches.per_epoch))
        return model
    steps = round(recipe.epochs * (batches.per_epoch if batches else 100))
    checkpoint = Path("runs") / card.id / (options.variant or "reference") / f"seed{recipe.seed}.safetensors"
    batch = batches.at if batches else lambda step: (torch.empty(recipe.batch_size, 0),)
    film = _film(recipe, checkpoint, steps, accelerator)
    go_on = {"accelerator": accelerator, "checkpoint": checkpoint, "resume": options.resume}
    trained = train(model, recipe, batch, steps, watch=film, **go_on)
    if film:
        film.write(destination)
    return trained


def _film(recipe: catalog.Recipe, checkpoint: Path, steps: int, accelerator: Accelerator) -> ImageFilm | None:
    if not recipe.film or not accelerator.is_main_process:
        return None
    return ImageFilm(checkpoint.with_name(f"{checkpoint.stem}.film.safetensors"), steps, recipe.film)


def _batches(recipe: catalog.Recipe, accelerator: Accelerator) -> Batches | PointBatches | TextBatches | None:
    if recipe.data == "none":
        return None
    if recipe.data == "text":
        place = {"rank": accelerator.process_index, "world": accelerator.num_processes}
        ids = text.indices(text.split(True), text.alphabet())
        return TextBatches(ids, recipe.batch_size, seed=recipe.seed, **place)
    if recipe.data in DATASETS:
        return PointBatches(recipe.data, recipe.batch_size, recipe.seed, accelerator.process_index)
    images, labels = mnist.load(True)
    return Batches(
        images,
        labels,
        recipe.batch_size,
        binary=recipe.data == "binary",
        seed=recipe.seed,
        rank=accelerator.process_index,
        world=accelerator.num_processes,
        make=MAKERS.get(recipe.data),
    )


def _accelerator(recipe: catalog.Recipe, device: str) -> Accelerator:
    state = PartialState(cpu=device == "cpu")
    if device not in ("auto", state.device.type):
        raise SystemExit(f"expected device {device}, but this machine offers {state.device.type}")
    faster = [state.is_main_process and recipe.bf16 and bf16_is_faster(state.device)]
    broadcast_object_list(faster)  # one process measures for all: a job with two arithmetics would be a puzzle
    return Accelerator(cpu=device == "cpu", mixed_precision="bf16" if faster[0] else "no")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m playground.training", description=__doc__.splitlines()[0])
    parser.add_argument("id", choices=catalog.names())
    parser.add_argument("--variant", default=None, help="a configuration of the model (default: the reference)")
    parser.add_argument("--data-root", type=Path, default=None, help="torchvision's MNIST root (default: found)")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint of this run")
    parser.add_argument("--epochs", type=float, default=None, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=None, help="instead of the recipe's")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads of torch")
    parser.add_argument("--out", type=Path, default=None, help="write the weights here, and do not measure")
    return parser


if __name__ == "__main__":
    main()
