"""Builds and launches the page; nothing else.

python app.py [--host 0.0.0.0] [--port 7860] [--lang ko] [--device cpu]
"""

from __future__ import annotations

import argparse
import gc
import os

try:
    import spaces  # noqa: F401  on ZeroGPU it has to come before torch
except ImportError:
    pass


def options(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Step through the classic generative models in the browser.")
    parser.add_argument("--host", help="address to serve on; 0.0.0.0 for a lecture room (default: this machine only)")
    parser.add_argument("--port", type=int, help="port (default: the first free one from 7860)")
    parser.add_argument("--lang", choices=["en", "ko"], help="language for visitors who have not chosen one")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], help="where large work runs")
    return parser.parse_args(argv)


def main() -> None:
    chosen = options()
    gc.disable()  # nothing is thrown away while the page is built, and looking for it takes a tenth of the time
    # A busy server stalls when one small operation waits for many threads.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if chosen.device:
        os.environ["PLAYGROUND_DEVICE"] = chosen.device
    from playground.ui import app

    page = app.build()
    app.launch(page, server_name=chosen.host, server_port=chosen.port, prevent_thread_lock=True, lang=chosen.lang)
    gc.enable()
    app.warm_up(page)
    page.block_thread()


if __name__ == "__main__":
    main()
