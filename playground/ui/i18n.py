"""The page's two languages: keys that the browser translates, and the language of one request."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import gradio as gr

from playground.locale import LANGS, table

COOKIE = "lang"


def T(key: str) -> gr.i18n.I18nData:
    """A text of the locale files for a label, a Markdown, a choice label: the browser puts it in its language."""
    return gr.i18n.I18nData(key)


def translations() -> gr.I18n:
    """Both tables, for `launch(i18n=...)`."""
    return gr.I18n(**{lang: table(lang) for lang in LANGS})


def request_lang(request: object | None) -> str:
    """Language of a request: its cookie, `?lang=` of it or of the page it came from, accept-language, else en."""
    if request is None:
        return "en"
    headers = getattr(request, "headers", None) or {}
    asked = [
        (getattr(request, "cookies", None) or {}).get(COOKIE),
        (getattr(request, "query_params", None) or {}).get("lang"),
        (parse_qs(urlsplit(headers.get("referer") or "").query).get("lang") or [None])[0],
        *(part.split(";")[0].strip()[:2].lower() for part in (headers.get("accept-language") or "").split(",")),
    ]
    return next((lang for lang in asked if lang in LANGS), "en")
