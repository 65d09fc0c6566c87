"""Another process of this Python that works beside this one.

Two threads of one interpreter wait for each other between the operations that they call: training seeds in a process
of its own took 7 % less time than in a second thread. It is started when it is first wanted, or a little before, since
that takes as long as importing torch; it stays for those who come soon after, and ends when nobody does, or when this
process has ended.

    python -m playground.inference.apart MODULE ...

imports these, then reads from standard input what to call, a line each, `{"call": "module:function", "given": [...]}`,
and writes to standard output what that gave, `{"value": ...}` or `{"failed": "..."}`. Unlike multiprocessing's, such a
process never runs the program again that it belongs to, which may open a page, and nothing is pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from time import process_time

IDLE = 300.0  # seconds after which a process that nobody wants ends
Plain = None | bool | int | float | str | list | dict


class Gone(RuntimeError):
    """There is no other process: none could be started, or it has ended."""


class Failed(RuntimeError):
    """What was called there raised this; the whole story stands where the process writes its errors."""


class Other:
    """The process, for one user at a time. modules: loaded there before anything is called."""

    def __init__(self, *modules: str) -> None:
        self._modules, self._free = modules, threading.Lock()
        self._process: subprocess.Popen | None = None
        self._expiry: threading.Timer | None = None

    def claim(self) -> bool:
        """Whether it is now the caller's, until `release`."""
        if not self._free.acquire(blocking=False):
            return False
        if self._expiry is not None:
            self._expiry.cancel()
        return True

    def release(self) -> None:
        """Somebody else's, from now on; for IDLE seconds it waits for them."""
        self._free.release()
        self._expiry = threading.Timer(IDLE, self._expire)
        self._expiry.daemon = True
        self._expiry.start()

    def prepare(self) -> None:
        """Starts it, if it is nobody's; it loads what it needs while nobody waits."""
        if self.claim():
            with contextlib.suppress(Gone):  # whoever calls will see
                self._started()
            self.release()

    def call(self, work: Callable[..., Plain], *given: Plain) -> Plain:
        """What a function of a module gives there. For who has claimed it; other threads work meanwhile.

        Raises `Failed` if the function fails; `Gone` if there is no process, or no longer.
        """
        process = self._started()
        try:
            print(json.dumps({"call": f"{work.__module__}:{work.__qualname__}", "given": given}), file=process.stdin)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError):  # also in the middle of a line
            answer = None
        if answer is None:
            self.end()
            raise Gone("the other process has ended")
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["value"]

    def busy(self) -> float:
        """Seconds that it has worked, 0 if there is none."""
        return self.call(process_time) if self._process is not None else 0.0

    def end(self) -> None:
        """It ends; the next call starts another one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen:
        if self._process is None:
            command = [sys.executable or "python", "-m", __spec__.name, *self._modules]
            path = os.pathsep.join(map(os.path.abspath, sys.path))
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": path},
                    encoding="utf-8",
                )
            except OSError as problem:
                raise Gone("no other process could be started") from problem
        return self._process

    def _expire(self) -> None:
        if self._free.acquire(blocking=False):
            self.end()
            self._free.release()


OTHER = Other("playground.inference._lab_groups")


def main(modules: Sequence[str]) -> None:
    """Serves until its owner is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that is for the owner, whose end is noticed
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    for module in modules:
        import_module(module)
    from playground.inference.device import one_thread

    one_thread()
    with contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)


def answer(call: str, given: list[Plain]) -> dict[str, Plain]:
    """What to write for a call."""
    module, name = call.split(":")
    try:
        return {"value": getattr(import_module(module), name)(*given)}
    except Exception as problem:  # belongs to whoever called
        traceback.print_exc()
        return {"failed": f"{type(problem).__name__}: {problem}"}


if __name__ == "__main__":
    main(sys.argv[1:])
