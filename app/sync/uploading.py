"""Bringing the person's own files to the service: part by part, from wherever it was broken off, kept until it is safe.

A file goes through three doors. It is sent until the service says that the whole is right. It is kept until the act
that names it, and the file itself, are in the service's backups: then a service restored to yesterday has it still.
Only then its key moves to the cache, or goes with the file if the request has left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from app.domain.errors import KnownError
from app.models.kept_files import Upload, UploadStage, is_taken
from app.sync.answers import Refused, checked, message, not_the_service
from app.sync.calls import BadAnswer, HttpCall, Steps, Unreachable
from app.sync.transfer import Cancelled
from app.wire.messages import PART_HASH_HEADER, Hello, UploadAsk, UploadState

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.uploads import Uploads
    from app.vault.files import FileStore, SealedFile

LARGEST_PART = 64 * 1024 * 1024
"""More bytes than any service may ask for at once: they are held in memory."""

_POLLS = 60
"""How often a service that checks a file is asked about it in one go; it lets each answer wait a little itself."""

_TURNS = 4
"""How often one file may be begun anew in one go."""

_DAMAGED_ON_THE_WAY = "part_changed"
_PARTS_MISSING = "parts_missing"
_STOPS_ALL = frozenset({"sign_in_again", "service_busy", "not_the_service"})


@dataclass(frozen=True, slots=True)
class Sending:
    """How far bringing files to the service has come: files and bytes, and by name why some are not there yet.

    current, current_bytes: the SHA-256 of the file that is being sent, and how much of it the service has.
    """

    done: int
    total: int
    bytes_done: int
    bytes_total: int
    failed: Mapping[str, str] = field(default_factory=dict)
    current: str = ""
    current_bytes: int = 0


def send_files(
    uploads: Uploads,
    store: FileStore,
    *,
    on_progress: Callable[[Sending], None] = lambda sending: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Steps[Sending]:
    """Sends every file that is due, one after the other. One that is refused stops no other.

    Raises what would stop them all: ``Unreachable``, ``sign_in_again``, a service that is busy or not the service;
    and ``Cancelled`` between two parts. What was sent is not sent again.
    """
    uploads.offer_again()
    due = uploads.due()
    state = Sending(0, len(due), 0, sum(upload.size for upload in due))

    def count(length: int) -> None:
        nonlocal state
        state = replace(
            state, bytes_done=state.bytes_done + length, current_bytes=state.current_bytes + length
        )
        on_progress(state)

    for upload in due:
        state = replace(state, current=upload.sha256, current_bytes=0)
        try:
            here = yield from send_file(uploads, store, upload, on_bytes=count, cancelled=cancelled)
        except (Unreachable, BadAnswer) as error:
            uploads.note(upload, UploadStage.SENDING, error.says)
            raise
        except KnownError as error:
            lasting = not _passes(error)
            uploads.note(upload, UploadStage.REFUSED if lasting else UploadStage.SENDING, error.says)
            if not lasting:
                raise
            state = replace(state, failed={**state.failed, upload.name: error.says})
        else:
            state = replace(state, done=state.done + here)
        on_progress(state)
    return state


def send_file(
    uploads: Uploads,
    store: FileStore,
    upload: Upload,
    *,
    on_bytes: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Steps[bool]:
    """Sends what the service lacks of one file; returns whether it has it whole now, or is still checking it.

    Raises the ``KnownError`` that says why it does not go on, and ``Cancelled``.
    """
    uploads.note(upload, UploadStage.SENDING)
    state = yield from _ask(upload)
    polls = turns = 0
    while True:
        match state.state:
            case "complete":
                uploads.note_complete(upload)
                return True
            case "parts" if turns < _TURNS:
                turns += 1
                with store.open(upload.sha256, upload.key) as sealed:
                    state = yield from _send_parts(upload, sealed, state, on_bytes, cancelled)
            case "checking" if polls < _POLLS:
                polls += 1
                if cancelled():
                    raise Cancelled
                state = yield from _complete(upload)
            case "checking":
                uploads.note(upload, UploadStage.SENDING, "The service is still checking this file.")
                return False
            case "refused" if turns < (_TURNS if state.code == _PARTS_MISSING else 2):
                state = yield from _ask(upload)
            case _:
                raise KnownError(
                    state.code or "upload_refused",
                    state.says or "The service does not take this file.",
                    "It is kept here. Tell the support contact.",
                    details=f"{state.state} {state.code}",
                )


def settle_files(uploads: Uploads, cache: CacheStore, store: FileStore) -> Steps[None]:
    """Lets go of files that the service's backups hold. Nothing is asked as long as there are none that may be."""
    candidates = [upload for upload in uploads.settling() if is_taken(upload) and upload.beyond >= 0]
    if not candidates:
        return
    hello = message((yield HttpCall("GET", "/api/sync/hello")), Hello)
    for upload in candidates:
        if hello.durable_seq <= upload.beyond:
            continue
        # Asked a last time: a service restored meanwhile may not have the file any more, and nobody would know.
        state = yield from _ask(upload)
        if state.state == "complete":
            let_go(uploads, cache, store, upload)
        else:
            uploads.note(upload, UploadStage.WAITING)


