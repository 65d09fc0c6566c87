"""A lane for long work: a few places, a fair queue, at most one place per visitor.

It knows only when each ticket was last used, so whoever vanishes frees its place by itself. Gradio's own queue would
hold a visitor without a word; here the place in the queue can be shown while something else plays.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST = 256


@dataclass(eq=False)
class Ticket:
    """A visitor's stay in a lane."""

    lane: Lane
    visitor: str
    number: int
    seen: float
    gone: bool = False

    def place(self) -> int:
        """0 when it is this ticket's turn, else how many go first plus one. Call it at least every few seconds."""
        return self.lane._place(self)

    def leave(self) -> None:
        """Give the place free. Twice does no harm."""
        self.lane._drop(self)


@dataclass
class Lane:
    """places: how many run at once. idle: seconds after which an unused ticket is dropped."""

    places: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    idle: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _tickets: list[Ticket] = field(default_factory=list)
    _numbers: itertools.count = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, visitor: str) -> Ticket | None:
        """A ticket at the end of the queue; the visitor's earlier one is gone. None when the queue is full."""
        self.leave(visitor)
        with self._lock:
            self._sweep()
            if len(self._tickets) >= LONGEST:
                return None
            ticket = Ticket(self, visitor, next(self._numbers), self.clock())
            self._tickets.append(ticket)
            return ticket

    def leave(self, visitor: str) -> None:
        """Drop whatever the visitor holds; its work ends when it next looks at its ticket."""
        with self._lock:
            for ticket in [ticket for ticket in self._tickets if ticket.visitor == visitor]:
                self._remove(ticket)

    def _place(self, ticket: Ticket) -> int:
        with self._lock:
            ticket.seen = self.clock()
            self._sweep()
            if ticket.gone:
                return 0
            return max(0, self._tickets.index(ticket) - self.places + 1)

    def _drop(self, ticket: Ticket) -> None:
        with self._lock:
            self._remove(ticket)

    def _remove(self, ticket: Ticket) -> None:
        ticket.gone = True
        if ticket in self._tickets:
            self._tickets.remove(ticket)

    def _sweep(self) -> None:
        oldest = self.clock() - self.idle
        for ticket in [ticket for ticket in self._tickets if ticket.seen < oldest]:
            self._remove(ticket)
