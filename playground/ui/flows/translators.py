"""The pictures of the translators: CycleGAN, StarGAN, text to image (GAN-CLS), Puzzle-GAN.

[1] Zhu, Park, Isola, Efros. ICCV 2017, arXiv:1703.10593 (CycleGAN).
[2] Choi et al. CVPR 2018, arXiv:1711.09020 (StarGAN).
[3] Reed et al. ICML 2016, arXiv:1605.05396 (GAN-CLS).
[4] Lee et al. ECCV 2018, arXiv:1703.10730 (Puzzle-GAN).
"""

from __future__ import annotations

from playground.ui.flows.base import Edge, Gradient, Node, Picture

CYCLE = "L_{cyc} = ‖F(G(x)) − x‖_{1} + ‖G(F(y)) − y‖_{1}"
SAME = "L_{id} = ‖G(y) − y‖_{1} + ‖F(x) − x‖_{1}"


def cyclegan() -> Picture:
    """Two generators, two discriminators [1]; G and F stand wherever they are applied, with the same weights."""
    nodes = (
        Node("x", "data", "x", (0, 0), (0, 0), "flow.note.domain_x"),
        Node("G", "net", "G", (1, 0), (0, 1)),
        Node("Gx", "picture", "G(x)", (2, 0), (0, 2)),
        Node("F_back", "net", "F", (3, 0), (0, 3), part="F"),
        Node("FGx", "picture", "F(G(x))", (4, 0), (0, 4)),
        Node("cycle_x", "loss", "L_{cyc}", (5, 0), (0, 5), "‖F(G(x)) − x‖", beside="bb"),
        Node("y_real", "data", "y", (2, 0.9), (1.1, 1.9)),
        Node("D_Y", "net", "D_{Y}", (3, 1), (1, 3.2)),
        Node("x_real", "data", "x", (2, 2.1), (1.9, 1.9)),
        Node("D_X", "net", "D_{X}", (3, 2), (2, 3.2)),
        Node("L_D", "loss", "L_{D}", (5, 1), (1.05, 4.6)),
        Node("L_G", "loss", "L_{GAN}", (5, 2), (1.95, 4.6)),
        Node("y", "data", "y", (0, 3), (3, 0), "flow.note.domain_y"),
        Node("F", "net", "F", (1, 3), (3, 1)),
        Node("Fy", "picture", "F(y)", (2, 3), (3, 2)),
        Node("G_back", "net", "G", (3, 3), (3, 3), part="G"),
        Node("GFy", "picture", "G(F(y))", (4, 3), (3, 4)),
        Node("cycle_y", "loss", "L_{cyc}", (5, 3), (3, 5), "‖G(F(y)) − y‖", beside="bb"),
        Node("y_same", "data", "y", (0, 4.2), (0.5, 6.3)),
        Node("G_same", "net", "G", (1, 4.2), (0.5, 7.2), part="G"),
        Node("same_y", "loss", "L_{id}", (2, 4.2), (0.5, 8.2), "‖G(y) − y‖", beside="bb"),
        Node("x_same", "data", "x", (3, 4.2), (2.5, 6.3)),
        Node("F_same", "net", "F", (4, 4.2), (2.5, 7.2), part="F"),
        Node("same_x", "loss", "L_{id}", (5, 4.2), (2.5, 8.2), "‖F(x) − x‖", beside="bb"),
    )
    chains = (
        ("x", "G", "Gx", "F_back", "FGx", "cycle_x"),
        ("y", "F", "Fy", "G_back", "GFy", "cycle_y"),
        ("y_same", "G_same", "same_y"),
        ("x_same", "F_same", "same_x"),
        *[("y_real", "D_Y", "L_D"), ("D_Y", "L_G"), ("D_X", "L_G"), ("x_real", "D_X", "L_D")],
    )
    pairs = dict.fromkeys(pair for chain in chains for pair in zip(chain, chain[1:], strict=False))
    seen = (Edge("Gx", "D_Y", tall_ports="rt"), Edge("Fy", "D_X", tall_ports="lt"))
    edges = (*[Edge(*pair) for pair in pairs], *seen)
    unused = ("y_real>D_Y", "x_real>D_X")
    both, cycle, same = ("G", "F"), ("cycle_x", "cycle_y"), ("same_x", "same_y")
    d = "L_{D} = ½ (E (D_{Y}(y) − 1)^{2} + E D_{Y}(G(x))^{2} + E (D_{X}(x) − 1)^{2} + E D_{X}(F(y))^{2})"
    g = "L_{GAN} = E (D_{Y}(G(x)) − 1)^{2} + E (D_{X}(F(y)) − 1)^{2}"
    turns = (
        Gradient("D_both", ("L_D",), ("D_Y", "D_X"), d, ("Gx>D_Y", "Fy>D_X"), phase="discriminators"),
        Gradient("GF", ("L_G", *cycle, *same), both, "L_{GAN} + λ L_{cyc} + ½ λ L_{id}", (), unused, "generators"),
        Gradient("gan", ("L_G",), both, g, unused=unused),
        Gradient("cycle", cycle, both, CYCLE),
        Gradient("identity", same, both, SAME),
    )
    return Picture(nodes, edges, turns, (6, 5.3), (4, 9.3), "flow.note.twice")


