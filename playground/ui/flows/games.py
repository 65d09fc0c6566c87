"""The pictures of the generators: DCGAN and the 2-D lab with four losses, InfoGAN, Progressive GAN."""

from __future__ import annotations

from playground.ui.flows.base import Edge, Gradient, Node, Picture

LOG_D = "L_{D} = −E ln D(x) − E ln(1 − D(G(z))),   D = σ(l)"
FORMULAS = {  # of D and of G
    "nonsaturating": (LOG_D, "L_{G} = −E ln D(G(z)),   D = σ(l)"),
    "minimax": (LOG_D, "L_{G} = E ln(1 − D(G(z))),   D = σ(l)"),
    "lsgan": (
        "L_{D} = ½ E (D(x) − 1)^{2} + ½ E D(G(z))^{2},   D = l",
        "L_{G} = ½ E (D(G(z)) − 1)^{2},   D = l",
    ),
    "wgan_gp": (
        "L_{D} = E D(G(z)) − E D(x) + 10 E (‖∇D(x̂)‖ − 1)^{2},   D = l",
        "L_{G} = −E D(G(z)),   D = l",
    ),
}
LOGIT = {"lsgan": "flow.note.no_sigmoid", "wgan_gp": "flow.note.score"}


def gan(loss: str, phases: tuple[str, str]) -> Picture:
    """G against D with one of the four losses; phases: the model's names for the turns of D and of G."""
    mixed = loss == "wgan_gp"
    low = 2.0 if mixed else 1.2  # row of x
    nodes = [
        Node("z", "noise", "z", (0, 0), (0.1, 0), "flow.note.noise"),
        Node("G", "net", "G", (1, 0), (0.1, 1)),
        Node("Gz", "picture", "G(z)", (2, 0), (0.1, 2), "flow.note.generated"),
        Node("x", "data", "x", (2, low), (1.9, 2), "flow.note.real"),
        Node("D", "net", "D", (3, low / 2), (1, 3.3 if mixed else 3)),
        Node(
            "l",
            "number",
            "l",
            (4, low / 2 - mixed * 0.3),
            (0.6 if mixed else 1, 4.4 if mixed else 4),
            LOGIT.get(loss, "flow.note.logit"),
        ),
        Node("L_D", "loss", "L_{D}", (5, low), (1.8 if mixed else 0.4, 5.6 if mixed else 5)),
        Node("L_G", "loss", "L_{G}", (5, 0), (0.2 if mixed else 1.6, 5.6 if mixed else 5)),
    ]
    edges = [("z", "G"), ("G", "Gz"), ("Gz", "D"), ("x", "D"), ("D", "l"), ("l", "L_D"), ("l", "L_G")]
    stops, unused = ["Gz>D"], ["x>D"]
    if mixed:
        nodes += [
            Node("x_hat", "op", "x̂", (2, 1), (1, 2), "flow.note.mixed", beside="lt"),
            Node("penalty", "number", "‖∇D‖", (4, 1.75), (1.6, 4.4), "flow.note.penalty"),
        ]
        edges += [("Gz", "x_hat"), ("x", "x_hat"), ("x_hat", "D"), ("D", "penalty"), ("penalty", "L_D")]
        stops.append("Gz>x_hat")
        unused.append("x_hat>D")
    return Picture(
        tuple(nodes),
        tuple(Edge(*pair) for pair in edges),
        (
            Gradient("D", ("L_D",), ("D",), FORMULAS[loss][0], tuple(stops), phase=phases[0]),
            Gradient("G", ("L_G",), ("G",), FORMULAS[loss][1], unused=tuple(unused), phase=phases[1]),
        ),
        wide=(6, low + 1),
        tall=(3, 6.6 if mixed else 6),
    )


INFORMATION = "−λ L_{I} = −λ (E ln Q(c | G(z, c)) + H(c))"


