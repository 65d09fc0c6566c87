"""The pictures of the generators: DCGAN and the 2-D lab with four losses, InfoGAN, Progressive GAN."""

from __future__ import annotations

from playground.ui.flows.base import Edge, Gradient, Node, Picture

LOG_D = "L_{D} = −E ln D(x) − E ln(1 − D(G(z))),   D = σ(ℓ)"
FORMULAS = {  # of D and of G
    "nonsaturating": (LOG_D, "L_{G} = −E ln D(G(z)),   D = σ(ℓ)"),
    "minimax": (LOG_D, "L_{G} = E ln(1 − D(G(z))),   D = σ(ℓ)"),
    "lsgan": (
        "L_{D} = ½ E (D(x) − 1)^{2} + ½ E D(G(z))^{2},   D = ℓ",
        "L_{G} = ½ E (D(G(z)) − 1)^{2},   D = ℓ",
    ),
    "wgan_gp": (
        "L_{D} = E D(G(z)) − E D(x) + 10 E (‖∇D(x̂)‖ − 1)^{2},   D = ℓ",
        "L_{G} = −E D(G(z)),   D = ℓ",
    ),
}
PAIRS = [("z", "G"), ("G", "Gz"), ("Gz", "D"), ("x", "D"), ("D", "l"), ("l", "L_D"), ("l", "L_G")]
GAME = tuple(Edge(*pair) for pair in PAIRS)


def gan(loss: str, phases: tuple[str, str]) -> Picture:
    """G against D with one of the four losses; phases: the model's names for the turns of D and of G."""
    d, g = FORMULAS[loss]
    if loss == "wgan_gp":
        return _penalized(d, g, phases)
    nodes = (
        *_samples(1.2),
        Node("D", "net", "D", (3, 0.6), (1, 3)),
        Node("l", "number", "ℓ", (4, 0.6), (1, 4.1), "flow.note.no_sigmoid" if loss == "lsgan" else "flow.note.logit"),
        Node("L_D", "loss", "L_{D}", (5, 1.2), (0.4, 5.3)),
        Node("L_G", "loss", "L_{G}", (5, 0), (1.6, 5.3)),
    )
    turns = (
        Gradient("D", ("L_D",), ("D",), d, ("Gz>D",), phase=phases[0]),
        Gradient("G", ("L_G",), ("G",), g, unused=("x>D",), phase=phases[1]),
    )
    return Picture(nodes, GAME, turns, (6, 2.1), (3, 6.1))


def _penalized(d: str, g: str, phases: tuple[str, str]) -> Picture:
    """With the points between real and generated where the critic's slope is asked to be 1."""
    nodes = (
        *_samples(2),
        Node("x_hat", "op", "x̂", (2, 1), (1, 2), "flow.note.mixed", beside="lt"),
        Node("D", "net", "D", (3, 1), (1, 3.3)),
        Node("l", "number", "ℓ", (4, 0.6), (0.4, 4.4), "flow.note.score"),
        Node("penalty", "number", "‖∇D‖", (4, 1.75), (1.6, 4.4), "flow.note.penalty"),
        Node("L_D", "loss", "L_{D}", (5, 2), (1.6, 5.7)),
        Node("L_G", "loss", "L_{G}", (5, 0), (0.4, 5.7)),
    )
    more = [("Gz", "x_hat"), ("x", "x_hat"), ("x_hat", "D"), ("D", "penalty"), ("penalty", "L_D")]
    turns = (
        Gradient("D", ("L_D",), ("D",), d, ("Gz>D", "Gz>x_hat"), phase=phases[0]),
        Gradient("G", ("L_G",), ("G",), g, unused=("x>D", "x_hat>D"), phase=phases[1]),
    )
    return Picture(nodes, (*GAME, *[Edge(*pair) for pair in more]), turns, (6, 2.9), (3, 6.5))


def _samples(low: float) -> tuple[Node, ...]:
    """Noise, G, what it makes, and in row `low` what is real."""
    return (
        Node("z", "noise", "z", (0, 0), (0.2, 0), "flow.note.noise"),
        Node("G", "net", "G", (1, 0), (0.2, 1)),
        Node("Gz", "picture", "G(z)", (2, 0), (0.2, 2), "flow.note.generated", beside="bb"),
        Node("x", "data", "x", (2, low), (1.8, 2), "flow.note.real"),
    )


INFORMATION = "L_{I} = E ln Q(c | G(z, c)) + H(c) ≤ I(c; G(z, c))"


