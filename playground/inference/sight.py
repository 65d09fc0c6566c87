"""The sight stage: which earlier pixels a model's logit depends on, measured by gradient and known by rule.

*Measured*: the gradient of the real network in float64, where a cut connection is exactly zero; the union over several
inputs, since a relu that is off or a saturated gate hides what it would pass on for others, and over the same network
with random weights, since a weight that training left at zero hides a connection that the architecture has.
*By rule*: `inference.reach` carries sets through the masks and recurrences of the paper, without any network.
The two films, of a Row LSTM and a Diagonal BiLSTM on a small grid, are made of the same sets.

A place is flat, row * 28 + column. Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from playground import weights
from playground.errors import WeightsError
from playground.inference import checks, drawing, pixels, reach
from playground.inference.device import one_thread
from playground.inference.pixels import SIDE, SIZE, models

if TYPE_CHECKING:
    import torch

    from playground.models.base import Autoregressive

EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples" / "digits.json"
NOISE = (0.5, 0.2)  # share of white pixels in the random inputs
DIGITS = 2  # drawn digits among the inputs of a round
ROUNDS = 4  # at most; a second one only where the first saw less than the rule allows
SPACES = ("features", "pixels")
SHIFTS = ("down", "none", "zeroed")
FIRST = 3  # kernel of the mask A convolution under a film's layer, where it is shown in pixels
HEIGHTS, WIDTHS = (3, 10), (3, 12)  # of the films' grids


@dataclass(frozen=True)
class Sight:
    """What one logit of a model depends on.

    index: its place. seen (28, 28) bool: measured. rule (28, 28) bool: by `reach`, None for a model without a rule.
    allowed (28, 28) bool: the pixels before it in the model's order. inputs: images and networks in the union.
    trained: whether the model's own weights were among them, or only random ones.
    """

    model: str
    index: int
    seen: np.ndarray
    rule: np.ndarray | None
    allowed: np.ndarray
    inputs: int
    trained: bool

    @property
    def missed(self) -> np.ndarray:
        """Earlier pixels it does not see, the blind spot: (28, 28) bool."""
        return self.allowed & ~self.seen

    @property
    def leaked(self) -> np.ndarray:
        """Pixels at or after it that it sees: (28, 28) bool, empty for every proper model."""
        return self.seen & ~self.allowed


@dataclass(frozen=True)
class RowFilm:
    """A Row LSTM on a small grid; every array (D, D) bool, row p: of cell p = row * width + column.

    own: inputs that reach its state through input-to-state, in its own row. cone: states its state is made of, itself
    included. sees: inputs its state depends on. allowed: inputs it may depend on; in features a cell may use its own.
    """

    height: int
    width: int
    space: str
    own: np.ndarray
    cone: np.ndarray
    sees: np.ndarray
    allowed: np.ndarray


@dataclass(frozen=True)
class DiagonalFilm:
    """A Diagonal BiLSTM on a small grid; every array (D, D) bool, row p: of cell p = row * width + column.

    forward_own, backward_own: inputs that a state of either direction takes in itself. forward_cone, backward_cone:
    states it is made of, itself included. forward, backward: inputs it depends on, the backward one before its map is
    shifted. shifted: after. both: of the sum. allowed: as in `RowFilm`. steps: columns of the skewed map.
    """

    height: int
    width: int
    space: str
    shift: str
    steps: int
    forward_own: np.ndarray
    backward_own: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    shifted: np.ndarray
    both: np.ndarray
    forward_cone: np.ndarray
    backward_cone: np.ndarray
    allowed: np.ndarray


def sees(model: str, index: int) -> Sight:
    """The exact set of pixels that the logit at place `index` (row * 28 + column) of a model depends on.

    Raises InvalidInput for an unknown model or place. A model whose weights are missing is measured with random ones.
    """
    model, index = checks.choice("model", model, models()), checks.integer("index", index, 0, SIZE - 1)
    bits, inputs, trained = _measured(model, index, str(weights.directory(model)))
    seen = np.unpackbits(np.frombuffer(bits, np.uint8)).astype(bool).reshape(SIDE, SIDE)
    known = rule(model)
    allowed = past(model)[index].reshape(SIDE, SIDE)
    return Sight(
        model, index, seen, None if known is None else known[index].reshape(SIDE, SIDE), allowed, inputs, trained
    )


def rule(model: str) -> np.ndarray | None:
    """What every logit of a model may depend on by its masks and recurrences, (784, 784) bool; None without a rule."""
    model = checks.choice("model", model, models())
    return _rule(model, str(weights.directory(model))) if model in RULES else None


def past(model: str) -> np.ndarray:
    """The pixels before each place in the model's order, (784, 784) bool."""
    return _past(checks.choice("model", model, models()))


def strength(model: str, image: object, index: int) -> np.ndarray:
    """|d logit / d x| of the logit at place `index` for an image (28, 28) in {0, 1}: (28, 28) float32."""
    model, index = checks.choice("model", model, models()), checks.integer("index", index, 0, SIZE - 1)
    return pixels.receptive_field(model, image, int(past(model)[index].sum()))


