"""The reparameterization stage: why sampling stops a gradient, why eps lets it through, and how noisy each way is."""

from __future__ import annotations

from playground.inference import reparam as room
from playground.ui.components.base import pack
from playground.ui.components.reparam_view import ReparamKnobs, ReparamView
from playground.ui.links import Field
from playground.ui.page import Page, Stage

FIELDS = {  # all of it lives in the browser
    "objective": Field("choice", "quadratic", choices=room.OBJECTIVES),
    "mu": Field("float", -1.0, -room.FARTHEST, room.FARTHEST),
    "sigma": Field("float", 0.5, room.NARROWEST, room.WIDEST),
    "draws": Field("int", 1, 1, room.MOST_DRAWS),
    "rate": Field("float", 1.0, 0.1, 10.0),
    "baseline": Field("bool", False),
    "seed": Field("int", 0, 0, room.checks.LARGEST_SEED),
    "eps": Field("float", 0.8, -3.0, 3.0),
}
EQUATION = (
    r"$$z=\mu+\sigma\,\varepsilon,\quad\varepsilon\sim\mathcal N(0,1)$$"
    "\n\n"
    r"$$\nabla_{\mu,\sigma}\,\mathbb{E}[f(z)]=\mathbb{E}\bigl[f'(z)\,\nabla_{\mu,\sigma}z\bigr]"
    r"=\mathbb{E}\bigl[f'(z)\,(1,\varepsilon)\bigr]$$"
    "\n\n"
    r"$$\nabla_{\mu,\sigma}\,\mathbb{E}[f(z)]=\mathbb{E}\bigl[(f(z)-b)\,\nabla_{\mu,\sigma}\log q(z)\bigr]"
    r"=\mathbb{E}\Bigl[\tfrac{f(z)-b}{\sigma}\,(\varepsilon,\ \varepsilon^2-1)\Bigr]$$"
)


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("reparam")
    with view:
        ReparamView(room.STEPS, server_functions=[page.server(fn) for fn in (curve, gradients, descent)])
    with controls:
        ReparamKnobs(room.OBJECTIVES)
    with notes:
        page.notes("reparam", EQUATION)
    page.state("reparam", {}, FIELDS)


def curve(objective: str) -> dict:
    """The table of an objective."""
    return {name: pack(v) for name, v in vars(room.curve(objective)).items()}


def gradients(objective: str, mu: float, sigma: float, draws: int, seed: int, baseline: bool) -> dict:
    """Both estimators, repeated: means, spreads, histograms."""
    found = vars(room.gradients(objective, mu, sigma, draws, seed, baseline))
    return {name: v if isinstance(v, float) else v.tolist() for name, v in found.items()}


def descent(objective: str, mu: float, sigma: float, draws: int, seed: int, baseline: bool, rate: float) -> dict:
    """mu on its way down with each estimator."""
    found = room.descent(objective, mu, sigma, draws, seed, baseline, rate)
    return {"path": pack(found.path), "rate": found.rate}


def register_api(page: Page) -> None:
    """The named endpoint `/gradients`."""
    page.api(estimate, "gradients")


def estimate(
    objective: str = "quadratic",
    mu: float = -1.0,
    sigma: float = 0.5,
    draws: int = 1,
    seed: int = 0,
    baseline: bool = False,
) -> dict:
    """Gradients of E[f(z)], z ~ N(mu, sigma^2), by mu and by sigma, estimated with and without the trick.

    objective: quadratic, wave, step or digit. mu in [-3, 3], sigma in [0.1, 2], draws (1..1000) averaged in each of
    2,000 estimates; baseline: take E[f] off f. Gives for "mu" and "sigma" the exact gradient, the ratio of variances
    (score over pathwise), and for "pathwise" and "score" the mean, its standard error and the standard deviation.
    """
    found = room.gradients(objective, mu, sigma, draws, seed, bool(baseline))
    answer = {}
    for i, name in enumerate(room.PARAMETERS):
        columns = {
            kind: {key: float(getattr(found, key)[i, k]) for key in ("mean", "stderr", "std")}
            for k, kind in enumerate(room.ESTIMATORS)
        }
        answer[name] = {"exact": float(found.exact[i]), "ratio": float(found.ratio[i]), **columns}
    return answer


STAGE = Stage("reparam", build, register_api)
