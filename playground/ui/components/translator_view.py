"""What the translator stages share: the column that says what to translate, and pieces of their views.

The column (assets/js/translator_source.js) holds the state of the source, writes it to the URL and tells the stage:
`#pg-<stage>` gets the property `given` = {source, value, seed, ...choices} and the event `pg-given`; `value` is the
digit, the strokes of the pad, or the uploaded picture, null where there is none yet. A view listens to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from playground.ui.components.base import CanvasComponent

SOURCES = ("sample", "drawing", "photo")
GIVEN = """<div class="pg-given" role="group" data-t-label="given.label">
@CHOICES@
<div class="pg-given-knob"><span id="@STAGE@-source" data-t="given.source"></span>
  <div class="pg-given-row" role="group" aria-labelledby="@STAGE@-source">@SOURCES@</div></div>
<div class="pg-given-knob" data-for="sample"><span id="@STAGE@-digit" data-t="given.digit"></span>
  <div class="pg-given-digits" role="group" aria-labelledby="@STAGE@-digit">@DIGITS@</div></div>
<div class="pg-given-knob" data-for="photo">
  <label class="pg-given-drop"><input type="file" accept="image/png,image/jpeg,image/webp,image/bmp,image/gif">
    <b data-t="given.choose"></b><span data-t="given.drop"></span><small data-t="given.limits"></small></label>
  <div class="pg-given-photo" hidden><canvas width="32" height="32" role="img" data-t-label="given.photo"></canvas>
    <p data-says="photo"></p></div>
  <p class="pg-given-note" data-t="given.photo_note"></p></div>
<div class="pg-given-knob" data-for="sample drawing"><label for="@STAGE@-seed" data-t="given.seed"></label>
  <div class="pg-given-two">
    <input type="number" id="@STAGE@-seed" min="0" max="2147483647" step="1" inputmode="numeric">
    <button type="button" class="pg-button" data-act="next" data-t="given.next"></button></div>
  <p class="pg-given-note" data-t="given.seed_note"></p></div>
</div>"""
CHOICE = """<div class="pg-given-knob pg-given-@NAME@"><span id="@STAGE@-@NAME@" data-t="@STAGE@.choose_@NAME@"></span>
  <div class="pg-given-choices" role="group" aria-labelledby="@STAGE@-@NAME@">@BUTTONS@</div></div>"""
TILE = """<figure class="pg-tr-tile" data-tile="@NAME@"><figcaption data-says="@NAME@_name"></figcaption>
<div class="pg-tr-picture"><canvas width="32" height="32" role="img"></canvas></div>
<p data-says="@NAME@"></p></figure>"""
NUMBERS = """<div class="pg-tr-numbers" role="region" tabindex="0" data-t-label="translators.numbers"><table><thead><tr>
<th scope="col" data-t="translators.measured"></th><th scope="col" data-t="@STAGE@.with"></th>
<th scope="col" data-t="@STAGE@.without"></th><th scope="col" data-t="translators.beside"></th></tr></thead>
<tbody></tbody></table></div>"""
SCALE = """<p class="pg-tr-scale"><span data-t="translators.scale"></span><span>0</span><canvas width="256" height="1"
aria-hidden="true"></canvas><span data-says="top"></span></p>"""


def button(attribute: str, value: object, key: str = "", text: str = "") -> str:
    """One button of a group; `key` names its text unless it is given."""
    said = f' data-t="{key}"' if key else ""
    return f'<button type="button" class="pg-button" data-{attribute}="{value}"{said}>{text}</button>'


def buttons(attribute: str, values: Sequence[str], key: str) -> str:
    """A row of buttons with the texts `<key>.<value>`."""
    return "".join(button(attribute, value, f"{key}.{value}") for value in values)


def tile(name: str) -> str:
    """A picture with its name above and what is to be said of it below."""
    return TILE.replace("@NAME@", name)


def numbers(stage: str) -> str:
    """The table of what was measured with and without lambda."""
    return NUMBERS.replace("@STAGE@", stage)


def view(stage: str, sections: Sequence[str], parts: str) -> str:
    """The template of a stage's view: the bar of sections, messages, and one `<section data-section=...>` for each."""
    bar = f'<div class="pg-tr-bar" role="group" data-t-label="{stage}.sections">'
    notices = '<p class="pg-tr-notice" role="alert" hidden></p><p class="pg-tr-empty" role="status" hidden></p>'
    return f'<div class="pg-tr">{bar}{buttons("go", sections, f"{stage}.section")}</div>{notices}{parts}</div>'


class TranslatorSource(CanvasComponent):
    """What to translate. Its value comes from a digit pad, `{"drawn": ...}`; server function: `picture(base64)`."""

    def __init__(
        self, stage: str, choices: Mapping[str, tuple[str, Sequence[str]]], *, pad: str, ask: Callable, **kw: object
    ) -> None:
        """choices: further fields of the stage that are buttons here, each with the key of its texts and its values.

        pad: element id of the stage's digit pad. ask: the guarded server function.
        """
        rows = "".join(
            CHOICE.replace("@BUTTONS@", buttons(f'choice="{name}" data-value', values, key)).replace("@NAME@", name)
            for name, (key, values) in choices.items()
        )
        digits = "".join(button("digit", digit, text=str(digit)) for digit in range(10))
        template = GIVEN.replace("@CHOICES@", rows).replace("@SOURCES@", buttons("source", SOURCES, "given.kind"))
        template = template.replace("@DIGITS@", digits).replace("@STAGE@", stage)
        constants = {"STAGE": stage, "PAD": pad, "CHOICES": list(choices)}
        super().__init__("translator_source", template=template, constants=constants, server_functions=[ask], **kw)
