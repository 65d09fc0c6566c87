"""Record what many seeds of a preset end with, so that the page of many seeds opens on a result.

    python -m playground.inference.record_seeds          all presets: seeds_<preset>.json in assets/recorded/
    python -m playground.inference.record_seeds A B      some

A file holds few points of each model in eight bits per coordinate, the numbers of each seed as they were measured on
all samples, and what it took. Medians, intervals and tests are worked out anew by whoever reads it
(`lab_seeds.recorded`), so they cannot differ from the numbers.
"""

from __future__ import annotations

import argparse
import base64
import json

import numpy as np

from playground.inference import lab, lab_seeds
from playground.inference.lab_seeds import Many

SEEDS = 16
SHOWN = 150  # points kept of each model
DECIMALS = {"modes": 0, "hq": 4, "js": 4}


def encode(points: np.ndarray, box: float) -> str:
    """Points (R, n, 2) as bytes, [-1.25 box, 1.25 box] to 0..254, base64; 255 where one is outside or not finite."""
    fine = lab.quantize(points, box)
    coarse = np.where(fine == lab.OUTSIDE, 255, (fine.astype(np.uint32) * 254 + 32767) // 65534)
    return base64.b64encode(coarse.astype(np.uint8).tobytes()).decode("ascii")


def describe(many: Many) -> dict:
    """A result as JSON; `lab_seeds.load` reads it."""
    box = lab.scene(many.run.dataset).box
    panels = [
        {
            "loss": panel.loss,
            "points": encode(panel.points[:, :SHOWN], box),
            **{name: _numbers(getattr(panel, name).values, digits) for name, digits in DECIMALS.items()},
            "diverged": panel.diverged.k,
        }
        for panel in many.panels
    ]
    told = {"seeds": list(many.seeds), "modes": many.modes, "seconds": round(many.seconds, 1)}
    return {"run": lab.describe(many.run), "command": "python -m playground.inference.record_seeds", **told} | {
        "panels": panels
    }


def _numbers(values: np.ndarray, digits: int) -> list[float | int | None]:
    return [None if not np.isfinite(v) else round(float(v), digits) if digits else int(v) for v in values]


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m playground.inference.record_seeds", description=__doc__.splitlines()[0]
    )
    parser.add_argument("presets", nargs="*", help=f"of {', '.join(lab.PRESETS)}; all if none is named")
    for preset in parser.parse_args(arguments).presets or lab.PRESETS:
        *_, many = lab_seeds.many(lab.make_run(preset), SEEDS)
        path = lab.RECORDED / f"seeds_{preset}.json"
        path.write_text(json.dumps(describe(many), separators=(",", ":")) + "\n", "utf-8")
        print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, {many.seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
