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
    "frechet": "Fréchet distance {}",
    "attributes_right": "≥ {} % of each attribute right",
    "caption_attributes": "≥ {} % of each attribute as told",
    "digit_recovered": "{} % of digits recovered",
    "digit_kept": "{} % of digits kept",
}
HEAD = ("Model", "Stage", "Paper", "Ours", "Published", "Size")


def table() -> str:
    """The table in Markdown, a row for each model of the catalogue."""
    models = [(card, variant) for card in catalog.shipped() for variant in (None, *card.ranked)]
    rows = [HEAD, ("---",) * len(HEAD), *(_row(card, variant) for card, variant in models)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write(readme: Path = README) -> None:
    """Put the table between its marks in the README."""
    text = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"expected {BEGIN} and {END} in {readme}, found neither")
    readme.write_text(pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", text), encoding="utf-8")


def _row(card: catalog.ModelCard, variant: str | None) -> tuple[str, ...]:
    paper = f"{card.paper.authors}, {card.paper.venue}" if card.paper.authors else "—"
    if card.paper.arxiv:
        paper = f"[{paper}](https://arxiv.org/abs/{card.paper.arxiv})"
    name = f"{card.name} (`{card.id}`)" if variant is None else f"{card.name} (`{card.id}`, `{variant}`)"
    return (name, card.stage or "—", paper, _ours(card, variant), _published(card, variant), _size(card, variant))


def _ours(card: catalog.ModelCard, variant: str | None) -> str:
    path = weights.directory(card.id, variant) / "metrics.json"
    if not path.is_file():
        return "—"
    row = json.loads(path.read_text(encoding="utf-8"))[0]
    value = LABELS.get(row["metric"], "{} " + row["unit"]).format(f"{row['value']:.2f}".removesuffix(".00"))
    return f"**{value}**{' DYNAMIC' if 'DYNAMIC' in str(row.get('binarization')) else ''}"


def _published(card: catalog.ModelCard, variant: str | None) -> str:
    numbers = card.published_of(variant)
    return "; ".join(f"{p.value:g} {p.binarization} ({p.source})".replace("  ", " ") for p in numbers) or "—"


def _size(card: catalog.ModelCard, variant: str | None) -> str:
    path = weights.directory(card.id, variant) / "model.safetensors"
    return f"{path.stat().st_size / 1e6:.2f} MB" if path.is_file() else "—"
