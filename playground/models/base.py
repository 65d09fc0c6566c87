"""The contract of a model: the only file a newcomer must learn.

A model is a `torch.nn.Module` whose constructor takes one frozen dataclass `Config` and nothing else. Weights and
config are saved together (`model.safetensors`, `config.json`) by huggingface_hub's `PyTorchModelHubMixin`.

- `phases()` says how it is trained: one `Phase` for a VAE, two for a GAN, three for an AAE. `training.loop` runs them.
- A model fitted by counting overrides `fit(batches)` and returns no phases.
- What a model can do is told by small protocols (`LatentModel`, `ImageGenerator`); a page switches
  its panels on by the capabilities that the catalogue lists for the model. `Sequential` is the shared half of all
  models that give p(x_i | x_<i), `Autoregressive` that of those over binary pixels.

Axis letters used everywhere: B batch, C channel, H row, W column, D = C * H * W values in their order, n samples.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from safetensors.torch import load_model
from torch import Tensor, nn

AT_ONCE = 50  # images scored together where no gradient is needed: a layer's features then stay in the cache

Batch = tuple[Tensor, ...]
"""What a data loader yields: `(x, label)`, x (B, C, H, W)."""


@dataclass(frozen=True)
class Phase:
    """One optimizer's share of a training step.

    name: shown in the log. parameters: what this phase updates. loss(batch, generator) -> dict of scalars; the entry
    "loss" is minimized, the others are logged (nats where they are likelihoods). repeats: updates of this phase per
    step (a WGAN critic has 5). lr_scale: factor on the recipe's learning rate. betas: Adam's, if not the recipe's.
    fresh_batch: whether each repeat draws a batch of its
    own (a critic), or all phases of a step see the same one (an autoencoder and its adversary).
    """

    name: str
    parameters: list[nn.Parameter]
    loss: Callable[[Batch, torch.Generator | None], dict[str, Tensor]]
    repeats: int = 1
    lr_scale: float = 1.0
    betas: tuple[float, float] | None = None
    fresh_batch: bool = False


class Posterior(NamedTuple):
    """q(z|x) of an encoder: mu (B, d), logvar (B, d) = ln sigma^2, or None for a deterministic encoder."""

    mu: Tensor
    logvar: Tensor | None


class Model(nn.Module, PyTorchModelHubMixin):
    """Base of every model. Subclasses set `Config` (a frozen dataclass) and take one instance of it."""

    Config: ClassVar[type]

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        # What a training step hands to the next beside the weights, such as the state of a recurrent network over a
        # text's streams: kept in checkpoints, not shipped.
        self.carried: dict[str, Tensor] = {}

    @classmethod
    def _from_pretrained(
        cls, *, model_id: str, config: dict[str, Any], map_location: str = "cpu", strict: bool = False, **options: Any
    ) -> Model:
        # config.json arrives as a dict, with lists where the dataclass has tuples.
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in config.items()}
        given, file = cls.Config(**values), Path(model_id) / "model.safetensors"
        if not file.is_file():  # a name on the hub
            options |= {"map_location": map_location, "strict": strict}
            return super()._from_pretrained(model_id=model_id, config=given, **options)
        model = cls(given)  # what the hub's class does too, but it prints a line each time
        load_model(model, str(file), strict=strict, device=map_location)
        return model.eval()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(t.device for t in (*self.parameters(), *self.buffers()))

    def phases(self) -> list[Phase]:
        """How to train this model; empty for a model that is fitted by counting."""
        return []

    def fit(self, batches: Iterable[Batch]) -> None:
        """Fit in closed form from one pass over the data. Only for models without phases."""
        raise TypeError(f"{type(self).__name__} is trained through phases(), not fit()")


class Sequential(Model):
    """p(x) = prod_i p(x_i | x_<i) over values of any kind: what all models share that draw one value after the other.

    A subclass gives `outputs(x)`, what describes p(x_i | x_<i) for all i at once, `_choose`, which draws one value from
    one such description, `log_prob`, and `incremental(n)` where a value can be computed without the whole image again.
    Its config has height and width; `order` is raster order and there is one channel, unless the subclass says
    otherwise.
    """

    order: Tensor  # (D,) flat index of the value at each position of the order

    def __init__(self, config: Any, channels: int = 1) -> None:
        super().__init__(config)
        self.shape = (channels, self.config.height, self.config.width)
        size = channels * self.config.height * self.config.width
        self.register_buffer("order", torch.arange(size), persistent=False)

    def outputs(self, x: Tensor) -> Tensor:
        """Parameters of p(x_i | x_<i) for every value at once: x (B, C, H, W) -> (B, C, H, W, ...)."""
        raise TypeError(f"{type(self).__name__} does not define outputs")

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """Coroutine for sampling: yields the outputs (n, ...) of the next value in order, is sent its values (n,)."""
        x = torch.zeros(n, *self.shape, device=self.device, dtype=self._dtype)
        for index in self.order.tolist():
            value = yield self.outputs(x).flatten(1, 3)[:, index]
            x.flatten(1)[:, index] = value

    @property
    def _dtype(self) -> torch.dtype:
        return next(t.dtype for t in (*self.parameters(), *self.buffers()) if t.is_floating_point())

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats: x (B, C, H, W) -> (B,)."""
        raise TypeError(f"{type(self).__name__} does not define log_prob")

    def _choose(self, output: Tensor, u: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """Draw from p(x_i | x_<i): output (n, ...), uniforms u (n,) -> the values (n,), and what is kept of p."""
        raise TypeError(f"{type(self).__name__} does not define _choose")

    def phases(self) -> list[Phase]:
        return [Phase("likelihood", list(self.parameters()), self._loss)]

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        return {"loss": -self.log_prob(batch[0]).mean()}

    def trace(
        self,
        n: int,
        *,
        generator: torch.Generator | None = None,
        uniforms: Tensor | None = None,
        prefix: Tensor | None = None,
        temperature: float = 1.0,
        cached: bool = True,
    ) -> tuple[Tensor, Tensor]:
        """Sample pixel by pixel and keep the probabilities.

        uniforms: (n, D) in [0, 1), drawn from `generator` if not given; a binary pixel is 1 where u_i < p_i. prefix:
        known values, either images (n or 1, C, H, W) with NaN where the model is to choose, or the first k values in
        order, (k,) or (n, k). temperature: divides the logits; 0 takes the likeliest value. cached: use
        `incremental`; False runs the whole network for every value.
        Returns x (n, C, H, W) and p (n, D, ...), in order and at that temperature: p(x_i = 1 | x_<i), (n, D), of a
        binary model.
        """
        size = self.order.numel()
        if uniforms is None:
            uniforms = torch.rand(n, size, generator=generator, device=generator.device if generator else None)
        if uniforms.shape != (n, size):
            raise ValueError(f"expected uniforms of shape {(n, size)}, got {tuple(uniforms.shape)}")
        if not temperature >= 0:
            raise ValueError(f"expected a temperature >= 0, got {temperature}")
        with torch.inference_mode():
            known = None if prefix is None else self._known(prefix, n).T.contiguous().unbind()
            x, p = self._draw(uniforms.to(self.device).T.contiguous(), known, temperature, cached)
            pixels = torch.empty_like(x)
            pixels[:, self.order] = x
        # clones made out here are ordinary tensors: autograd accepts them
        return pixels.view(n, *self.shape).clone(), p.clone()

    def _draw(
        self, uniforms: Tensor, known: tuple[Tensor, ...] | None, temperature: float, cached: bool
    ) -> tuple[Tensor, Tensor]:
        """The loop of `trace`: uniforms (D, n), known values D x (n,) -> x (n, D) and p (n, D, ...), all in order."""
        steps = self.incremental(uniforms.shape[1]) if cached else Sequential.incremental(self, uniforms.shape[1])
        x: list[Tensor] = []
        p: list[Tensor] = []
        for i, u_i in enumerate(uniforms.unbind()):
            output = next(steps) if i == 0 else steps.send(x[-1])
            x_i, p_i = self._choose(output, u_i, temperature)
            x.append(x_i if known is None else torch.where(known[i].isnan(), x_i, known[i]))
            p.append(p_i)
        return torch.stack(x, 1), torch.stack(p, 1)

    def sample(self, n: int, **options: Any) -> Tensor:
        """Draw n images, (n, C, H, W). Options: those of `trace`."""
        return self.trace(n, **options)[0]

    def _known(self, prefix: Tensor | None, n: int) -> Tensor:
        """The prefix as (n, D) values in pixel order, NaN where the model is to choose."""
        size = self.order.numel()
        known = torch.full((n, size), torch.nan, device=self.device)
        if prefix is None:
            return known
        prefix = torch.as_tensor(prefix, dtype=torch.float32, device=self.device)
        if prefix.dim() >= 3 and prefix.shape[-2:] == self.shape[-2:]:
            return prefix.reshape(-1, size)[:, self.order].expand(n, size)
        if prefix.dim() > 2 or prefix.shape[-1] > size:
            raise ValueError(
                f"expected a prefix of shape (n, {self.shape}) or (k <= {size},), got {tuple(prefix.shape)}"
            )
        known[:, : prefix.shape[-1]] = prefix
        return known


class Autoregressive(Sequential):
    """p(x) = prod_i p(x_i | x_<i) over binary pixels: an explicit model that also samples.

    A subclass gives `logits(x)`, and `incremental(n)` where a pixel can be computed without the whole image again.
    """

    def logits(self, x: Tensor) -> Tensor:
        """Logit of p(x_i = 1 | x_<i) for every pixel at once: x (B, 1, H, W) in {0, 1} -> (B, 1, H, W)."""
        raise TypeError(f"{type(self).__name__} does not define logits")

    def outputs(self, x: Tensor) -> Tensor:
        return self.logits(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats: x (B, 1, H, W) in {0, 1} -> (B,)."""
        if len(x) > AT_ONCE and not torch.is_grad_enabled():
            return torch.cat([self.log_prob(part) for part in x.split(AT_ONCE)])
        return -F.binary_cross_entropy_with_logits(self.logits(x).float(), x, reduction="none").flatten(1).sum(1)

    def conditionals(self, x: Tensor) -> Tensor:
        """p(x_i = 1 | x_<i) in pixel order: x (B, 1, H, W) -> (B, D)."""
        return self.logits(x).float().flatten(1)[:, self.order].sigmoid()

    def _choose(self, output: Tensor, u: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """A pixel is 1 where u < p, p = p(x_i = 1 | x_<i)."""
        if temperature == 0:
            p = (output > 0).float()
        else:
            p = torch.sigmoid(output.float() if temperature == 1 else output.float() / temperature)
        return (u < p).float(), p


@runtime_checkable
class LatentModel(Protocol):
    """Encodes images to codes and back: the capability "encode" and "decode"."""

    latent_dim: int

    def encode(self, x: Tensor) -> Posterior:
        """x (B, 1, 28, 28) in [0, 1] -> q(z|x)."""

    def decode(self, z: Tensor) -> Tensor:
        """z (n, d) -> (n, 1, 28, 28) in [0, 1]."""


@runtime_checkable
class ImageGenerator(Protocol):
    """Turns noise and codes into images: the capability "generate"."""

    z_dim: int

    def generate(self, z: Tensor, **codes: Any) -> Tensor:
        """z (n, z_dim) -> (n, C, H, W) in [0, 1]."""
