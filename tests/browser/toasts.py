"""The messages of the page, as a visitor reads and closes them."""

from __future__ import annotations


def closed(page) -> str:
    """The next message. It is read and closed in one go, since after some seconds it leaves by itself."""
    return page.wait_for_function("""() => {
        const toast = document.querySelector('.pg-toast');
        if (!toast) return null;
        const said = toast.querySelector('span').textContent;
        toast.querySelector('button').click();
        return said;
    }""").json_value()
