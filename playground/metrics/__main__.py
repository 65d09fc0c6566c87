"""Measure shipped weights and rewrite their metrics.json; `table` writes the README's table of models.

python -m playground.metrics pixel_cnn
python -m playground.metrics table
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from playground import catalog, weights


def measure(id: str, variant: str | None = None) -> list[dict]:
    """Measure the shipped weights of a model with every metric of its card; writes metrics.json and companions."""
    from playground.metrics.companions import COMPANIONS
    from playground.metrics.measures import MEASURES

    card = catalog.card(id)
    model = weights.load(id, "cpu", variant)
    command = f"python -m playground.metrics {id}" + (f" --variant {variant}" if variant else "")
    rows = []
    for name in card.metrics:
        row = MEASURES[name](model) | {"command": command, "trained": _training_command(id, variant)}
        if name == card.metrics[0]:
            row |= {"published": [vars(number) for number in card.published_of(variant)]}
            if weights.directory(id, variant) == weights.directory(id):  # the floor is the reference's
                row |= {"floor": card.floor}
        rows.append(row)
        print(f"{id}: {row['metric']} = {row['value']} {row['unit']}")
    directory = weights.directory(id, variant)
    (directory / "metrics.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for write in COMPANIONS.get(card.stage, ()):
        write(model, directory)
    return rows


def _training_command(id: str, variant: str | None) -> str:
    return f"python -m playground.training {id}" + (f" --variant {variant}" if variant else "")


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m playground.metrics", description=__doc__.splitlines()[0])
    parser.add_argument("id", choices=[*catalog.names(), "table"])
    parser.add_argument("--variant", default=None)
    parser.add_argument("--data-root", type=Path, default=None)
    options = parser.parse_args(arguments)
    if options.data_root:
        import os

        os.environ["PLAYGROUND_DATA"] = str(options.data_root)
    torch.set_num_threads(1)
    if options.id == "table":
        from playground.metrics.table import write

        write()
    else:
        measure(options.id, options.variant)


if __name__ == "__main__":
    main()
