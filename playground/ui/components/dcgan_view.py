"""The dcgan stage's view, its row of sections and its knobs: see assets/js/dcgan_draw.js, which moves all of them.

The pictures to choose from are an `ImageGrid` beside the view; the state lives in the URL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playground.ui.components.base import CanvasComponent
from playground.ui.components.player_bar import bar

SECTIONS = ("grid", "walk", "sums", "losses", "film", "game")
SCRIPTS = ("dcgan_draw", "dcgan_grid", "dcgan_sums", "dcgan_losses", "dcgan_film")  # and at last dcgan_view
SPEEDS = (2, 5, 10, 20)
BAR = """<div class="pg-dcgan-bar" role="group" data-t-label="dcgan.sections">@SECTIONS@</div>"""
KNOBS = """<div class="pg-dcgan-knobs" role="group" data-t-label="dcgan.controls">
<div class="pg-dcgan-knob" data-for="grid walk sums film game" data-one>
  <span id="dcgan-loss" data-t="dcgan.loss"></span>
  <div class="pg-dcgan-stack" role="group" aria-labelledby="dcgan-loss">@LOSSES@</div></div>
<div class="pg-dcgan-knob" data-for="film"><span id="dcgan-view-label" data-t="dcgan.view"></span>
  <div class="pg-dcgan-two" role="group" aria-labelledby="dcgan-view-label">
    <button type="button" class="pg-button" data-view="one" data-t="dcgan.view_one"></button>
    <button type="button" class="pg-button" data-view="all" data-t="dcgan.view_all"></button></div></div>
<div class="pg-dcgan-knob" data-for="grid walk sums losses">
  <label for="dcgan-seed" data-t="dcgan.first_seed"></label>
  <div class="pg-dcgan-two"><input type="number" id="dcgan-seed" data-input="seed" min="0" max="2147483647" step="1">
    <button type="button" class="pg-button" data-act="next" data-t="dcgan.next"></button></div></div>
<div class="pg-dcgan-knob" data-for="grid">
  <div class="pg-dcgan-head"><label for="dcgan-psi" data-t="dcgan.psi"></label><output for="dcgan-psi"></output>
    <button type="button" class="pg-button" data-act="one" data-t="dcgan.psi_one"></button></div>
  <input type="range" id="dcgan-psi" data-input="psi" min="0" max="1.5" step="0.01" value="1">
  <p data-t="dcgan.psi_hint"></p></div>
<div class="pg-dcgan-knob" data-for="walk"><span id="dcgan-ends" data-t="dcgan.ends"></span>
  <div class="pg-dcgan-two" role="group" aria-labelledby="dcgan-ends">
    <button type="button" class="pg-button" data-end="walk_a">A: <b data-shows="walk_a"></b></button>
    <button type="button" class="pg-button" data-end="walk_b">B: <b data-shows="walk_b"></b></button></div>
  <button type="button" class="pg-button" data-act="swap" data-t="dcgan.swap"></button>
  <p data-t="dcgan.ends_hint"></p></div>
<div class="pg-dcgan-knob" data-for="sums"><span id="dcgan-terms" data-t="dcgan.terms"></span>
  <div class="pg-dcgan-three" role="group" aria-labelledby="dcgan-terms">@TERMS@</div>
  <p data-t="dcgan.terms_hint"></p>
  <button type="button" class="pg-button" data-act="works" data-t="dcgan.works"></button>
  <button type="button" class="pg-button" data-act="fails" data-t="dcgan.fails"></button>
  <button type="button" class="pg-button" data-act="clear" data-t="dcgan.clear"></button></div>
<p class="pg-dcgan-knob" data-for="grid" data-t="dcgan.grid_hint"></p>
<p class="pg-dcgan-knob" data-for="losses" data-t="dcgan.losses_hint"></p>
<p class="pg-dcgan-knob" data-for="film" data-t="dcgan.film_hint"></p>
<p class="pg-dcgan-knob" data-for="game" data-t="dcgan.game_hint"></p>
</div>"""
PSI = """<div class="pg-dcgan pg-dcgan-psi"><h3><span data-t="dcgan.truncation"></span> <span
  class="pg-dcgan-legend"><span class="pg-data"><i></i><span data-t="dcgan.recognised"></span></span><span
  class="pg-generated"><i></i><span data-t="dcgan.covered"></span></span></span></h3>
<div data-view="psi"><canvas aria-hidden="true"></canvas></div><p data-says="psi"></p></div>"""
GRID = """<section data-section="grid" class="pg-dcgan-open">
<div class="pg-dcgan-pair">
  <figure><div class="pg-dcgan-picture" data-view="big"><canvas role="img" data-t-label="dcgan.opened"></canvas></div>
    <figcaption data-says="big" role="status"></figcaption></figure>
  <figure><div class="pg-dcgan-picture" data-view="near"><canvas role="img" data-t-label="dcgan.nearest"></canvas></div>
    <figcaption data-says="near"></figcaption></figure>
  <div class="pg-dcgan-side"><h3 data-t="dcgan.z"></h3>
    <div data-view="z"><canvas aria-hidden="true"></canvas></div><p data-says="z"></p></div>
