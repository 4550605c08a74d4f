"""A small honest model of the service's half of uploads, with parts of a handful of bytes, behind a faulty network."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from app.domain.errors import KnownError
from app.sync.calls import HttpAnswer, HttpCall, Steps, T, Unreachable
from app.wire.messages import PART_HASH_HEADER, Hello, UploadAsk, UploadState
from tests.sync.network import carried
from tests.sync.simulated import JSON, refusal

PART = 1_000


class Trouble(StrEnum):
    LOST = "lost on the way"
    ANSWER_LOST = "the answer was lost"
    TWICE = "it came twice"
    BUSY = "the service is busy"
    FAULT = "a fault in the service"
    FAULT_AFTER = "a fault in the service after it was done"
    SIGNED_OUT = "the sign-in ended"
    FORGOT = "the service was restored from a backup without the file"
    DAMAGED = "the body was damaged on the way"
    KILLED = "the program was killed"


class Killed(BaseException):
    """The laptop's program ends here."""


@dataclass
class Kept:
    size: int
    parts: dict[int, bytes] = field(default_factory=dict)
    state: str = "parts"


class FileDesk:
    """checks: how often an upload is still *checking* before it is decided. troubles: by number of the call."""

    def __init__(self) -> None:
        self.uploads: dict[str, Kept] = {}
        self.durable_seq = 0
        self.checks = 0
        self.troubles: dict[int, Trouble] = {}
        self.calls: list[str] = []
        self.puts = 0
        self.knows_uploads = True
        self._backup: dict[str, Kept] = {}

    def whole(self, sha256: str) -> bytes | None:
        kept = self.uploads.get(sha256)
        if kept is None or kept.state != "complete":
            return None
        return b"".join(content for _, content in sorted(kept.parts.items()))

    def back_up(self) -> None:
        self._backup = copy.deepcopy(self.uploads)

    def restore(self) -> None:
        self.uploads = copy.deepcopy(self._backup)

    # -- the network --------------------------------------------------------------------------------------------

    def run(self, steps: Steps[T]) -> T:
        """Carries a conversation. ``Killed`` leaves it where it is, as a kill would."""
        return carried(steps, self._carry)

    def _carry(self, call: HttpCall) -> HttpAnswer:
        number = len(self.calls)
        self.calls.append(f"{call.method} {call.path.removeprefix('/api/')}")
        match self.troubles.get(number):
            case Trouble.LOST:
                raise Unreachable("lost", maybe_received=True)
            case Trouble.ANSWER_LOST:
                self._answer(call)
                raise Unreachable("timed out", maybe_received=True)
            case Trouble.TWICE:
                self._answer(call)
            case Trouble.BUSY:
                return refusal(503, "service_busy", "The service is busy just now.")
            case Trouble.FAULT:
                return refusal(500, "fault", "Something went wrong in the service.")
            case Trouble.FAULT_AFTER:
                self._answer(call)
                return HttpAnswer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
            case Trouble.SIGNED_OUT:
                raise KnownError("sign_in_again", "Your sign-in has ended.", "Sign in again.")
            case Trouble.FORGOT:
                self.uploads.clear()
            case Trouble.DAMAGED:
                call = HttpCall(call.method, call.path, call.headers, call.body[:-1] + b"!")
            case Trouble.KILLED:
                raise Killed
        return self._answer(call)

    # -- the service --------------------------------------------------------------------------------------------

    def _answer(self, call: HttpCall) -> HttpAnswer:
        match call.method, call.path.split("/")[2:]:
            case "GET", ["sync", "hello"]:
                return self._hello()
            case _ if not self.knows_uploads:
                return refusal(404, "not_found", "There is nothing here.")
            case "POST", ["blobs"]:
                return self._announce(call.body)
            case "PUT", ["blobs", sha256, "parts", number]:
                return self._part(sha256, int(number), call)
            case "POST", ["blobs", sha256, "complete"]:
                return self._complete(sha256)
        raise AssertionError(call)

    def _announce(self, body: bytes) -> HttpAnswer:
        try:
            ask = msgspec.json.decode(body, type=UploadAsk)
        except msgspec.MsgspecError:
            return refusal(500, "fault", "Something went wrong in the service.")
        kept = self.uploads.setdefault(ask.sha256, Kept(ask.size))
        if kept.state == "refused":
            kept.state = "parts"
        return self._state(ask.sha256)

    def _part(self, sha256: str, number: int, call: HttpCall) -> HttpAnswer:
        self.puts += 1
        kept = self.uploads.get(sha256)
        if kept is None:
            return refusal(404, "upload_unknown", "The service knows of no such file of yours.")
        if hashlib.sha256(call.body).hexdigest() != call.headers[PART_HASH_HEADER]:
            return refusal(400, "part_changed", "A piece arrived different.")
        known = kept.parts.setdefault(number, call.body)
        if known != call.body:
            return refusal(409, "part_differs", "Another content was sent before.")
        return HttpAnswer(204)

    def _complete(self, sha256: str) -> HttpAnswer:
        kept = self.uploads.get(sha256)
        if kept is None:
            return refusal(404, "upload_unknown", "The service knows of no such file of yours.")
        if kept.state == "complete":
            return self._state(sha256, 202)
        if sum(map(len, kept.parts.values())) < kept.size:
            return self._refused(sha256, "parts_missing")
        if self.checks:
            self.checks -= 1
            return self._state(sha256, 202, "checking")
        whole = b"".join(content for _, content in sorted(kept.parts.items()))
        if hashlib.sha256(whole).hexdigest() != sha256:
            kept.parts, kept.state = {}, "refused"
            return self._refused(sha256, "file_changed")
        kept.state = "complete"
        return self._state(sha256, 202)

    def _state(self, sha256: str, status: int = 200, state: str = "") -> HttpAnswer:
        kept = self.uploads[sha256]
        told = UploadState(
            sha256=sha256,
            size=kept.size,
            part_size=PART,
            state=state or kept.state,
            parts=sorted(kept.parts),
        )
        return HttpAnswer(status, JSON, msgspec.json.encode(told))

    def _refused(self, sha256: str, code: str) -> HttpAnswer:
        told = UploadState(
            sha256=sha256,
            size=self.uploads[sha256].size,
            part_size=PART,
            state="refused",
            code=code,
            says="In words.",
        )
        return HttpAnswer(202, JSON, msgspec.json.encode(told))

    def _hello(self) -> HttpAnswer:
        hello = Hello(
            protocol_min=1,
            protocol_max=1,
            schema=1,
            epoch="",
            durable_seq=self.durable_seq,
            push_acts=200,
            push_bytes=1 << 20,
            server_time="",
        )
        return HttpAnswer(200, JSON, msgspec.json.encode(hello))
