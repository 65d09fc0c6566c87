"""A lane for long work: a few places, a fair queue, at most one place per visitor.

It knows only when each ticket was last used, so whoever vanishes frees its place by itself. Gradio's own queue would
hold a visitor without a word; here the place in the queue can be shown while something else plays.
"""

from __future__ import annotations

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
    wish: int
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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, visitor: str, wish: int = 0) -> Ticket | None:
        """A ticket at the end of the queue; the visitor's earlier one is gone. None when the queue is full.

        wish: the visitor's wishes are numbered, since they can overtake each other on their way here: an older one
        than is being served gets a ticket that is gone already.
        """
        with self._lock:
            self._sweep()
            ticket = Ticket(self, visitor, wish, self.clock())
            mine = [other for other in self._tickets if other.visitor == visitor]
            if any(other.wish > wish for other in mine):
                ticket.gone = True
                return ticket
            for other in mine:
                self._remove(other)
            if len(self._tickets) >= LONGEST:
                return None
            self._tickets.append(ticket)
            return ticket

    def leave(self, visitor: str, wish: int) -> None:
        """Drop what the visitor holds for this wish or an older one; the work ends when it next looks at its ticket."""
        with self._lock:
            for ticket in [other for other in self._tickets if other.visitor == visitor and other.wish <= wish]:
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