def let_go(uploads: Uploads, cache: CacheStore, store: FileStore, upload: Upload) -> None:
    """The file is safe at the service: it belongs to the cache from now on, or goes if its request has left."""
    if cache.roots_here([upload.request_id]):
        key = cache.reserve_file(upload.sha256, upload.size, upload.key)
        if key != upload.key or not cache.file_arrived(upload.sha256):
            return  # The record that names it has not been pulled yet; until then it stays readable from here.
        uploads.drop(upload)
    elif uploads.drop(upload) and cache.file_key(upload.sha256) is None:
        store.remove(upload.sha256)


def sweep_leftovers(uploads: Uploads, cache: CacheStore, store: FileStore) -> None:
    """Removes files of acts that were never recorded, and of those that were taken back and whose request left."""
    gone = [
        upload
        for upload in uploads.all()
        if upload.act_state == "taken_back" and not cache.roots_here([upload.request_id])
    ]
    for upload in (*uploads.leftovers(), *gone):
        if uploads.drop(upload) and cache.file_key(upload.sha256) is None:
            store.remove(upload.sha256)


def _send_parts(
    upload: Upload,
    sealed: SealedFile,
    state: UploadState,
    on_bytes: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Steps[UploadState]:
    """Sends the parts that the service lacks and asks it to check the whole; returns how the upload then stands."""
    if not 0 < state.part_size <= LARGEST_PART:
        raise not_the_service(f"parts of {state.part_size} bytes")
    known = set(state.parts)
    count = -(-sealed.size // state.part_size)
    on_bytes(sum(min(state.part_size, sealed.size - n * state.part_size) for n in known if n < count))
    for number in range(count):
        if number in known:
            continue
        if cancelled():
            raise Cancelled
        content = sealed.read_at(number * state.part_size, state.part_size)
        try:
            yield from _send_part(upload, number, content)
        except Refused as error:
            if error.status not in (404, 409):
                raise
            # It no longer expects this part: it was restored from a backup, or the upload begun anew elsewhere.
            return (yield from _ask(upload))
        on_bytes(len(content))
    return (yield from _complete(upload))


def _send_part(upload: Upload, number: int, content: bytes) -> Steps[None]:
    headers = {
        "Content-Type": "application/octet-stream",
        PART_HASH_HEADER: hashlib.sha256(content).hexdigest(),
    }
    call = HttpCall("PUT", f"/api/blobs/{upload.sha256}/parts/{number}", headers, content)
    try:
        checked((yield call))
    except Refused as error:
        if error.code != _DAMAGED_ON_THE_WAY:
            raise
        checked((yield call))


def _ask(upload: Upload) -> Steps[UploadState]:
    ask = UploadAsk(sha256=upload.sha256, size=upload.size, media_type=upload.media_type)
    headers = {"Content-Type": "application/json"}
    return message((yield HttpCall("POST", "/api/blobs", headers, msgspec.json.encode(ask))), UploadState)


def _complete(upload: Upload) -> Steps[UploadState]:
    try:
        return message((yield HttpCall("POST", f"/api/blobs/{upload.sha256}/complete")), UploadState)
    except Refused as error:
        if error.status != 404:
            raise
        # It was restored from a backup that does not know of the file.
        return (yield from _ask(upload))


def _passes(error: KnownError) -> bool:
    """Whether this is trouble with the service just now, and not with the file."""
    if isinstance(error, Refused) and (error.status >= 500 or error.status in (401, 403, 429)):
        return True
    return error.code in _STOPS_ALL
