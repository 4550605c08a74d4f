"""Evidence that is a link to the centre's own platform: which addresses may be opened at all."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from app.domain.errors import KnownError


def host_of(url: str) -> str:
    """The computer that a link leads to, for a person to judge.

    Raises KnownError ``link_not_web`` for everything that is not a plain address of the web: other programs would
    be started by it, or it pretends to lead elsewhere than it does.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        host, plain, parts = "", False, urlsplit("")
    hidden = any(unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp") for letter in url)
    if parts.scheme not in ("https", "http") or not host or not plain or hidden or "\\" in url:
        raise KnownError(
            "link_not_web",
            "This link is not a plain address of a web page, so Touchstone does not open it.",
            "Ask the centre in a note for the address, or for the work as a file.",
        )
    return host
