"""The two charts of a score: a drawing among the test digits as one model sees them, and as all models do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from playground.inference.pixels import RASTER, SamplingTrace, Score, models
from playground.locale import text

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = max(320, 110 + 46 * len(models()))  # of both, so that they stand side by side: every model has its line
PLAIN = {  # the page's colours come by CSS, so that the theme switch reaches them
    "showlegend": False,
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "dragmode": False,
    "font": {"size": 16},
}


def one(found: Score, lang: str) -> go.Figure:
    """log p of the drawing among that of the test digits, for one model."""
    import plotly.graph_objects as go

    figure = go.Figure()
    if found.histogram:
        edges, counts = found.histogram.edges, found.histogram.counts
        hover = text("pixels.chart_hover", lang, x="%{x:.0f}", y="%{y}") + "<extra></extra>"
        middle, width = (edges[1:] + edges[:-1]) / 2, float(edges[1] - edges[0])
        figure.add_bar(x=middle.tolist(), y=counts.tolist(), width=width, hovertemplate=hover, marker_line_width=0)
    figure.add_vline(found.log_prob, line_width=3)
    figure.update_layout(
        title={"text": _chart_title(found, lang), "x": 0.5, "y": 0.95, "font_size": 19},
        xaxis_title=text("pixels.chart_x", lang), yaxis_title=text("pixels.chart_y", lang),
        height=HEIGHT, bargap=0, margin={"l": 64, "r": 10, "t": 76, "b": 58}, **PLAIN,
    )  # fmt: skip
    return figure


def line_up(found: Mapping[str, Score], chosen: str, lang: str) -> go.Figure:
    """One line per model: where 90 % of the test digits lie, their median, and the drawing."""
    import plotly.graph_objects as go

    figure = go.Figure()
    names = {model: text(f"pixels.{model}", lang) for model in found}
    rows = [model for model in found if found[model].histogram]
    low, middle, high = ([found[model].histogram.quantile(q) for model in rows] for q in (5, 50, 95))
    y = [names[model] for model in rows]
    figure.add_bar(
        x=[b - a for a, b in zip(low, high, strict=True)], y=y, base=low, orientation="h", width=0.5, hoverinfo="skip"
    )
    figure.add_scatter(
        x=middle, y=y, mode="markers", marker={"symbol": "line-ns-open", "size": 20}, hoverinfo="skip", name="median"
    )
    figure.add_scatter(
        x=[score.log_prob for score in found.values()],
        y=list(names.values()),
        mode="markers",
        marker={"symbol": "diamond", "size": [22 if model == chosen else 15 for model in found]},
        hoverinfo="skip",
        name="drawing",
    )
    figure.update_layout(
        title={"text": text("pixels.lineup_title", lang), "x": 0.5, "y": 0.97, "font_size": 19},
        xaxis_title=text("pixels.lineup_x", lang),
        yaxis={
            "tickvals": list(names.values()),
            "ticktext": [_line(names[model], score, model == chosen, lang) for model, score in found.items()],
            "categoryarray": list(names.values()),
            "automargin": True,
        },
        height=HEIGHT, margin={"l": 20, "r": 20, "t": 50, "b": 58}, **PLAIN,
    )  # fmt: skip
    return figure


def _line(name: str, found: Score, chosen: bool, lang: str) -> str:
    """What stands left of a line: the model, log p of the drawing, its place among the test digits."""
    value, key = f"{found.log_prob:.1f}".replace("-", "−"), "alone" if found.percentile is None else "mark"
    percent = None if found.percentile is None else round(found.percentile)
    words = text(f"pixels.lineup_{key}", lang, value=value, percent=percent)
    return f"{f'<b>{name}</b>' if chosen else name}<br><span style='font-size: 15px'>{words}</span>"


def _chart_title(found: Score, lang: str) -> str:
    name, value = _named(found.trace, lang), f"{found.log_prob:.1f}".replace("-", "−")
    if found.percentile is None:
        return text("pixels.chart_title_alone", lang, name=name, value=value)
    return text("pixels.chart_title", lang, name=name, value=value, percent=round(found.percentile))


def _named(trace: SamplingTrace, lang: str) -> str:
    """A model's name, with its ordering where it is not the usual one."""
    name = text(f"pixels.{trace.model}", lang)
    if trace.ordering == RASTER:
        return name
    return text("pixels.in_order", lang, name=name, ordering=text(f"pixels.ordering_{trace.ordering}", lang))
