"""The row of buttons under a film: restart, back, play, step, end, a slider, a speed. The owner's script moves them."""

from __future__ import annotations

from collections.abc import Sequence

from playground.ui.components.pixel_player import ICONS

ORDER = ("restart", "back", "play", "step", "end")


def button(stage: str, name: str) -> str:
    """A button with an icon; its tooltip is `<stage>.do_<name>`."""
    kind = " pg-main" if name == "play" else ""
    icon = f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>'
    title = f'data-t-title="{stage}.do_{name}"'
    return f'<button type="button" class="pg-button{kind}" data-part="{name}" {title}>{icon}</button>'


def bar(stage: str, most: int, speeds: Sequence[int], speed: int, more: str = "") -> str:
    """The whole row. most: steps of the film. speeds: steps per second to choose from. more: further buttons."""
    rates = "".join(f'<option value="{v}"{" selected" if v == speed else ""}></option>' for v in speeds)
    restart, back, play, step, end = (button(stage, name) for name in ORDER)
    return f"""
  <div class="pg-player-bar">
    <span class="pg-player-group">{restart}{back}</span>{play}<span class="pg-player-group">{step}{end}</span>
    <input type="range" min="0" max="{most}" step="1" value="0" data-part="slider" data-t-label="{stage}.slider">
    <select data-part="speed" data-t-title="{stage}.speed">{rates}</select>{more}
  </div>"""
