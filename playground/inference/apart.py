"""Another process of this Python that works beside this one.

Two threads of one interpreter wait for each other between the operations that they call: training seeds in a process
of its own took 7 % less time than in a second thread. It is started when it is first wanted, or a little before, since
that takes as long as importing torch; it stays for those who come soon after, and ends when nobody does, or when this
process has ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from os import _exit
from time import process_time
from typing import TypeVar

IDLE = 300.0  # seconds after which a process that nobody wants ends
T = TypeVar("T")


class Other:
    """The process, for one user at a time."""

    def __init__(self) -> None:
        self._free = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
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

    def call(self, work: Callable[..., T], *given: object) -> T:
        """What a function of a module gives there. For who has claimed it; others can wait meanwhile.

        Raises what the function raises; `BrokenProcessPool` if there is no process or it has ended.
        """
        return self._submit(work, *given).result()

    def prepare(self, work: Callable[[], object]) -> None:
        """Starts it, if it is nobody's, and lets it do something that nobody waits for."""
        if self.claim():
            try:
                self._submit(work)
            except (BrokenProcessPool, OSError):  # whoever calls will see
                self.end()
            finally:
                self.release()

    def _submit(self, work: Callable[..., T], *given: object) -> Future[T]:
        if self._pool is None:
            # Not a copy of this process, whose other threads may hold locks at that moment.
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin)
        return self._pool.submit(work, *given)

    def end(self) -> None:
        """After what it is doing, it ends; the next call starts another one."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def busy(self) -> float:
        """Seconds that it has worked, 0 if there is none."""
        return self.call(process_time) if self._pool is not None else 0.0

    def _expire(self) -> None:
        if self._free.acquire(blocking=False):
            self.end()
            self._free.release()


def _begin() -> None:
    from playground.inference.device import one_thread

    one_thread()
    threading.Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    connection.wait([parent_process().sentinel])
    _exit(1)


OTHER = Other()