def infogan(probe: bool) -> Picture:
    """D and Q on one trunk. probe: lambda = 0, where Q only looks on."""
    nodes = (
        Node("z", "noise", "z", (0, 0.3), (0.5, 0), "flow.note.noise", beside="bl"),
        Node("c", "code", "c", (0, 1.5), (1.5, 0), "flow.note.code", beside="bl"),
        Node("G", "net", "G", (1, 0.9), (1, 1)),
        Node("Gzc", "picture", "G(z, c)", (2, 0.5), (0.5, 2), "flow.note.generated"),
        Node("x", "data", "x", (2, 1.7), (1.9, 2), "flow.note.real"),
        Node("trunk", "net", "flow.part.trunk", (3, 1), (1, 3)),
        Node("D", "net", "D", (4, 0.5), (0.4, 4.1)),
        Node("Q", "net", "Q", (4, 1.8), (1.7, 4.1)),
        Node("L_D", "loss", "L_{D}", (5, 0), (0, 5.3)),
        Node("L_G", "loss", "L_{G}", (5, 0.95), (0.95, 5.3)),
        Node("L_I", "loss", "−L_{I}" if probe else "−λ L_{I}", (5, 1.9), (1.95, 5.3)),
    )
    pairs = [("z", "G"), ("c", "G"), ("G", "Gzc"), ("Gzc", "trunk"), ("x", "trunk"), ("trunk", "D"), ("trunk", "Q")]
    edges = [Edge(*pair) for pair in (*pairs, ("D", "L_D"), ("D", "L_G"), ("Q", "L_I"))]
    edges.append(Edge("c", "L_I", "bb", "rr", 2.75, 2.42))
    fake, cut = "Gzc>trunk", ("trunk>Q",) if probe else ()
    d = FORMULAS["nonsaturating"][0].partition(",   ")[0].replace("G(z)", "G(z, c)")
    g = FORMULAS["nonsaturating"][1].partition(",   ")[0].replace("G(z)", "G(z, c)")
    told = " − λ L_{I}"
    turns = (
        Gradient(
            "D",
            ("L_D", "L_I"),
            ("trunk", "D", "Q"),
            d + (" − L_{I}" if probe else told),
            (fake, *cut),
            phase="discriminator",
        ),
        Gradient(
            "G",
            ("L_G",) if probe else ("L_G", "L_I"),
            ("G",),
            g if probe else g + told,
            unused=("x>trunk",),
            phase="generator",
        ),
        Gradient("I", ("L_I",), ("Q",) if probe else ("trunk", "Q", "G"), INFORMATION, cut, ("x>trunk",)),
    )
    return Picture(
        nodes, tuple(edges), turns, (6, 3.1), (3, 6.2), "flow.note.infogan_probe" if probe else "flow.note.infogan"
    )


def progan() -> Picture:
    """While level l fades in: the critic is the generator's mirror image."""
    nodes = (
        Node("z", "noise", "z", (0, 0), (1, 0), "flow.note.noise"),
        Node("G_below", "net", "G_{<ℓ}", (1, 0), (1, 1)),
        Node("G_new", "net", "G_{ℓ}", (2, 0), (2, 2)),
        Node("rgb_new", "net", "toRGB_{ℓ}", (3, 0), (2, 3)),
        Node("rgb_old", "net", "toRGB_{ℓ−1}", (3, 1), (0, 2.5), "flow.note.up2"),
        Node("fade_G", "op", "α", (4, 0), (1, 4)),
        Node("Gz", "picture", "G(z)", (5, 0), (1, 5), "flow.note.generated"),
        Node("x", "data", "x_{α}", (5, 3.1), (2.1, 5), "flow.note.faded", beside="bb"),
        Node("seen", "joint", "", (5, 2), (1.55, 5.8)),
        Node("from_new", "net", "fromRGB_{ℓ}", (4, 3), (2, 6.6)),
        Node("from_old", "net", "fromRGB_{ℓ−1}", (4, 2), (0, 7), "flow.note.down2"),
        Node("D_new", "net", "D_{ℓ}", (3, 3), (2, 7.6)),
        Node("fade_D", "op", "α", (2, 3), (1, 8.6)),
        Node("D_below", "net", "D_{<ℓ}", (1, 3), (1, 9.6)),
        Node("L_D", "loss", "L_{D}", (0, 3), (0.3, 10.7)),
        Node("L_G", "loss", "L_{G}", (0, 2), (1.7, 10.7)),
    )
    pairs = [
        *[("z", "G_below"), ("G_below", "G_new"), ("G_new", "rgb_new"), ("rgb_new", "fade_G"), ("fade_G", "Gz")],
        *[
            ("rgb_old", "fade_G"),
            ("Gz", "seen"),
            ("x", "seen"),
            ("seen", "from_new"),
            ("seen", "from_old"),
            ("from_new", "D_new"),
            ("D_new", "fade_D"),
        ],
        *[("fade_D", "D_below"), ("D_below", "L_D"), ("D_below", "L_G")],
    ]
    edges = (
        *[Edge(*pair) for pair in pairs],
        Edge("G_below", "rgb_old", "bl"),
        Edge("from_old", "fade_D", "lt"),
    )
    critic = ("from_new", "from_old", "D_new", "D_below")
    maker = ("G_below", "G_new", "rgb_new", "rgb_old")
    d = "L_{D} = −E ln D(x_{α}) − E ln(1 − D(G(z))) + E ‖∇ℓ(x_{α})‖^{2},   D = σ(ℓ)"
    turns = (
        Gradient("D", ("L_D",), critic, d, ("Gz>seen",), phase="critic"),
        Gradient("G", ("L_G",), maker, FORMULAS["nonsaturating"][1], unused=("x>seen",), phase="generator"),
    )
    return Picture(nodes, edges, turns, (6, 4.2), (3, 11.5), "flow.note.progan")
