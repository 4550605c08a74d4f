"""A plain form with files in it, taken in while it comes: nothing of it is held beyond one part of one file.

The framework would keep the whole form on the service's own disk before anybody is asked whether they may send it. So
this form looks after itself: who sends it is known before its first byte is read, and its token stands before its
first file.
"""

from __future__ import annotations

import hmac
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.exceptions import InternalServerException
from litestar.middleware.csrf import generate_csrf_hash
from litestar.utils.scope.state import ScopeState
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from app.service.blobs import BlobStore
from app.service.errors import Refusal
from app.service.uploads_whole import Arrived, Arriving

FIELD_BYTES = 64 * 1024
"""How long one field may be that is no file."""

FILES_AT_ONCE = 500
"""Most files of one form; how many a claim has in the end is not limited (M-48)."""

_TOKEN = "_csrf_token"
_TOKEN_LENGTH = 64
_PASSED_OVER = 32 * 1024 * 1024


class FileForm:
    """The fields of a form, and the files that came with it: (name, file), in their order."""

    def __init__(self, request: Request[Any, Any, Any], blobs: BlobStore) -> None:
        self.fields: dict[str, str] = {}
        self.files: list[tuple[str, Arrived]] = []
        self._request = request
        self._blobs = blobs
        self._segment: MultipartSegment | None = None
        self._text = bytearray()
        self._file: Arriving | None = None

    async def read(self) -> None:
        """Takes the whole form in. Raises Refusal 403 unless its token is the one this browser was given, 400 for what
        is no such form.
        """
        try:
            with PushMultipartParser(self._boundary(), max_segment_count=FILES_AT_ONCE) as parser:
                async for piece in self._request.stream():
                    if piece:
                        for event in parser.parse(piece):
                            await self._take(event)
        except MultipartError as error:
            raise Refusal(400, "malformed", "The service cannot read this form.", "Send it again.") from error
        except InternalServerException as error:
            # Whoever was sending has gone; nobody reads this answer.
            raise Refusal(400, "broken_off", "The form broke off on the way.", "Send it again.") from error
        self._must_be_of_this_browser()

    async def _take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        match event:
            case MultipartSegment():
                self._segment, self._text = event, bytearray()
                if event.filename:
                    self._must_be_of_this_browser()
                    self._file = Arriving(self._blobs)
            case None:
                await self._end_field()
            case _ if self._file is not None:
                self._file.take(bytes(event))
                if self._file.is_full:
                    await sync_to_thread(self._file.store)
            case _:
                self._text += event
                if len(self._text) > FIELD_BYTES:
                    raise Refusal(413, "too_large", "A field of this form is too long.", "Shorten it.")

    async def _end_field(self) -> None:
        assert self._segment is not None
        if self._file is not None:
            arrived = await sync_to_thread(self._file.end)
            self.files.append((self._segment.filename or "", arrived))
            self._file = None
        elif self._segment.filename is None and self._segment.name:
            self.fields[self._segment.name] = self._text.decode("utf-8", "replace")

    def _boundary(self) -> str:
        kind, options = parse_options_header(self._request.headers.get("content-type", ""))
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise Refusal(400, "malformed", "The service cannot read this form.", "Send it again.")
        return str(options["boundary"])

    def _must_be_of_this_browser(self) -> None:
        """The same as the framework does for every other form: the form's token is the cookie's, and signed by us."""
        config = self._request.app.csrf_config
        assert config is not None
        token, cookie = self.fields.get(_TOKEN, ""), self._request.cookies.get(config.cookie_name) or ""
        signed = generate_csrf_hash(token=token[:_TOKEN_LENGTH], secret=config.secret)
        known = hmac.compare_digest(token[_TOKEN_LENGTH:].encode(), signed.encode())
        if not (cookie and known and hmac.compare_digest(token.encode(), cookie.encode())):
            raise Refusal(
                403, "form_expired", "This page was open for too long.", "Load the page anew and try again."
            )
        # What the page that answers needs for its own forms.
        ScopeState.from_scope(self._request.scope).csrf_token = token


async def pass_over(request: Request[Any, Any, Any]) -> None:
    """Lets a part of what is still being sent go by, unkept, so that a browser gets to read why it was refused."""
    left = _PASSED_OVER
    try:
        async for piece in request.stream():
            left -= len(piece)
            if left < 0:
                return
    except InternalServerException:
        return
