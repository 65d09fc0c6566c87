"""What a run of the lab consists of, in plain, checked values: data, networks, panels, and what changes on the way.

A run is a value: the same `Run` is the same film wherever it is computed. A change of a rate or a loss while it trains
is part of the description (`Change`), so "go on from step N with another loss" is the same run with one more change at
step N (`branch`), and its frames up to N are those of the run it left.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

from playground.data.plane import Plane, plane
from playground.errors import InvalidInput
from playground.inference import checks

LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
DATASETS = ("ring8", "grid25", "moons", "spiral")
STEPS_HIGH = 20_000
EVERY_HIGH = 5_000
CRITIC_HIGH = 10
MOST_CHANGES = 64
MOST_PANELS = 4
RATE = (1e-5, 1e-1)
PENALTY = (0.0, 100.0)
TARGET = (-2.0, 2.0)  # LSGAN's a, b, c
ACTIVATIONS = {"relu": 0.0, "lrelu": 0.2, "tanh": None}


@dataclass(frozen=True)
class Panel:
    """One GAN of a run: its loss and what it has of its own; None is as the run says.

    lr_g, lr_d: Adam's rates. k_d, k_g: D steps and G steps per iteration, 0-10 each. penalty: weight of WGAN-GP's
    gradient penalty. a, b, c: LSGAN's targets (fake and real for D, fake for G).
    """

    loss: str
    lr_g: float | None = None
    lr_d: float | None = None
    k_d: int | None = None
    k_g: int | None = None
    penalty: float | None = None
    a: float | None = None
    b: float | None = None
    c: float | None = None


LIVE = (*(item.name for item in fields(Panel)), "ema")  # what can change while a run trains


@dataclass(frozen=True)
class Change:
    """From iteration `step` on (after the frame at `step`), a knob of LIVE has this value: in one panel (its place from
    0) or, with None, in all of them. `ema` is everybody's."""

    step: int
    knob: str
    value: str | float | bool
    panel: int | None = None


@dataclass(frozen=True)
class Run:
    """Everything that a run consists of, in plain values.

    dataset: one of DATASETS or a `Plane`. preset: the id it started from. losses: of its panels, in their order. seed:
    of weights, noise and data; a preset's own is the one that is recorded. steps: iterations of the whole run. init,
    norm, slope, z_dim: the networks (see `models.gan_2d`; norm: data divided by its standard deviation; slope None:
    tanh). lr_g, lr_d, k: Adam's rates and D steps per iteration; lr_gp, k_gp: the same for WGAN-GP, which has one rate
    for both. decay: rates fall linearly to 2 %. ema: samples come from the averaged generator. every: iterations
    between frames. layers, width: hidden layers of both networks. batch: points per step. k_g: G steps per iteration.
    penalty, a, b, c: see `Panel`. panels: where they have something of their own; empty: one per loss. changes: what
    changes on the way, in order.
    """

    dataset: str | Plane = "ring8"
    preset: str = "A"
    losses: tuple[str, ...] = LOSSES
    seed: int = 0
    steps: int = 1000
    init: str = "torch"
    norm: bool = False
    slope: float | None = 0.0
    z_dim: int = 2
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    k: int = 1
    lr_gp: float = 1e-3
    k_gp: int = 5
    decay: bool = False
    ema: bool = False
    every: int = 5
    layers: int = 2
    width: int = 64
    batch: int = 128
    k_g: int = 1
    penalty: float = 0.1
    a: float = 0.0
    b: float = 1.0
    c: float = 1.0
    panels: tuple[Panel, ...] = ()
    changes: tuple[Change, ...] = ()


PRESETS: dict[str, Run] = {
    "A": Run(preset="A", z_dim=16, k=5, steps=1000),
    # Not seed 0, so that what a preset chooses can be told from what a visitor left alone.
    "B": Run(preset="B", seed=5, init="he", norm=True, slope=0.2, lr_d=2e-4, k_gp=3, steps=2000),
    "C": Run(preset="C", steps=4000, every=10),
    "E": Run(
        "grid25", "E", init="he", norm=True, lr_g=3e-3, lr_d=3e-3, lr_gp=2e-3, k_gp=3, decay=True, steps=8000, every=20
    ),
}
PRESETS["M"] = replace(PRESETS["E"], dataset="moons", preset="M", steps=2000, every=5)
PRESETS["S"] = replace(PRESETS["C"], dataset="spiral", preset="S")
HOME = {"ring8": "A", "grid25": "E", "moons": "M", "spiral": "S"}  # the preset that opens each data set
RESTART = ("layers", "width", "activation", "z_dim", "batch", "init", "norm", "decay")
CHANGEABLE = (
    *("steps", "lr_g", "lr_d", "k", "lr_gp", "k_gp", "ema", "every", "k_g", "penalty", "a", "b", "c"),
    *RESTART,  # these make other networks or other noise: the run is another from its first step
)


