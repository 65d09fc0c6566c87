"""What a picture of an objective consists of, and what follows from it: who gets gradients from whom.

A picture is a graph drawn forwards, from noise and data through networks to losses. A gradient starts at its losses and
runs back along every edge behind which a network stands, until an edge of `stops`. So its path is not written down but
follows; what is written down is where it is cut and which parts its optimizer holds. A part that it reaches but that
nobody holds is frozen.

Texts are formulas, with `_{}` and `^{}` for what stands lower and higher, or keys of the locale files (`flow....`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

KINDS = ("noise", "code", "data", "net", "picture", "number", "op", "joint", "loss")
At = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """One box. wide, tall: its (column, row) on a wide screen, read to the right, and on a phone, read downwards.

    kind: one of `KINDS`; a joint is where arrows meet and part. note: a second, smaller text; beside: the side of it in
    both layouts, two of "lrtb". part: whose weights a network has, if it is drawn twice.
    """

    id: str
    kind: str
    text: str
    wide: At
    tall: At
    note: str = ""
    part: str = ""
    beside: str = "br"

    @property
    def weights(self) -> str:
        """The part whose weights these are."""
        return self.part or self.id


@dataclass(frozen=True)
class Edge:
    """One arrow forwards.

    ports: sides that it leaves and enters, two of "lrtb", where the direction of reading does not settle them. via:
    the row (wide) or column (tall) along which it goes round the picture.
    """

    source: str
    target: str
    wide_ports: str = ""
    tall_ports: str = ""
    wide_via: float | None = None
    tall_via: float | None = None

    @property
    def id(self) -> str:
        """`source>target`."""
        return f"{self.source}>{self.target}"


@dataclass(frozen=True)
class Gradient:
    """What one loss, or one term of it, teaches.

    id: the choice on the page (`flow.choice.<id>`). losses: the nodes where it starts. learns: the parts that its
    optimizer moves. formula: what is minimized. stops: edges where it is cut (stop-gradient). unused: edges that these
    losses do not look along. phase: the model's training phase that minimizes it, empty for a term of a loss.
    """

    id: str
    losses: tuple[str, ...]
    learns: tuple[str, ...]
    formula: str
    stops: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    phase: str = ""


@dataclass(frozen=True)
class Picture:
    """One objective. wide, tall: columns and rows of the two layouts. note: key of a remark below, or empty."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    gradients: tuple[Gradient, ...]
    wide: tuple[float, float]
    tall: tuple[float, float]
    note: str = ""

    def node(self, id: str) -> Node:
        """The node of this id; `KeyError` without one."""
        return {node.id: node for node in self.nodes}[id]

    def gradient(self, id: str) -> Gradient:
        """The gradient of this id; `KeyError` without one."""
        return {gradient.id: gradient for gradient in self.gradients}[id]

    def used(self, gradient: Gradient) -> list[Edge]:
        """Edges that the losses of this gradient are computed along."""
        found, nodes = [], set(gradient.losses)
        while new := [e for e in self._looked_at(gradient) if e.target in nodes and e not in found]:
            found += new
            nodes |= {edge.source for edge in new}
        return found

    def path(self, gradient: Gradient) -> list[Edge]:
        """Edges that it runs back along."""
        found, nodes = [], set(gradient.losses)
        while new := [e for e in self._carrying(gradient) if e.target in nodes and e not in found]:
            found += new
            nodes |= {edge.source for edge in new}
        return found

    def reached(self, gradient: Gradient) -> set[str]:
        """Parts that it arrives at, whether they learn from it or not."""
        nodes = [self.node(edge.source) for edge in self.path(gradient)]
        return {node.weights for node in nodes if node.kind == "net"}

    def frozen(self, gradient: Gradient) -> set[str]:
        """Parts that it passes through without moving them."""
        return self.reached(gradient) - set(gradient.learns)

    def learnable(self, id: str) -> bool:
        """Whether this node is a network or comes from one."""
        return self.node(id).kind == "net" or any(self.learnable(e.source) for e in self.edges if e.target == id)

    def spec(self) -> dict:
        """JSON-able, for the browser, with all that follows."""
        edges = [{**asdict(edge), "id": edge.id} for edge in self.edges]
        return {**asdict(self), "edges": edges, "gradients": [self._shown(gradient) for gradient in self.gradients]}

    def _looked_at(self, gradient: Gradient) -> list[Edge]:
        return [edge for edge in self.edges if edge.id not in gradient.unused]

    def _carrying(self, gradient: Gradient) -> Iterator[Edge]:
        for edge in self._looked_at(gradient):
            if edge.id not in gradient.stops and self.learnable(edge.source):
                yield edge

    def _shown(self, gradient: Gradient) -> dict:
        used, path = self.used(gradient), self.path(gradient)
        return {
            **asdict(gradient),
            "used": [edge.id for edge in used],
            "path": [edge.id for edge in path],
            "frozen": sorted(self.frozen(gradient), key=self._rank),
        }

    def _rank(self, part: str) -> int:
        return next(i for i, node in enumerate(self.nodes) if node.weights == part)