@lru_cache(maxsize=10)
def digit(k: int) -> np.ndarray:
    """The page's example drawing of digit k as MNIST would have it, binarized: (28, 28) uint8."""
    k = checks.integer("digit", k, 0, 9)
    strokes = json.loads(EXAMPLES.read_text("utf-8"))[str(k)]
    image = drawing.binarize(drawing.read({"strokes": strokes}).image, 0)
    image.flags.writeable = False
    return image


def row_film(height: int = 7, width: int = 9, space: str = "features") -> RowFilm:
    """A Row LSTM layer on a height x width grid. space: its inputs are cells of its own input, or the pixels below a
    3x3 mask A convolution. Raises InvalidInput."""
    height, width, space = _grid(height, width, space)
    below = _below(height, width, space)
    return RowFilm(
        height,
        width,
        space,
        own=_flat(reach.convolution(below, reach.along_row("B", 3))),
        cone=_flat(reach.row_lstm(reach.inputs(height, width), [(0, 0)])),
        sees=_flat(reach.row_lstm(below)),
        allowed=_allowed(height, width, space),
    )


def diagonal_film(height: int = 6, width: int = 6, space: str = "features", shift: str = "down") -> DiagonalFilm:
    """A Diagonal BiLSTM layer on a height x width grid. space: as for `row_film`. shift: what becomes of the backward
    map before both are added: "down" one row, "none", or "zeroed" (last row emptied). Raises InvalidInput."""
    height, width, space = _grid(height, width, space)
    shift = checks.choice("shift", shift, SHIFTS)
    below, states = _below(height, width, space), reach.inputs(height, width)
    right = below | states  # the LSTM from the right also reads the pixel itself: one row lower that is past
    backward = reach.backward_diagonal_lstm(right)
    return DiagonalFilm(
        height,
        width,
        space,
        shift,
        steps=width + height - 1,
        forward_own=_flat(below),
        backward_own=_flat(right),
        forward=_flat(reach.diagonal_lstm(below)),
        backward=_flat(backward),
        shifted=_flat(reach.shifted(backward, shift)),
        both=_flat(reach.diagonal_bilstm(below, shift, right)),
        forward_cone=_flat(reach.diagonal_lstm(states)),
        backward_cone=_flat(reach.backward_diagonal_lstm(states)),
        allowed=_allowed(height, width, space),
    )