def make_run(
    preset: object = "A",
    dataset: object = None,
    seed: object = 0,
    losses: object = None,
    *,
    panels: object = None,
    changes: object = None,
    **knobs: object,
) -> Run:
    """A checked run: a preset on its own data set or another one, with some of CHANGEABLE changed (None keeps).

    dataset: an id, a `Plane`, or `{"name", ...}` as `plane` takes it. losses: some of LOSSES. panels: instead of
    losses, one to four `Panel`s or mappings like them. changes: `Change`s or mappings like them. Raises InvalidInput
    for whatever does not fit.
    """
    base = PRESETS[checks.choice("preset", preset, PRESETS)]
    dataset = base.dataset if dataset is None else _dataset(dataset)
    own = () if panels is None else _panels(panels)
    chosen = tuple(panel.loss for panel in own) or (LOSSES if losses is None else _losses(losses))
    for name in knobs:
        checks.choice("knob", name, CHANGEABLE)
    given = {name: _knob(name, value) for name, value in knobs.items() if value is not None}
    if "activation" in given:
        given["slope"] = ACTIVATIONS[given.pop("activation")]
    run = replace(base, dataset=dataset, losses=chosen, seed=checks.seed(seed), panels=own, **given)
    return replace(run, changes=_changes(changes or (), run))


def branch(run: Run, step: object, knob: object, value: object, panel: object = None) -> Run:
    """The same run with one more change at `step`; later changes of the same knob and panel are left out.

    Its film is the same up to and including the frame at `step`. Raises InvalidInput.
    """
    (change,) = _changes([{"step": step, "knob": knob, "value": value, "panel": panel}], run)
    kept = [c for c in run.changes if not (c.step >= change.step and (c.knob, c.panel) == (change.knob, change.panel))]
    return replace(run, changes=_changes([*kept, change], run))


def trunk(run: Run, step: int) -> Run:
    """The run as far as `step` is concerned: without the changes that come at `step` or later."""
    return replace(run, changes=tuple(change for change in run.changes if change.step < step))


def settings(run: Run, step: int) -> tuple[tuple[Panel, ...], bool]:
    """(panels, ema) as iteration `step` (0 is the first) is taken with: nothing left at None. -1: before any change."""
    panels = [_filled(panel, run) for panel in run.panels or map(Panel, run.losses)]
    ema = run.ema
    for change in run.changes:
        if change.step > step:
            continue
        if change.knob == "ema":
            ema = bool(change.value)
            continue
        for at in range(len(panels)) if change.panel is None else [change.panel]:
            panels[at] = replace(panels[at], **{change.knob: change.value})
    return tuple(panels), ema


def _filled(panel: Panel, run: Run) -> Panel:
    own = panel.loss == "wgan_gp"
    usual = {
        "lr_g": run.lr_gp if own else run.lr_g,
        "lr_d": run.lr_gp if own else run.lr_d,
        "k_d": run.k_gp if own else run.k,
        **{name: getattr(run, name) for name in ("k_g", "penalty", "a", "b", "c")},
    }
    return replace(panel, **{name: value for name, value in usual.items() if getattr(panel, name) is None})


# -- as JSON, and back ---------------------------------------------------------------------------------------------


def describe(run: Run) -> dict:
    """A run as JSON-able values; `load` makes it again."""
    dataset = run.dataset.plain() if isinstance(run.dataset, Plane) else run.dataset
    panels = [{name: value for name, value in asdict(panel).items() if value is not None} for panel in run.panels]
    changes = [asdict(change) for change in run.changes]
    return {**asdict(replace(run, dataset="", panels=(), changes=())), "losses": list(run.losses)} | {
        "dataset": dataset,
        "panels": panels,
        "changes": changes,
    }