def stargan() -> Picture:
    """One generator for all domains [2]: told where to go, and back."""
    nodes = (
        Node("c", "code", "c", (0, 0.45), (0.2, 0), "flow.note.target"),
        Node("x", "data", "x", (0, 1.65), (1.4, 0), "flow.note.labelled"),
        Node("G", "net", "G", (1, 0.95), (0.7, 1.2)),
        Node("Gxc", "picture", "G(x, c)", (2, 0.95), (0.7, 2.2)),
        Node("c_back", "code", "c′", (2, 0), (-0.1, 2.8), "flow.note.source", beside="bt"),
        Node("G_back", "net", "G", (3, 0.45), (0, 4), part="G"),
        Node("back", "picture", "x̃", (4, 0.45), (0, 5)),
        Node("L_rec", "loss", "L_{rec}", (5, 0.45), (-0.05, 6.4)),
        Node("D", "net", "D", (2.9, 2.15), (1.6, 3.6)),
        Node("D_src", "net", "D_{src}", (4, 1.7), (1.05, 4.8)),
        Node("D_cls", "net", "D_{cls}", (4, 2.75), (2.1, 4.8)),
        Node("L_D", "loss", "L_{D}", (5, 1.35), (0.67, 6.4)),
        Node("L_G", "loss", "L_{G}", (5, 2.1), (1.37, 6.4)),
        Node("L_cls", "loss", "L_{cls}", (5, 2.85), (2.1, 6.4)),
    )
    chains = (
        ("x", "G", "Gxc", "G_back", "back", "L_rec"),
        *[("c", "G"), ("c_back", "G_back"), ("Gxc", "D", "D_src", "L_D"), ("D", "D_cls", "L_cls"), ("D_src", "L_G")],
    )
    pairs = dict.fromkeys(pair for chain in chains for pair in zip(chain, chain[1:], strict=False))
    edges = (*[Edge(*pair) for pair in pairs], Edge("x", "D", "bl"))
    heads, cut = ("D", "D_src", "D_cls"), ("x>D",)
    score = "E D_{src}(G(x, c))"
    d = f"{score} − E D_{{src}}(x) + 10 E (‖∇D_{{src}}(x̂)‖ − 1)^{{2}} + λ_{{cls}} CE(D_{{cls}}(x), c′)"
    cls, rec = "λ_{cls} CE(D_{cls}(G(x, c)), c)", "λ_{rec} (‖x − G(G(x, c), c′)‖_{1} + ½ ‖x − G(x, c′)‖_{1})"
    turns = (
        Gradient("D", ("L_D", "L_cls"), heads, d, ("Gxc>D",), phase="D"),
        Gradient("G", ("L_G", "L_cls", "L_rec"), ("G",), f"−w {score} + {cls} + {rec}", (), cut, "G"),
        Gradient("cls", ("L_cls",), ("G",), cls, unused=cut),
        Gradient("rec", ("L_rec",), ("G",), rec),
    )
    return Picture(nodes, edges, turns, (6, 3.8), (3, 7.3), "flow.note.stargan")


