"""Outside platforms that hold evidence: which address was agreed, and whether a link lies under it (M-43 to M-45).

Nothing here, nor anywhere in the service, ever asks an outside address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import unquote, urlsplit

from app.domain.dates import london_day
from app.domain.errors import KnownError

URL_LIMIT = 2_000
"""Characters a link may have."""

# Nothing else may stand in an address (RFC 3986); brackets are left out, for no platform is agreed by a number.
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
_WRONG_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DECODINGS = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """A recorded agreement that a centre's own platform may be used (M-43). ``until_on`` is its last day."""

    id: str
    centre_id: str
    awarding_body: str
    address: str
    agreed_on: date
    until_on: date | None = None
    words: str = ""
    ended_at: datetime | None = None

    def in_force(self, today: date) -> bool:
        """Whether it holds on this day; on the day somebody ended it, it does not."""
        over = self.until_on is not None and today > self.until_on
        ended = self.ended_at is not None and london_day(self.ended_at) <= today
        return self.agreed_on <= today and not over and not ended


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    path: tuple[str, ...]
    bare: bool


def checked_url(text: str) -> str:
    """The link without the blanks around it. Raises KnownError ``url_invalid`` for anything but a plain https address
    (M-45): no user name, no number for a host, no characters beside ASCII, no path that climbs.
    """
    url = text.strip(" \t\r\n")
    _taken_apart(url)
    return url


def checked_platform(text: str) -> str:
    """The address of a platform to be agreed: a valid link without query and fragment. Raises KnownError."""
    address = checked_url(text)
    if not _taken_apart(address).bare:
        raise _invalid("it has a “?” or “#”, which the address of a platform cannot have")
    return address


def lies_under(url: str, address: str) -> bool:
    """Whether a link leads to the agreed address or below it: same host and port, and its path begins with whole
    parts of the agreed one. Raises KnownError ``url_invalid`` for a link that is none.
    """
    link, agreed = _taken_apart(url), _taken_apart(address)
    same_place = (link.host, link.port) == (agreed.host, agreed.port)
    return same_place and link.path[: len(agreed.path)] == agreed.path


def agreement_among(agreements: Iterable[Agreement], url: str, today: date) -> Agreement | None:
    """The agreement in force that covers this link, or None (M-43, M-44). Raises KnownError ``url_invalid``."""
    link = checked_url(url)
    return next(
        (item for item in agreements if item.in_force(today) and lies_under(link, item.address)), None
    )


def _taken_apart(url: str) -> _Address:
    if not url:
        raise _invalid("it is empty")
    if len(url) > URL_LIMIT:
        raise _invalid(f"it has more than {URL_LIMIT:,} characters")
    # Looked at before anything takes it apart: Python's own parser drops line ends and tabs without a word.
    if not _ALLOWED.fullmatch(url) or _WRONG_PERCENT.search(url):
        raise _invalid("it has characters that no address can have")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() != "https":
        raise _invalid("it does not begin with https://")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid("its port is none") from error
    if "@" in parts.netloc or "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        raise _invalid("it has a user name before the host")
    _must_be_a_host(parts.hostname or "")
    return _Address(
        host=(parts.hostname or "").lower(),
        port=443 if port is None else port,
        path=_path(parts.path),
        bare=not ("?" in url or "#" in url),
    )


def _must_be_a_host(host: str) -> None:
    labels = host.lower().split(".")
    named = len(labels) > 1 and len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    # The last part of a number written as a host is itself a number, in whatever way it is written.
    if not named or not labels[-1][0].isalpha():
        raise _invalid("its host is no name on the internet")


def _path(path: str) -> tuple[str, ...]:
    """The parts of the path, decoded. Whatever a server might take for climbing or for another separator is refused,
    however often it is encoded.
    """
    decoded = path
    for _ in range(_DECODINGS):
        for part in decoded.split("/"):
            # What stands behind a semicolon is dropped by some servers before they look at the dots.
            if part.partition(";")[0] in (".", ".."):
                raise _invalid("its path leads upwards")
        further = unquote(decoded, errors="replace")
        if "\\" in further or further.count("/") != path.count("/") or not further.isprintable():
            raise _invalid("its path has characters that hide where it leads")
        if further == decoded:
            break
        decoded = further
    else:
        raise _invalid("its path has characters that hide where it leads")
    bare = path.removeprefix("/").removesuffix("/")
    return tuple(unquote(part) for part in bare.split("/")) if bare else ()


def _invalid(why: str) -> KnownError:
    return KnownError(
        "url_invalid",
        f"This link cannot be used: {why}.",
        "Copy the whole address from the platform; it begins with https://.",
    )
