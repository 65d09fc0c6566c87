"""From one digit to another in several latent spaces, as film strips with the judge's verdict under every picture.

Two digits, A and B, are chosen among the examples or drawn; the server answers with all strips at once (`films`), and
with one digit along the direction of an attribute (`change`). The component has no value: all that is chosen lives in
the link.
"""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.components.base import CanvasComponent

END = """
    <div class="pg-blend-end" data-end="{end}">
      <div class="pg-blend-x" role="img" data-t-label="blend.{end}_label"><canvas></canvas></div>
      <div class="pg-blend-name"><b data-t="blend.{end}"></b>
        <div class="pg-blend-examples" role="group" data-t-label="blend.{end}_label"></div></div>
    </div>"""
STRIP = """
    <section class="pg-blend-strip" data-strip="{name}">
      <div class="pg-blend-head">{head}</div>
      <div class="pg-blend-film" role="img"><canvas></canvas></div>
      <p data-part="failed"></p>
    </section>"""
HEADS = {
    **{slot: '<select data-t-label="blend.model"></select>' for slot in "abc"},
    "straight": '<b data-t="blend.straight"></b>',
    "sphere": '<b data-t="blend.sphere"></b>',
}
TEMPLATE = """
<div class="pg-blend" role="group" data-t-label="blend.label">
  <div class="pg-blend-ends">{ends}
  </div>
  {strips}
  <p class="pg-blend-said" data-part="paths"></p>
  <div class="pg-blend-bar">
    <b data-t="blend.change"></b>
    <button type="button" class="pg-button" data-attribute="ink" data-t="blend.ink"></button>
    <button type="button" class="pg-button" data-attribute="slant" data-t="blend.slant"></button>
  </div>
  {attribute}
  <p class="pg-blend-said" data-part="effect"></p>
</div>"""


class BlendView(CanvasComponent):
    """See the module docstring. models: `{name: {"id", "variant"}}`.

    server_functions: `examples()`, `films(names, a, b)`, `change(image, attribute)`, each guarded by `page.server`.
    """

    def __init__(self, models: Mapping[str, Mapping], **kwargs: object) -> None:
        template = TEMPLATE.format(
            ends="".join(END.format(end=end) for end in ("from", "to")),
            strips="".join(STRIP.format(name=name, head=head) for name, head in HEADS.items()),
            attribute=STRIP.format(name="change", head='<b data-t="blend.large"></b>'),
        )
        super().__init__("blend_view", template=template, constants={"MODELS": dict(models)}, **kwargs)