def text2image() -> Picture:
    """GAN-CLS [3]: D is shown three kinds of pairs, so that it must read the caption. E says how well they fit."""
    nodes = (
        Node("z", "noise", "z", (1, 0), (-0.1, 1.2), "flow.note.noise"),
        Node("t", "code", "t", (0, 0.8), (1, 0.15), "flow.note.caption", beside="bt"),
        Node("wrong", "code", "t̂", (0, 2.4), (2.2, 0.15), "flow.note.wrong", beside="bt"),
        Node("phi", "net", "φ", (1, 1.5), (1.7, 1.2), "flow.note.encoder"),
        Node("G", "net", "G", (2, 0), (0, 2.4)),
        Node("Gzt", "picture", "x̂", (3, 0), (0, 3.4), "flow.note.generated"),
        Node("x", "data", "x", (2, 2.6), (2.2, 2.8), "flow.note.real", beside="bt"),
        Node("fake", "op", "x̂, t", (3.7, 0.3), (0.5, 4.8), "flow.note.fake", beside="bb"),
        Node("right", "op", "x, t", (3.7, 1.4), (1.3, 4.8), "flow.note.match", beside="bb"),
        Node("mismatch", "op", "x, t̂", (3.7, 2.5), (2.1, 4.8), "flow.note.mismatch", beside="bb"),
        Node("eye", "net", "E", (5, 2.6), (2.1, 6.1), "E(x) · t", beside="bb"),
        Node("D", "net", "D", (5.4, 1.2), (0.6, 6.7)),
        Node("L_G", "loss", "L_{G}", (6.2, 0.3), (0, 7.9)),
        Node("L_D", "loss", "L_{D}", (6.2, 1.4), (1, 7.9)),
        Node("L_M", "loss", "L_{M}", (6.2, 2.6), (2.1, 7.9)),
    )
    made = [("t", "phi"), ("wrong", "phi"), ("z", "G"), ("phi", "G"), ("G", "Gzt"), ("Gzt", "fake"), ("phi", "fake")]
    pairs = [("phi", "right"), ("phi", "mismatch"), ("x", "right"), ("x", "mismatch")]
    judged = [(pair, judge) for judge in ("eye", "D") for pair in ("fake", "right", "mismatch")]
    losses = [("eye", "D"), ("eye", "L_M"), ("D", "L_D"), ("D", "L_G")]
    d = "L_{D} = −E ln D(x, t) − ½ [E ln(1 − D(x, t̂)) + E ln(1 − D(x̂, t))],   x̂ = G(z, t)"
    g = "L_{G} = −E ln D(x̂, t) + ¼ L_{M}(x̂) − w E min(‖x̂ − x̂′‖ / ‖z − z′‖, τ),   ¼: t ← ½ (t + t′)"
    cut = ("phi>fake", "phi>right", "phi>mismatch")
    turns = (
        Gradient("D", ("L_D",), ("D",), d, ("Gzt>fake", *cut, "eye>D"), phase="discriminator"),
        Gradient(
            *("G", ("L_G", "L_M"), ("G",), g),
            stops=("phi>G", "phi>fake"),
            unused=("right>D", "mismatch>D", "right>eye", "mismatch>eye", "wrong>phi"),
            phase="generator",
        ),
        Gradient(
            *("M", ("L_M",), ("eye", "phi"), "L_{M} = −E ln p(k | x, t) − E ln p(k | t, x),   E(x) · t"),
            unused=("fake>eye", "mismatch>eye", "wrong>phi"),
            phase="matching",
        ),
    )
    edges = tuple(Edge(*pair) for pair in (*made, *pairs, *judged, *losses))
    return Picture(nodes, edges, turns, (7, 3.7), (3.2, 8.8), "flow.note.text2image")


