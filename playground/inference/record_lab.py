"""Record the runs that the lab shows before anybody trains, and measure what it claims, into assets/recorded/.

    python -m playground.inference.record_lab            all films: lab_<preset>.json
    python -m playground.inference.record_lab C          one
    python -m playground.inference.record_lab claims     claims.json, over SEEDS seeds each

A recorded run holds the frames of `lab.film` in few bytes: fewer points, a coarser heatmap, differences from frame to
frame, deflate, base64. The numbers under the panels are those of the full frames.
"""

from __future__ import annotations

import argparse
import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from playground.inference import lab
from playground.inference.device import one_thread

SEEDS = 16
FRAMES = 100
POINTS, CELLS, ARROWS = 256, 32, 32
POINT_STEP, FIELD_STEP = 64, 8  # 10 bits per coordinate, 5 per cell


def encode(array: np.ndarray) -> dict:
    """An integer array (F, ...) as differences along F, its bytes in planes, deflated: exact."""
    change = np.diff(array, axis=0, prepend=np.zeros_like(array[:1]))  # wraps around
    planes = change.astype(change.dtype.newbyteorder("<"), order="C").view(np.uint8).reshape(-1, array.itemsize).T
    data = base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode("ascii")
    return {"shape": list(array.shape), "dtype": array.dtype.name, "codec": "delta-deflate", "data": data}


def decode(packed: dict) -> np.ndarray:
    """What `encode` took."""
    kind = np.dtype(packed["dtype"])
    planes = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), np.uint8).reshape(kind.itemsize, -1)
    change = np.ascontiguousarray(planes.T).view(kind.newbyteorder("<")).reshape(packed["shape"])
    return np.cumsum(change, axis=0, dtype=kind)


def record(run: lab.Run) -> dict:
    """A whole run as JSON."""
    scene = lab.scene(run.dataset)
    frames = [slim(lab.packed(frame, scene.box)) for frame in lab.film(run)]
    stacked = {name: np.stack([frame[name] for frame in frames]) for name in frames[0]}
    floats = {name: stacked.pop(name) for name in ("numbers", "more")}
    plain = {k: _plain(v) if isinstance(v, np.ndarray) else v for k, v in lab.packed_scene(scene).items()}
    steps = [*range(0, run.steps, run.every), run.steps]
    return {
        "run": lab.describe(run),
        "scene": plain,
        "steps": steps,
        **{name: encode(array) for name, array in stacked.items()},
        **{name: encode(array.view(np.uint32)) | {"dtype": "float32"} for name, array in floats.items()},
    }


def _plain(array: np.ndarray) -> dict:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "data": base64.b64encode(little.tobytes()).decode("ascii"),
    }


def slim(frame: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Fewer points, a coarser heatmap, fewer bits."""
    points = frame["points"][:, :POINTS]
    outside = points == lab.OUTSIDE
    points = np.where(outside, lab.OUTSIDE, points // POINT_STEP * POINT_STEP + POINT_STEP // 2).astype(np.uint16)
    L, S, _ = frame["field"].shape
    coarse = frame["field"].reshape(L, CELLS, S // CELLS, CELLS, S // CELLS).mean((2, 4))
    field = (coarse / FIELD_STEP).round().clip(0, 255 // FIELD_STEP) * FIELD_STEP
    return {**frame, "points": points, "field": field.astype(np.uint8), "push": frame["push"][:, :ARROWS]}


def measure(run: lab.Run, seeds: Sequence[int]) -> dict:
    """What several seeds of a run end with; see `lab.claims`."""
    from playground.inference._lab import Trainer
    from playground.metrics.coverage import coverage, reference

    trainer = Trainer(run, seeds)
    trainer.advance(run.steps)
    scores = {"modes": [], "hq": [], "js": []}
    for points in trainer.samples():
        covered = coverage(points, trainer.data)
        scores["modes"].append(covered.modes)
        scores["hq"].append(covered.hq)
        scores["js"].append(reference(trainer.data).compare(points).js)
    table = {name: np.array(values).reshape(len(run.losses), -1) for name, values in scores.items()}  # (L, R)
    return {"seeds": len(seeds), "total": trainer.data.modes} | {
        name: {
            loss: [round(float(f(row)), 3) for f in (np.nanmedian, np.nanmin, np.nanmax)]
            for loss, row in zip(run.losses, rows, strict=True)
        }
        for name, rows in table.items()
    }


def main(arguments: list[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m playground.inference.record_lab", description=__doc__.splitlines()[0]
    )
    parser.add_argument("what", nargs="?", choices=[*lab.PRESETS, "claims"])
    chosen = parser.parse_args(arguments).what
    one_thread()
    lab.RECORDED.mkdir(parents=True, exist_ok=True)
    if chosen == "claims":
        table = {}
        for name, run in lab.PRESETS.items():
            table[name] = measure(run, range(SEEDS))
            print(name, table[name]["modes"], flush=True)
        (lab.RECORDED / "claims.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
        return
    for name in [chosen] if chosen else lab.PRESETS:
        run = replace(lab.PRESETS[name], every=lab.PRESETS[name].steps // FRAMES)
        path = lab.RECORDED / f"lab_{name}.json"
        path.write_text(json.dumps(record(run), separators=(",", ":")) + "\n", "utf-8")
        print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
