"""Wrappers that stand between Gradio and a stage's functions: errors become messages, never tracebacks on screen."""

from __future__ import annotations

import functools
import html
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing

import gradio as gr
from gradio.context import LocalContext

from playground.errors import InvalidInput, PlaygroundError
from playground.locale import text
from playground.ui.i18n import request_lang

log = logging.getLogger(__name__)


def current_lang() -> str:
    """Language of the request that is being answered."""
    return request_lang(LocalContext.request.get(None))


def session() -> str:
    """Who is being answered: the same for all requests of one open page, empty outside a request."""
    return getattr(LocalContext.request.get(None), "session_hash", None) or ""


def warn(problem: Exception) -> None:
    """Shows a problem as a toast in the visitor's language; an unforeseen one goes to the log with its traceback."""
    lang = current_lang()
    if isinstance(problem, PlaygroundError):
        message = problem.message(lang)
    else:
        log.error("unexpected error in a handler", exc_info=problem)
        message = text("error.unexpected", lang)
    gr.Warning(html.escape(message))


def guarded(fn: Callable, n_outputs: int) -> Callable:
    """`fn` for an event: on an error the visitor gets a message and every output stays as it is."""
    unchanged = _unchanged(n_outputs)
    if inspect.isasyncgenfunction(fn):

        @functools.wraps(fn)
        async def flow(*args: object) -> AsyncIterator:
            try:
                async with aclosing(fn(*args)) as values:
                    async for value in values:
                        yield value
            except Exception as problem:
                warn(problem)
                yield unchanged

        return flow

    if inspect.isgeneratorfunction(fn):

        @functools.wraps(fn)
        def stream(*args: object) -> Iterator:
            try:
                yield from fn(*args)
            except Exception as problem:
                warn(problem)
                yield unchanged

        return stream

    @functools.wraps(fn)
    def call(*args: object) -> object:
        try:
            return fn(*args)
        except Exception as problem:
            warn(problem)
            return unchanged

    return call


def endpoint(fn: Callable) -> Callable:
    """`fn` for a named endpoint: a `PlaygroundError` reaches the client as its English sentence."""
    if inspect.isasyncgenfunction(fn):

        @functools.wraps(fn)
        async def flow(*args: object) -> AsyncIterator:
            try:
                async with aclosing(fn(*args)) as values:
                    async for value in values:
                        yield value
            except PlaygroundError as problem:
                raise gr.Error(str(problem), print_exception=False) from None

        return flow

    if inspect.isgeneratorfunction(fn):

        @functools.wraps(fn)
        def stream(*args: object) -> Iterator:
            try:
                yield from fn(*args)
            except PlaygroundError as problem:
                raise gr.Error(str(problem), print_exception=False) from None

        return stream

    @functools.wraps(fn)
    def call(*args: object) -> object:
        try:
            return fn(*args)
        except PlaygroundError as problem:
            raise gr.Error(str(problem), print_exception=False) from None

    return call


def served(fn: Callable) -> Callable:
    """`fn` for `server_functions`: Gradio hands over several arguments as one list; errors come back as data."""
    signature = inspect.signature(fn)

    def call(payload: object = None) -> object:
        many = len(signature.parameters) > 1 and isinstance(payload, list)
        try:
            arguments = payload if many else [payload][: len(signature.parameters)]
            try:
                signature.bind(*arguments)
            except TypeError:
                expected = f"({len(signature.parameters)},)"
                raise InvalidInput("shape", fn.__name__, f"({len(arguments)},)", expected=expected) from None
            return fn(*arguments)
        except PlaygroundError as problem:
            return {"error": problem.payload()}
        except Exception as problem:
            log.error("unexpected error in a server function", exc_info=problem)
            return {"error": PlaygroundError("unexpected").payload()}

    call.__name__ = fn.__name__
    call.__doc__ = fn.__doc__
    return call


def _unchanged(n_outputs: int) -> object:
    if n_outputs == 0:
        return None
    return gr.skip() if n_outputs == 1 else tuple(gr.skip() for _ in range(n_outputs))