def puzzle_gan() -> Picture:
    """Key patches to a whole [4]: every patch gets a place, and a painter what lies around them."""
    nodes = (
        Node("p1", "data", "p_{1}", (0, 0.2), (0.1, 0)),
        Node("p2", "data", "p_{2}", (0, 0.95), (1, 0)),
        Node("p3", "data", "p_{3}", (0, 1.7), (1.9, 0), "flow.note.patches", beside="bb"),
        Node("E", "net", "E", (1, 0.95), (1, 1.1), "flow.note.each"),
        Node("W", "net", "W", (2, 0), (0.1, 2.2)),
        Node("M_hat", "picture", "M̂", (3, 0), (0.1, 3.3)),
        Node("pieces", "data", "p_{k}", (3, 0.95), (0.85, 3.6), "flow.note.patches"),
        Node("lay", "op", "flow.note.lay", (4, 0.95), (0.6, 4.8)),
        Node("sum", "op", "Σ", (2, 1.9), (1.5, 2.2)),
        Node("z", "noise", "z", (2, 2.8), (2.5, 2.2), "flow.note.noise"),
        Node("told", "joint", "", (2.6, 1.9), (1.9, 3.2)),
        Node("X", "net", "X", (4, 1.9), (1.9, 4.8)),
        Node("x_hat", "picture", "x̂", (5, 0.95), (1.1, 5.9), "flow.note.generated"),
        Node("x", "data", "x", (5, 2.6), (2.4, 5.9), "flow.note.real"),
        Node("D", "net", "D", (6, 1.9), (1.9, 7)),
        Node("L_W", "loss", "L_{W}", (7, 0), (0, 8.2)),
        Node("L_x", "loss", "L_{x}", (7, 0.95), (0.8, 8.2)),
        Node("L_G", "loss", "L_{G}", (7, 1.8), (1.6, 8.2)),
        Node("L_D", "loss", "L_{D}", (7, 2.6), (2.5, 8.2)),
    )
    pairs = (
        *[("p1", "E"), ("p2", "E"), ("p3", "E"), ("E", "W"), ("E", "sum"), ("W", "M_hat"), ("M_hat", "L_W")],
        *[("M_hat", "lay"), ("pieces", "lay"), ("sum", "told"), ("told", "X"), ("X", "x_hat"), ("lay", "x_hat")],
        *[("x_hat", "L_x"), ("x_hat", "D"), ("x", "D"), ("D", "L_G"), ("D", "L_D")],
    )
    where, whole, laid = "−E ⅓ Σ_{k} ln p(place_{k})", "w ‖x̂ − x‖_{1}", ("M_hat>lay",)
    d = "L_{D} = −E ln D(x) − ⅓ [E ln(1 − D(x̂)) + E ln(1 − D(m)) + E ln(1 − D(m′))]"
    all_of_it = f"−E ln D(x̂) {where.replace('−', '− ')} + {whole}"
    turns = (
        Gradient("D", ("L_D",), ("D",), d, ("x_hat>D",), phase="discriminator"),
        Gradient("G_all", ("L_G", "L_W", "L_x"), ("E", "W", "X"), all_of_it, laid, ("x>D",), "generator"),
        Gradient("place", ("L_W",), ("E", "W"), f"L_{{W}} = {where}"),
        Gradient("whole", ("L_x",), ("E", "X"), f"L_{{x}} = {whole}", laid),
    )
    edges = (*[Edge(*pair) for pair in pairs], Edge("z", "told", "tb"), Edge("lay", "X", "bt", "rl"))
    return Picture(nodes, edges, turns, (8, 3.7), (3.4, 9), "flow.note.puzzle_gan")