def warm_up() -> None:
    """The pictures that the stage opens on."""
    for model in ("row_lstm", "pixel_cnn", "gated_pixel_cnn"):
        if model in models():
            sees(model, SIZE // 2 + SIDE // 2)


# ---- by rule --------------------------------------------------------------------------------------------------------


def _pixel_cnn(config: SimpleNamespace, order: np.ndarray) -> np.ndarray:
    sets = reach.convolution(reach.inputs(config.height, config.width), reach.masked("A", 7))
    for _ in range(config.blocks):
        sets = sets | reach.convolution(sets, reach.masked("B", 3))  # a residual block
    return sets


def _gated_pixel_cnn(config: SimpleNamespace, order: np.ndarray) -> np.ndarray:
    return reach.gated_stacks(reach.inputs(config.height, config.width), [7] + [3] * (config.layers - 1))


def _row_lstm(config: SimpleNamespace, order: np.ndarray) -> np.ndarray:
    sets = reach.convolution(reach.inputs(config.height, config.width), reach.masked("A", 7))
    for _ in range(config.layers):
        sets = sets | reach.row_lstm(sets)
    return sets


def _diagonal_bilstm(config: SimpleNamespace, order: np.ndarray) -> np.ndarray:
    cells = reach.inputs(config.height, config.width)
    sets = reach.convolution(cells, reach.masked("A", 7))
    for _ in range(config.layers):
        sets = sets | reach.diagonal_bilstm(sets, right=sets | cells)
    return sets


def _window(k: Callable[[SimpleNamespace], int | None]) -> Callable[[SimpleNamespace, np.ndarray], np.ndarray]:
    return lambda config, order: reach.window(config.height, config.width, order, k(config))


RULES: dict[str, Callable[[SimpleNamespace, np.ndarray], np.ndarray]] = {
    "bernoulli": lambda config, order: reach.nothing(config.height, config.width),
    "markov": _window(lambda config: 1),
    "ar_k": _window(lambda config: config.k),
    "fvsbn": _window(lambda config: None),
    "nade": _window(lambda config: None),
    "made": _window(lambda config: None),
    "pixel_cnn": _pixel_cnn,
    "gated_pixel_cnn": _gated_pixel_cnn,
    "row_lstm": _row_lstm,
    "diagonal_bilstm": _diagonal_bilstm,
}


@lru_cache(maxsize=64)
def _rule(model: str, directory: str) -> np.ndarray:
    sets = _flat(RULES[model](_config(model), _order(model)))
    sets.flags.writeable = False
    return sets


def _config(model: str) -> SimpleNamespace:
    """The configuration of a model's shipped weights, else of its card, over the defaults of its class."""
    values = dict(vars(_created(model).config))
    try:
        values |= json.loads((weights.directory(model) / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        pass
    return SimpleNamespace(**values)


@lru_cache(maxsize=64)
def _past(model: str) -> np.ndarray:
    sets = _flat(reach.window(SIDE, SIDE, _order(model)))
    sets.flags.writeable = False
    return sets


def _order(model: str) -> np.ndarray:
    return _created(model).order.cpu().numpy()


# ---- by gradient ----------------------------------------------------------------------------------------------------


_lock = threading.Lock()
_sets: dict[tuple[str, int, str], tuple[bytes, int, bool]] = {}  # at most 784 small entries per model


def _measured(model: str, index: int, directory: str) -> tuple[bytes, int, bool]:
    """The measured set as packed bits, how many inputs it took, whether trained weights were among the networks."""
    key = (model, index, directory)
    if key not in _sets:
        with _lock:  # a class that asks for the same pixel at once is answered by one computation
            if key not in _sets:
                _sets[key] = _measure(*key)
    return _sets[key]


def _measure(model: str, index: int, directory: str) -> tuple[bytes, int, bool]:
    import torch

    one_thread()
    trained, random = _networks(model, directory)
    seen, inputs = np.zeros(SIZE, bool), 0
    known = rule(model)
    for round in range(ROUNDS):
        generator = torch.Generator().manual_seed(1000 * index + round)
        noise = [torch.rand(1, 1, SIDE, SIDE, generator=generator, dtype=torch.float64) < share for share in NOISE]
        noise = torch.cat(noise).double()
        batches = [(random, noise)]
        if trained is not None:
            own = [digit((index + DIGITS * round + k) % 10) for k in range(DIGITS)]
            batches.append((trained, torch.cat([noise, torch.from_numpy(np.stack(own)).double()[:, None]])))
        for network, x in batches:
            seen |= _nonzero(network, x, index)
            inputs += len(x)
        if known is not None and seen[known[index]].all():
            break
    return np.packbits(seen).tobytes(), inputs, trained is not None


def _nonzero(network: Autoregressive, x: torch.Tensor, index: int) -> np.ndarray:
    """Where the gradient of the logit at `index` is not exactly zero for one of x (n, 1, 28, 28) float64: (784,)."""
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        x = x.clone().requires_grad_()
        logit = network.logits(x).flatten(1)[:, index].sum()
        if not logit.requires_grad:  # independent pixels
            return np.zeros(SIZE, bool)
        (gradient,) = torch.autograd.grad(logit, x, allow_unused=True)
    return np.zeros(SIZE, bool) if gradient is None else (gradient != 0).any(0).flatten().numpy()


@lru_cache(maxsize=16)
def _networks(model: str, directory: str) -> tuple[Autoregressive | None, Autoregressive]:
    """The trained network (None where there are no weights) and one of its architecture with random weights."""
    try:
        trained = copy.deepcopy(weights.load(model)).double().requires_grad_(False)
    except WeightsError:
        trained = None
    random = copy.deepcopy(trained) if trained is not None else _created(model).double()
    return trained, _randomized(random).eval().requires_grad_(False)


def _randomized(network: Autoregressive) -> Autoregressive:
    """Every weight of the network drawn anew; masks and orders stay."""
    import torch

    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in network.parameters():
            spread = weight[0].numel() ** -0.5 if weight.dim() > 1 else 0.1
            weight.copy_(torch.randn(weight.shape, generator=generator, dtype=weight.dtype) * spread)
        for name in network.state_dict():
            if name not in dict(network.named_parameters()):
                buffer = network.get_buffer(name)
                if buffer.is_floating_point() and not ((buffer == 0) | (buffer == 1)).all():  # a table, not a mask
                    buffer.copy_(0.1 + 0.8 * torch.rand(buffer.shape, generator=generator, dtype=buffer.dtype))
    return network


def _created(model: str) -> Autoregressive:
    return weights.create(model)


# ---- films ----------------------------------------------------------------------------------------------------------


def _grid(height: object, width: object, space: object) -> tuple[int, int, str]:
    return (
        checks.integer("height", height, *HEIGHTS),
        checks.integer("width", width, *WIDTHS),
        checks.choice("space", space, SPACES),
    )


def _below(height: int, width: int, space: str) -> np.ndarray:
    """What the layer reads: its own input cells, or the pixels under a mask A convolution."""
    cells = reach.inputs(height, width)
    return cells if space == "features" else reach.convolution(cells, reach.masked("A", FIRST))


def _allowed(height: int, width: int, space: str) -> np.ndarray:
    size = height * width
    return np.tri(size, size, 0 if space == "features" else -1, dtype=bool)


def _flat(sets: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(sets.reshape(-1, sets.shape[-1]))
