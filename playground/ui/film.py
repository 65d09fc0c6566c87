"""The README's moving picture, made by the page itself.

python -m playground.ui.film [--out assets/readme/playground.webp]
Serves the page, plays every stage in Chromium and keeps what was seen. Needs requirements-dev.txt.
"""

from __future__ import annotations

import argparse
import io
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from playground.ui import app
from playground.ui.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUT = Path(__file__).resolve().parents[2] / "assets" / "readme" / "playground.webp"
SCREEN = {"width": 1920, "height": 1080}
PICTURE = (960, 540)
FRAMES, SECONDS = 26, 4.0  # of one scene
SETTLE = 3000  # milliseconds until every picture of a stage has arrived
LARGEST = 3_000_000  # bytes


def pixels(page: Page) -> Callable[[float], None]:
    """A digit grows pixel by pixel."""
    return from_the_start(page, "pixels")


def latent(page: Page) -> Callable[[float], None]:
    """The pointer walks in a spiral over the plane."""
    box = page.locator("#pg-latent .pg-latent-plane").bounding_box()

    def step(part: float) -> None:
        turn, reach = 2 * math.pi * part, 0.42 - 0.3 * part
        x = box["x"] + box["width"] * (0.5 + reach * math.cos(turn))
        page.mouse.move(x, box["y"] + box["height"] * (0.5 + reach * math.sin(turn)), steps=4)

    return step


def lab(page: Page) -> Callable[[float], None]:
    """Four GANs train side by side."""
    return from_the_start(page, "lab")


def codes(page: Page) -> Callable[[float], None]:
    """One continuous code is turned from end to end."""
    knob = page.locator("#pg-codes .pg-controls input[type=range]").first
    return lambda part: knob.fill(f"{-math.cos(2 * math.pi * part):.2f}")


def from_the_start(page: Page, stage: str) -> Callable[[float], None]:
    """Plays a stage's player from its first step."""
    page.locator(f"#pg-{stage} .pg-view [tabindex]").first.evaluate("(node) => node.focus({preventScroll: true})")
    page.keyboard.press("r")
    if page.locator(f"#pg-{stage} [data-playing]").first.get_attribute("data-playing") != "true":
        page.keyboard.press("Space")
    return lambda part: None


SCENES: dict[str, tuple[Callable[[Page], Callable[[float], None]], str, str]] = {
    "pixels": (pixels, "en", "light"),
    "latent": (latent, "ko", "light"),
    "lab": (lab, "en", "dark"),
    "codes": (codes, "ko", "dark"),
}


def film(url: str) -> Iterator[Image.Image]:
    """Every frame of every scene, at the size of the picture."""
    with chromium() as browser:
        for stage, (play, lang, scheme) in SCENES.items():
            context = browser.new_context(viewport=SCREEN, color_scheme=scheme)
            page = context.new_page()
            page.goto(f"{url}/?tab={stage}&lang={lang}")
            page.wait_for_selector(f"#pg-{stage} [data-seq], #pg-{stage} [data-frame]", state="attached")
            page.wait_for_timeout(SETTLE)
            step = play(page)
            for i in range(FRAMES):
                end = time.monotonic() + SECONDS / FRAMES
                step(i / (FRAMES - 1))
                yield Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(PICTURE, Image.LANCZOS)
                page.wait_for_timeout(max(0.0, 1000 * (end - time.monotonic())))
            context.close()


def save(frames: list[Image.Image], path: Path) -> int:
    """Writes the frames as one animated picture below `LARGEST` bytes; returns its size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pause = int(1000 * SECONDS / FRAMES)
    for quality in (70, 55, 40, 25):
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=pause, loop=0, quality=quality, method=4)
        if path.stat().st_size <= LARGEST:
            return path.stat().st_size
    raise RuntimeError(f"expected at most {LARGEST} bytes, got {path.stat().st_size} at the lowest quality")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m playground.ui.film", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    page = app.build()
    _, url, _ = app.launch(page, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    app.warm_up().join()
    print(f"{out}: {save(list(film(url.rstrip('/'))), out) / 1e6:.2f} MB")
    page.close()


if __name__ == "__main__":
    main()
