"""The look of Gradio's own parts: system fonts with Korean ones, the colours of assets/css/theme.css."""

from __future__ import annotations

import gradio as gr

FONT = ["system-ui", "-apple-system", "Segoe UI", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR"]
MONO = ["ui-monospace", "SFMono-Regular", "Consolas", "Noto Sans Mono CJK KR", "monospace"]
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
    "button_secondary_background_fill": "bg",
    "button_secondary_background_fill_hover": "soft",
    "button_secondary_border_color": "line",
    "button_secondary_text_color": "ink",
    "link_text_color": "accent",
}


def theme() -> gr.themes.Default:
    """Gradio's default theme in the page's colours; each variable follows the light or dark token by itself."""
    base = gr.themes.Default(font=[*FONT, "sans-serif"], font_mono=MONO, text_size="lg", radius_size="md")
    both = {}
    for name, token in COLOURS.items():
        both[name] = f"var(--pg-{token})"
        if hasattr(base, f"{name}_dark"):
            both[f"{name}_dark"] = f"var(--pg-{token})"
    return base.set(**both, block_shadow="none", block_border_width="0px", shadow_drop="none", block_label_border_width="0px")
