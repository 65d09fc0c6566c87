"""The look of Gradio's own parts: system fonts with Korean ones, the colours of assets/css/theme.css."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

KOREAN = ["Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR"]
FONT = ["system-ui", "-apple-system", "Segoe UI", *KOREAN, "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Consolas", "Noto Sans Mono CJK KR", "monospace"]
GREY, GREY_LINE = "#7d8694", "rgba(125, 134, 148, 0.35)"  # readable on both backgrounds
COLOURS = {
    "body_background_fill": "bg",
    "body_text_color": "ink",
    "body_text_color_subdued": "muted",
    "background_fill_primary": "panel",
    "background_fill_secondary": "bg",
    "block_background_fill": "panel",
    "block_border_color": "line",
    "block_label_background_fill": "panel",
    "block_label_text_color": "ink",
    "block_title_text_color": "ink",
    "block_info_text_color": "muted",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "color_accent": "accent",
    "color_accent_soft": "soft",
    "input_background_fill": "bg",
    "input_border_color": "line",
    "input_border_color_focus": "accent",
    "slider_color": "accent",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color_selected": "accent",
    "checkbox_label_background_fill": "bg",
    "checkbox_label_background_fill_hover": "soft",
    "checkbox_label_background_fill_selected": "soft",
    "checkbox_label_border_color": "line",
    "checkbox_label_border_color_selected": "accent",
    "checkbox_label_text_color": "ink",
    "checkbox_label_text_color_selected": "ink",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent-strong",
    "button_primary_border_color": "accent",
    "button_primary_text_color": "on-accent",
    "button_secondary_background_fill": "panel",
    "button_secondary_background_fill_hover": "soft",
    "button_secondary_border_color": "line",
    "button_secondary_text_color": "ink",
    "link_text_color": "accent",
}


def theme() -> gr.themes.Default:
    """Gradio's default theme in the page's colours; each variable follows the light or dark token by itself."""
    base = gr.themes.Default(font=FONT, font_mono=MONO, text_size="lg", radius_size="md")
    both = {}
    for name, token in COLOURS.items():
        both[name] = f"var(--pg-{token})"
        if hasattr(base, f"{name}_dark"):
            both[f"{name}_dark"] = f"var(--pg-{token})"
    flat = {
        "block_shadow": "none",
        "shadow_drop": "none",
        "block_border_width": "0px",
        "block_label_border_width": "0px",
        "button_border_width": "1px",
    }

    return base.set(**both, **flat)


def plotly(figure: Figure) -> Figure:
    """A chart that is legible on the light and the dark page: no background of its own, large system letters."""
    lines = {"gridcolor": GREY_LINE, "zerolinecolor": GREY_LINE, "linecolor": GREY}
    return figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": ", ".join(FONT), "size": 18, "color": GREY},
        margin={"l": 70, "r": 20, "t": 30, "b": 60},
        legend={"orientation": "h", "y": 1.1},
        xaxis=lines,
        yaxis=lines,
    )