</div>
<h3><span data-t="dcgan.opinion"></span> @LEGEND@</h3>
<div data-view="opinion"><canvas aria-hidden="true"></canvas></div><p data-says="opinion"></p>
<h3 data-t="dcgan.how_near"></h3>
<div data-view="distance"><canvas aria-hidden="true"></canvas></div><p data-says="distance"></p>
</section>"""
WALK = """<section data-section="walk" class="pg-dcgan-walk">
<div data-view="ways"><canvas role="img" data-t-label="dcgan.ways"></canvas></div>
<h3 data-t="dcgan.lengths"></h3>
<div data-view="lengths"><canvas aria-hidden="true"></canvas></div>
<p data-says="walk" role="status"></p><p data-says="walk_measured"></p>
</section>"""
SUMS = """<section data-section="sums" class="pg-dcgan-sums">
<div class="pg-dcgan-equation">@TERMS@</div>
<p data-says="sum_measured"></p>
</section>"""
TERM = """<figure data-term="@NAME@"><h3>@TITLE@</h3>
<div class="pg-dcgan-members"><canvas aria-hidden="true"></canvas></div>
<div class="pg-dcgan-mean"><canvas role="img" data-t-label="dcgan.term_@NAME@"></canvas></div>
<figcaption></figcaption></figure>"""
CARD = """<article class="pg-dcgan-card" data-loss="@LOSS@"><h3><i></i><span data-t="lab.loss.@LOSS@"></span></h3>
<div class="pg-dcgan-sheet"><canvas role="img"></canvas></div><ul></ul>
<div class="pg-dcgan-shares"><canvas role="img" data-t-label="dcgan.shares"></canvas></div></article>"""
SCREEN = """<figure class="pg-dcgan-screen" data-loss="@LOSS@" hidden>
<figcaption><i></i><b data-t="lab.loss.@LOSS@"></b>
<span></span></figcaption><div class="pg-dcgan-sheet"><canvas role="img"></canvas></div></figure>"""
ODDS = """<div class="pg-dcgan-odds" data-loss="@LOSS@" hidden>
<div class="pg-dcgan-histogram"><canvas aria-hidden="true"></canvas></div></div>"""
FILM = """<section data-section="film"><div class="pg-dcgan-player" tabindex="0" role="group" data-t-label="dcgan.film">
<div class="pg-dcgan-screens">@SCREENS@</div>
<div class="pg-dcgan-beside">
  <h3><span data-t="dcgan.odds"></span> @LEGEND@</h3><div class="pg-dcgan-all-odds">@ODDS@</div>
  <div class="pg-dcgan-curves">
    <div><h3 data-t="dcgan.wins"></h3><div data-view="wins"><canvas aria-hidden="true"></canvas></div></div>
    <div><h3 data-t="dcgan.gradient"></h3><div data-view="gradient"><canvas aria-hidden="true"></canvas></div></div>
    <div><h3 data-t="dcgan.covered_film"></h3><div data-view="covered"><canvas aria-hidden="true"></canvas></div></div>
    <div class="pg-dcgan-readings"><h3 data-t="dcgan.readings"></h3>
      <div data-view="readings"><canvas aria-hidden="true"></canvas></div></div>
  </div>
</div>
<p data-says="film"></p>@BAR@</div></section>"""
LEGEND = """<span class="pg-dcgan-legend"><span class="pg-data"><i></i><span data-t="dcgan.real"></span></span><span
  class="pg-generated"><i></i><span data-t="dcgan.generated"></span></span></span>"""
TITLES = {"a": "A", "b": "− B", "c": "+ C", "sum": "= A − B + C"}


def sections_bar() -> str:
    """The row of buttons that chooses a section."""
    buttons = "".join(
        f'<button type="button" class="pg-button" data-go="{id}" data-t="dcgan.section.{id}"></button>'
        for id in SECTIONS
    )
    return BAR.replace("@SECTIONS@", buttons)


def knobs(losses: Sequence[str]) -> str:
    """The column of controls."""
    buttons = "".join(
        f'<button type="button" class="pg-button" data-loss="{id}" data-t="lab.loss.{id}"></button>' for id in losses
    )
    terms = "".join(
        f'<button type="button" class="pg-button" data-fill="{name}">{name.upper()} '
        f'<b data-shows="{name}"></b></button>'
        for name in "abc"
    )
    return KNOBS.replace("@LOSSES@", buttons).replace("@TERMS@", terms)


def _template(losses: Sequence[str], most: int) -> str:
    terms = "".join(TERM.replace("@NAME@", name).replace("@TITLE@", title) for name, title in TITLES.items())
    cards, screens, odds = ("".join(one.replace("@LOSS@", id) for id in losses) for one in (CARD, SCREEN, ODDS))
    film = FILM.replace("@SCREENS@", screens).replace("@ODDS@", odds)
    film = film.replace("@BAR@", bar("dcgan", most, SPEEDS, 5))
    parts = [GRID, WALK, SUMS.replace("@TERMS@", terms)]
    parts += [f'<section data-section="losses" class="pg-dcgan-cards">{cards}</section>', film]
    whole = "".join(parts).replace("@LEGEND@", LEGEND)
    return f'<div class="pg-dcgan"><p class="pg-dcgan-notice" role="alert" hidden></p>{whole}</div>'


class DcganView(CanvasComponent):
    """All sections of the stage but the grid and the data flow.

    losses: in the order of the page. typical: lengths of z between which 95 % lie. frames: of a film. server_functions:
    `grid`, `look`, `way`, `add`, `compare`, `film`, `facts` of the stage, guarded by `page.server`.
    """

    def __init__(
        self,
        losses: Sequence[str],
        typical: tuple[float, float],
        shown: int,
        frames: int,
        *,
        server_functions: Sequence[Callable],
        **kwargs: object,
    ) -> None:
        constants = {"LOSSES": list(losses), "TYPICAL": list(typical), "SHOWN": shown, "SECTIONS": list(SECTIONS)}
        super().__init__(
            "dcgan_view",
            template=_template(losses, frames - 1),
            scripts=SCRIPTS,
            constants=constants,
            server_functions=list(server_functions),
            **kwargs,
        )