def infogan(probe: bool) -> Picture:
    """D and Q on one trunk. probe: lambda = 0, where Q only looks on."""
    nodes = (
        Node("z", "noise", "z", (0, 0.3), (0.5, 0), "flow.note.noise"),
        Node("c", "code", "c", (0, 1.5), (1.5, 0), "flow.note.code"),
        Node("G", "net", "G", (1, 0.9), (1, 1)),
        Node("Gzc", "picture", "G(z, c)", (2, 0.5), (0.5, 2), "flow.note.generated"),
        Node("x", "data", "x", (2, 1.7), (1.9, 2), "flow.note.real"),
        Node("trunk", "net", "flow.part.trunk", (3, 1), (1, 3)),
        Node("D", "net", "D", (4, 0.5), (0.4, 4.1)),
        Node("Q", "net", "Q", (4, 1.8), (1.7, 4.1)),
        Node("L_D", "loss", "L_{D}", (5, 0), (0, 5.3)),
        Node("L_G", "loss", "L_{G}", (5, 0.95), (0.95, 5.3)),
        Node("L_I", "loss", "−λ L_{I}", (5, 1.9), (1.95, 5.3)),
    )
    pairs = [("z", "G"), ("c", "G"), ("G", "Gzc"), ("Gzc", "trunk"), ("x", "trunk"), ("trunk", "D"), ("trunk", "Q")]
    edges = [Edge(*pair) for pair in (*pairs, ("D", "L_D"), ("D", "L_G"), ("Q", "L_I"))]
    edges.append(Edge("c", "L_I", "bb", "rr", 2.75, 2.75))
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
        Node("G_below", "net", "G_{<l}", (1, 0), (1, 1)),
        Node("G_new", "net", "G_{l}", (2, 0), (2, 2)),
        Node("rgb_new", "net", "toRGB_{l}", (3, 0), (2, 3)),
        Node("rgb_old", "net", "toRGB_{l−1}", (3, 1), (0, 2.5), "flow.note.up2"),
        Node("fade_G", "op", "α", (4, 0), (1, 4)),
        Node("Gz", "picture", "G(z)", (5, 0), (1, 5), "flow.note.generated"),
        Node("x", "data", "x_{α}", (5, 3.1), (2.2, 5), "flow.note.faded"),
        Node("seen", "joint", "", (5, 2), (1.5, 5.9)),
        Node("from_new", "net", "fromRGB_{l}", (4, 3), (2, 6.2)),
        Node("from_old", "net", "fromRGB_{l−1}", (4, 2), (0, 6.7), "flow.note.down2"),
        Node("D_new", "net", "D_{l}", (3, 3), (2, 7.2)),
        Node("fade_D", "op", "α", (2, 3), (1, 8.2)),
        Node("D_below", "net", "D_{<l}", (1, 3), (1, 9.2)),
        Node("L_D", "loss", "L_{D}", (0, 3), (0.3, 10.3)),
        Node("L_G", "loss", "L_{G}", (0, 2), (1.7, 10.3)),
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
        *[("from_old", "fade_D"), ("fade_D", "D_below"), ("D_below", "L_D"), ("D_below", "L_G")],
    ]
    edges = (
        *[Edge(*pair) for pair in pairs],
        Edge("G_below", "rgb_old", "bl"),
    )
    critic = ("from_new", "from_old", "D_new", "D_below")
    maker = ("G_below", "G_new", "rgb_new", "rgb_old")
    d = "L_{D} = E D(G(z)) − E D(x_{α}) + 10 E (‖∇D(x̂)‖ − 1)^{2} + 0.001 E D(x_{α})^{2}"
    turns = (
        Gradient("D", ("L_D",), critic, d, ("Gz>seen",), phase="critic"),
        Gradient("G", ("L_G",), maker, "L_{G} = −E D(G(z))", unused=("x>seen",), phase="generator"),
    )
    return Picture(nodes, edges, turns, (6, 4.2), (3, 11.2), "flow.note.progan")
