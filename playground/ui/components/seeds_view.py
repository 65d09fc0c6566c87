"""What many seeds of one run end with: samples of each, distributions, and what the comparison in pairs says."""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent

LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
NUMBERS = ("modes", "hq", "js")
ROW = """<section class="pg-seeds-row" data-row="@AT@">
  <h3><i></i><span data-t="lab.loss.@LOSS@"></span> <small></small></h3>
  <div class="pg-seeds-tiles"><canvas role="img"></canvas></div></section>"""
TEMPLATE = """<div class="pg-seeds" role="group" data-t-label="seeds.view">
  <p><b class="pg-seeds-badge" data-t="seeds.badge" hidden></b>
    <span class="pg-seeds-say" role="status" aria-live="polite"></span></p>
  <progress max="1" value="0" hidden data-t-label="seeds.progress"></progress>
  <div class="pg-seeds-found" hidden>
    <ul class="pg-seeds-turns"></ul>
    @ROWS@
    <div class="pg-seeds-numbers" role="group" data-t-label="seeds.compare">@NUMBERS@</div>
    <div class="pg-seeds-spread"><canvas role="img"></canvas></div>
    <p class="pg-seeds-key" data-t="seeds.key"></p>
    <ul class="pg-seeds-pairs"></ul>
    <p class="pg-seeds-rest"></p>
    <section class="pg-seeds-across" hidden><h3 data-t="seeds.across.title"></h3>
      <div class="pg-seeds-wide"><table><thead></thead><tbody></tbody></table></div>
      <p class="pg-seeds-key" data-t="seeds.across.key"></p></section>
  </div>
</div>"""


class SeedsView(CanvasComponent):
    """Shows `{"hint"}`, `{"queue": place}`, `{"progress", "left"}`, `{"cancelled"}` and `{"result": ...}`, made in the
    stage."""

    def __init__(self, **kwargs: object) -> None:
        rows = "".join(ROW.replace("@AT@", str(at)).replace("@LOSS@", loss) for at, loss in enumerate(LOSSES))
        buttons = "".join(
            f'<button type="button" class="pg-button" data-number="{name}" data-t="seeds.number.{name}"></button>'
            for name in NUMBERS
        )
        template = TEMPLATE.replace("@ROWS@", rows).replace("@NUMBERS@", buttons)
        super().__init__("seeds_view", template=template, **kwargs)
