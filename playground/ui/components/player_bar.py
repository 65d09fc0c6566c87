"""The row of buttons under a film: restart, back, play, step, end, slider, speed. `playground.player` moves them."""

from __future__ import annotations

from collections.abc import Sequence

ICONS = {
    "restart": '<path d="M5 4h3v16H5zM20 4v16L9 12z"/>',
    "back": '<path d="M17 4v16L6 12z"/>',
    "play": '<path class="pg-play" d="M6 3v18l15-9z"/><path class="pg-pause" d="M5 3h5v18H5zM14 3h5v18h-5z"/>',
    "step": '<path d="M7 4v16l11-8z"/>',
    "end": '<path d="M4 4v16l11-8zM16 4h3v16h-3z"/>',
}


def button(stage: str, name: str, attribute: str = "data-part") -> str:
    """A button with an icon; its tooltip is `<stage>.do_<name>`, `attribute` holds its name for the script."""
    kind = " pg-main" if name == "play" else ""
    icon = f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>'
    title = f'data-t-title="{stage}.do_{name}"'
    return f'<button type="button" class="pg-button{kind}" {attribute}="{name}" {title}>{icon}</button>'


def bar(stage: str, most: int, speeds: Sequence[int], speed: int, more: str = "") -> str:
    """The whole row. most: steps of the film. speeds: steps per second to choose from. more: further buttons."""
    rates = "".join(f'<option value="{v}"{" selected" if v == speed else ""}></option>' for v in speeds)
    restart, back, play, step, end = (button(stage, name) for name in ("restart", "back", "play", "step", "end"))
    return f"""
  <div class="pg-player-bar">
    <span class="pg-player-group">{restart}{back}</span>{play}<span class="pg-player-group">{step}{end}</span>
    <input type="range" min="0" max="{most}" step="1" value="0" data-part="slider" data-t-label="{stage}.slider">
    <select data-part="speed" data-t-title="{stage}.speed">{rates}</select>{more}
  </div>"""