def load(described: object) -> Run:
    """The run that `describe` described. Raises InvalidInput for whatever does not fit."""
    if not isinstance(described, dict):
        raise InvalidInput("choice", "run", described, choices=["{preset, dataset, seed, ...}"])
    values = {str(name): value for name, value in described.items()}
    if "slope" in values:
        slope = values.pop("slope")
        names = [name for name, s in ACTIVATIONS.items() if type(s) is type(slope) and s == slope]
        if not names:
            raise InvalidInput("choice", "slope", slope, choices=[str(s) for s in ACTIVATIONS.values()])
        values["activation"] = names[0]
    if values.get("panels") == []:
        values["panels"] = None
    if values.get("panels") is not None:
        values.pop("losses", None)
    return make_run(**values)


# -- checks --- ----------------------------------------------------------------------------------------------------


def _dataset(value: object) -> str | Plane:
    if isinstance(value, Plane):
        return value
    if isinstance(value, dict):
        told = {str(name): given for name, given in value.items()}
        return plane(told.pop("name", None), **told)
    return checks.choice("dataset", value, DATASETS)


def _losses(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise InvalidInput("choice", "losses", value, choices=list(LOSSES))
    chosen = {checks.choice("losses", name, LOSSES) for name in value}
    return tuple(name for name in LOSSES if name in chosen)


def _panels(value: object) -> tuple[Panel, ...]:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_PANELS:
        got = len(value) if isinstance(value, (list, tuple)) else value
        raise InvalidInput("integer_range", "panels", got, low=1, high=MOST_PANELS)
    return tuple(map(_panel, value))


def _panel(value: object) -> Panel:
    told = asdict(value) if isinstance(value, Panel) else value
    if not isinstance(told, dict):
        raise InvalidInput("choice", "panel", value, choices=["{loss, lr_g, ...}"])
    for name in told:
        checks.choice("knob", name, LIVE[:-1])
    given = {name: _knob(name, of) for name, of in told.items() if of is not None or name == "loss"}
    return Panel(**{"loss": _knob("loss", told.get("loss")), **given})


def _changes(value: object, run: Run) -> tuple[Change, ...]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInput("choice", "changes", value, choices=["[{step, knob, value, panel}, ...]"])
    if len(value) > MOST_CHANGES:
        raise InvalidInput("too_long", "changes", len(value), high=MOST_CHANGES)
    return tuple(sorted((_change(item, run) for item in value), key=lambda change: change.step))


def _change(value: object, run: Run) -> Change:
    told = asdict(value) if isinstance(value, Change) else value
    if not isinstance(told, dict) or not {"step", "knob", "value"} <= set(told):
        raise InvalidInput("choice", "changes", value, choices=["{step, knob, value, panel}"])
    knob = checks.choice("knob", told["knob"], LIVE)
    panel = told.get("panel")
    if panel is not None:
        panel = checks.integer("panel", panel, 0, len(run.losses) - 1)
        if knob == "ema":
            raise InvalidInput("choice", "panel", panel, choices=["None"])
    return Change(checks.integer("step", told["step"], 0, STEPS_HIGH), knob, _knob(knob, told["value"]), panel)


_INTEGERS = {
    "steps": (1, STEPS_HIGH),
    "every": (1, EVERY_HIGH),
    **dict.fromkeys(("k", "k_gp", "k_d", "k_g"), (0, CRITIC_HIGH)),
    "layers": (1, 4),
    "width": (8, 128),
    "z_dim": (1, 32),
    "batch": (16, 512),
}
_NUMBERS = {
    **dict.fromkeys(("lr_g", "lr_d", "lr_gp"), RATE),
    "penalty": PENALTY,
    **dict.fromkeys("abc", TARGET),
}
_CHOICES = {"loss": LOSSES, "activation": tuple(ACTIVATIONS), "init": ("torch", "he")}


def _knob(name: str, value: object) -> int | float | bool | str:
    if name in _CHOICES:
        return checks.choice(name, value, _CHOICES[name])
    if name in _NUMBERS:
        return checks.number(f"lsgan_{name}" if name in "abc" else name, value, *_NUMBERS[name])
    if name in _INTEGERS:
        return checks.integer(name, value, *_INTEGERS[name])
    if not isinstance(value, bool):
        raise InvalidInput("choice", name, value, choices=["true", "false"])
    return value
