"""FVSBN: the fully visible sigmoid belief network, a logistic regression of each pixel on all pixels before it [1, 2].

    logit_i = b_i + sum_{j<i} W_ij x_j        W strictly lower triangular: D (D - 1) / 2 weights and D biases

Claim: no hidden unit is needed for a proper p(x). It is AR(k) with the longest window, k = D - 1, so it ends the line
independent, Markov, AR(k), FVSBN; what comes after it needs hidden units, not a longer past.

Deviations: none in the model. All D regressions are one masked linear layer, so a batch costs one matrix product;
trained with Adam, not with per-pixel fits.

[1] Neal. Connectionist Learning of Belief Networks. Artificial Intelligence 56, 1992.
[2] Frey, Hinton, Dayan. Does the Wake-Sleep Algorithm Produce Good Density Estimators? NIPS 8, 1996.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.masked import MaskedLinear


class FVSBN(Autoregressive):
    """One strictly lower-triangular linear layer over pixels in raster order."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        D = self.order.numel()
        self.linear = MaskedLinear(torch.ones(D, D).tril(-1))
        nn.init.zeros_(self.linear.weight)
        nn.init.constant_(self.linear.bias, -2.0)  # about the share of white pixels, so training starts near it

    def logits(self, x: Tensor) -> Tensor:
        return self.linear(x.flatten(1)).view_as(x)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """Each value is added to all later logits at once: O(D) per pixel instead of O(D^2)."""
        linear = self.linear
        columns = (linear.weight * linear.mask).T.contiguous()  # (D, D), row i: what x_i adds to each logit
        logits = linear.bias.expand(n, -1).clone()  # (n, D)
        for i, column in enumerate(columns):
            x_i = yield logits[:, i]
            logits[:, i + 1 :].addr_(x_i, column[i + 1 :])
