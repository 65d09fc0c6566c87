"""The README's table of models: our number beside the published one, from the cards and every metrics.json."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playground import catalog, weights

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"
# What the head metric of a model is called in a table, and whether it is a bound.
LABELS = {
    "nll": "{} nats",
    "elbo": "≤ {} nats",
    "reconstruction": "{} nats to bring a digit back",
    "information": "{} nats about the digit",
    "nll_per_char": "{} nats per character",
    "density_nll": "{} nats of density",
    "colour_nll": "{} nats (coloured digits)",
    "accuracy": "{} % right",
    "code_accuracy": "{} % of codes right",
}
HEAD = ("Model", "Stage", "Paper", "Ours", "Published", "Size")


def table() -> str:
    """The table in Markdown, a row for each model of the catalogue."""
    rows = [HEAD, ("---",) * len(HEAD), *(_row(card) for card in catalog.CARDS)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write(readme: Path = README) -> None:
    """Put the table between its marks in the README."""
    text = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"expected {BEGIN} and {END} in {readme}, found neither")
    readme.write_text(pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", text), encoding="utf-8")


def _row(card: catalog.ModelCard) -> tuple[str, ...]:
    paper = f"{card.paper.authors}, {card.paper.venue}" if card.paper.authors else "—"
    if card.paper.arxiv:
        paper = f"[{paper}](https://arxiv.org/abs/{card.paper.arxiv})"
    return (f"{card.name} (`{card.id}`)", card.stage or "—", paper, _ours(card), _published(card), _size(card))


def _ours(card: catalog.ModelCard) -> str:
    path = weights.directory(card.id) / "metrics.json"
    if not path.is_file():
        return "—"
    row = json.loads(path.read_text(encoding="utf-8"))[0]
    value = LABELS.get(row["metric"], "{} " + row["unit"]).format(f"{row['value']:.2f}".removesuffix(".00"))
    return f"**{value}**{' DYNAMIC' if 'DYNAMIC' in str(row.get('binarization')) else ''}"


def _published(card: catalog.ModelCard) -> str:
    return "; ".join(f"{p.value:g} {p.binarization} ({p.source})".replace("  ", " ") for p in card.published) or "—"


def _size(card: catalog.ModelCard) -> str:
    path = weights.directory(card.id) / "model.safetensors"
    return f"{path.stat().st_size / 1e6:.2f} MB" if path.is_file() else "—"
