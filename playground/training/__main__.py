"""Train a model, write its weights to pretrained/<id>/ and measure it.

python -m playground.training pixel_cnn --data-root DIR --device auto --resume
accelerate launch -m playground.training vae            every GPU of the machine or cluster
python -m playground.training cyclegan --images horse2zebra --side 256 --batch-size 1 --epochs 200 --out DIR
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import broadcast_object_list

from playground import catalog, weights
from playground.data import colour, dequantized, mnist, text
from playground.data.batches import Batches
from playground.data.captioned import Captioned, Told
from playground.data.domains import Styled, Unpaired
from playground.data.folders import Folders
from playground.data.mixtures import DATASETS, PointBatches
from playground.data.patches import Puzzles
from playground.data.text import TextBatches
from playground.metrics.__main__ import measure
from playground.models.base import Model
from playground.training.ahead import Ahead
from playground.training.arithmetic import bf16_is_faster
from playground.training.image_film import ImageFilm
from playground.training.loop import train

# data made of MNIST's grey images at every visit
MAKERS = {"dequantized": dequantized.batch, "colour": colour.batch}
PAINTED = {"captions": Captioned, "told": Told, "patches": Puzzles, "styled": Styled}


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    options = _parser().parse_args(arguments)
    if options.data_root:
        os.environ["PLAYGROUND_DATA"] = str(options.data_root)
    if options.threads:
        torch.set_num_threads(options.threads)
    card = catalog.card(options.id)
    told = ("epochs", "seed", "batch_size")
    changes = {key: getattr(options, key) for key in told if getattr(options, key) is not None}
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
    model = _of_folders(card, options) if options.images else weights.create(card.id, options.variant)
    accelerator = _accelerator(recipe, options.device)
    batches = _folders(recipe, options, accelerator) or _batches(recipe, model, accelerator)
    if not model.phases():
        model.fit(batches.at(step) for step in range(batches.per_epoch))
        return model
    steps = round(recipe.epochs * (batches.per_epoch if batches else 100))
    name = options.images.resolve().name if options.images else options.variant or "reference"
    checkpoint = Path("runs") / card.id / name / f"seed{recipe.seed}.safetensors"
    batch = batches.at if batches else lambda step: (torch.empty(recipe.batch_size, 0),)
    if batches and options.workers:
        batch = Ahead(batches.at, steps * (1 + sum(phase.repeats for phase in model.phases())), options.workers)
    film = _film(recipe, checkpoint, steps, accelerator)
    go_on = {"accelerator": accelerator, "checkpoint": checkpoint, "resume": options.resume}
    trained = train(model, recipe, batch, steps, watch=film, **go_on)
    if film:
        film.write(destination)
    return trained


def _of_folders(card: catalog.ModelCard, options: argparse.Namespace) -> Model:
    """A translator between the domains that lie in the folder of the command line, with the paper's sizes."""
    cls = weights.model_class(card.id)
    if "translate" not in card.capabilities:
        raise SystemExit(f"expected a translator for --images, got {card.id}")
    if not options.out:
        raise SystemExit("expected --out with --images: pretrained/ holds the weights of the page")
    try:
        return cls(cls.sized(options.side, Folders(options.images, 1, options.side).domains))
    except (FileNotFoundError, ValueError) as problem:
        raise SystemExit(str(problem)) from problem


def _folders(recipe: catalog.Recipe, options: argparse.Namespace, accelerator: Accelerator) -> Folders | None:
    if not options.images:
        return None
    place = {"seed": recipe.seed, "rank": accelerator.process_index, "world": accelerator.num_processes}
    return Folders(options.images, recipe.batch_size, options.side, **place)


def _film(recipe: catalog.Recipe, checkpoint: Path, steps: int, accelerator: Accelerator) -> ImageFilm | None:
    if not recipe.film or not accelerator.is_main_process:
        return None
    return ImageFilm(checkpoint.with_name(f"{checkpoint.stem}.film.safetensors"), steps, recipe.film, recipe.batch_size)


def _batches(recipe: catalog.Recipe, model: Model, accelerator: Accelerator) -> Any:
    """What gives batch number k as `at(k)` and has a `per_epoch`; None for a model that draws its own data."""
    place = {"seed": recipe.seed, "rank": accelerator.process_index, "world": accelerator.num_processes}
    # a model whose variants are densities (or judges) of different data names its own
    data = getattr(model.config, "data", recipe.data)
    if data == "none":
        return None
    if data == "text":
        return TextBatches(text.indices(text.split(True), text.alphabet()), recipe.batch_size, **place)
    if data in DATASETS:
        return PointBatches(data, recipe.batch_size, recipe.seed, accelerator.process_index)
    digits = (*mnist.load(True), recipe.batch_size)
    if data == "styles":
        return Unpaired(*digits, model.config.domains, **place)
    if data in PAINTED:
        return PAINTED[data](*digits, **place)
    return Batches(*digits, binary=data == "binary", make=MAKERS.get(data), **place)


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
    parser.add_argument("--batch-size", type=int, default=None, help="instead of the recipe's")
    parser.add_argument("--images", type=Path, default=None, help="a folder with one folder of pictures per domain")
    parser.add_argument("--side", type=int, default=128, help="of those pictures, in pixels: 64 to 256")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads of torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches ahead, for a quick device")
    parser.add_argument("--out", type=Path, default=None, help="write the weights here, and do not measure")
    return parser


if __name__ == "__main__":
    main()
