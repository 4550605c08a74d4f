"""A small honest model of the service: it keeps its promises, and nothing but the protocol is known of it.

Every change has a number; what a device sees at a number can be worked out again at any time. It serves one person.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import zstandard

from app.domain.acts import AddNote, RecordJudgement, SubmitReport
from app.domain.dates import to_text
from app.domain.people import Grant, Person, Role
from app.sync.calls import HttpAnswer, HttpCall
from app.wire.acts import deed_of
from app.wire.codec import body_of, root_of, tokens_of
from app.wire.manifest import Digest
from app.wire.messages import (
    PROTOCOL,
    ActMessage,
    FeedLine,
    Hello,
    KindSum,
    ManifestAnswer,
    ManifestAsk,
    OutcomeMessage,
    Problem,
    Push,
    PushAnswer,
    Refresh,
    SignIn,
    Tokens,
)
from tests.support import records

MORGAN = Person(
    "person-1", "morgan.fairweather@example.invalid", "Morgan Fairweather", (Grant(Role.MODERATOR),)
)
PASSWORD = "correct horse"
JSON = {"content-type": "application/json"}
NDJSON = {"content-type": "application/x-ndjson"}

Key = tuple[str, str]
TAKEN = ("applied", "held")


@dataclass
class Data:
    """All that a backup holds. ``rows``: number, kind, id, root and body (None: dropped) of every change."""

    head: int = 0
    tags: dict[int, str] = field(default_factory=dict)
    rows: list[tuple[int, str, str, str, bytes | None]] = field(default_factory=list)
    scope: list[tuple[int, str, bool]] = field(default_factory=list)
    received: dict[str, tuple[str, OutcomeMessage]] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    taken_away: set[tuple[str, int]] = field(default_factory=set)


class SimulatedService:
    """``answer`` is the whole outside; the rest is what happens inside of it, at the hands of others."""

    def __init__(self, seed: int = 0, page_lines: int = 5, push_acts: int = 200) -> None:
        self._random = random.Random(seed)
        self._page_lines = page_lines
        self.person = MORGAN
        self.data = Data()
        self.durable_seq = 0
        self._backup = copy.deepcopy(self.data)
        self.blobs: dict[str, bytes] = {}
        self.access = "access-0"
        self.refresh = "refresh-0"
        self.protocol = (PROTOCOL, PROTOCOL)
        self.push_acts, self.push_bytes = push_acts, 8 * 2**20
        self.push_encodings: list[str] = []
        self.compares = 200
        self.mends = True
        self.server_time = records.NOON
        self.packed_pushes = 0
        self.hashes: dict[str, str] = {}
        self.calls: list[str] = []

    # -- what others do -----------------------------------------------------------------------------------------

    def put(self, *changed: Any) -> None:
        """Other people's changes, in one transaction each."""
        for record in changed:
            self._begin()
            kind, body = body_of(record)
            self.data.rows.append((self.data.head, kind, record.id, root_of(record), body))

    def drop(self, kind: str, identifier: str, root: str) -> None:
        self._begin()
        self.data.rows.append((self.data.head, kind, identifier, root, None))

    def assign(self, root: str, mine: bool = True) -> None:
        """The person gets a request, or loses it."""
        self._begin()
        self.data.scope.append((self.data.head, root, mine))

    def hold(self, root: str, held: bool = True) -> None:
        (self.data.held.add if held else self.data.held.discard)(root)

    def back_up(self) -> None:
        self._backup = copy.deepcopy(self.data)
        self.durable_seq = self.data.head

    def restore(self) -> None:
        """Back to the last backup: what came since is lost, and what follows is another story with other tags."""
        self.data = copy.deepcopy(self._backup)

    def end_access(self) -> None:
        self.access = f"access-{self._random.random()}"

    def revoke(self) -> None:
        self.end_access()
        self.refresh = f"refresh-{self._random.random()}"

    # -- what is so ---------------------------------------------------------------------------------------------

    def mine(self, at: int | None = None) -> set[str]:
        """The roots in the person's scope at a number, or now."""
        found: dict[str, bool] = {}
        for n, root, entered in self.data.scope:
            if at is None or n <= at:
                found[root] = entered
        return {root for root, entered in found.items() if entered}

    def state(self, at: int | None = None) -> dict[Key, tuple[int, str, bytes]]:
        """Every record as it is at a number, or now: rev, root and body."""
        found: dict[Key, tuple[int, str, bytes | None]] = {}
        for n, kind, identifier, root, body in self.data.rows:
            if at is None or n <= at:
                found[kind, identifier] = (n, root, body)
        return {key: (n, root, body) for key, (n, root, body) in found.items() if body is not None}

    def answer_for_person(self) -> dict[Key, tuple[int, bytes]]:
        """What a device must hold at rest."""
        mine = self.mine()
        return {key: (n, body) for key, (n, root, body) in self.state().items() if root in mine}

    # -- the calls ----------------------------------------------------------------------------------------------

    def answer(self, call: HttpCall) -> HttpAnswer:
        parts = urlsplit(call.path)
        self.calls.append(f"{call.method} {parts.path}")
        match call.method, parts.path:
            case "GET", "/api/sync/hello":
                return self._json(self._hello())
            case "POST", "/api/auth/sign-in":
                return self._sign_in(msgspec.json.decode(call.body, type=SignIn))
            case "POST", "/api/auth/refresh":
                return self._renew(msgspec.json.decode(call.body, type=Refresh))
            case "POST", "/api/auth/sign-out":
                self.revoke()
                return HttpAnswer(204)
        if call.headers.get("Authorization") != f"Bearer {self.access}":
            return refusal(401, "signed_out", "You are signed out.")
        match call.method, parts.path:
            case "GET", "/api/sync/pull":
                return HttpAnswer(200, NDJSON, self._pull(parse_qs(parts.query).get("cursor", [""])[0]))
            case "POST", "/api/sync/push":
                return self._receive(call)
            case "POST", "/api/sync/manifest":
                if self.compares != 200:
                    return refusal(self.compares, "not_found", "There is nothing here.")
                return self._json(self._compare(msgspec.json.decode(call.body, type=ManifestAsk)))
            case "POST", path if path.startswith("/api/sync/roots/") and path.endswith("/open"):
                return self._open(path.split("/")[4])
            case "GET", path if path.startswith("/api/blobs/"):
                return self._blob(path.rsplit("/", 1)[1])
        return refusal(404, "not_found", "There is nothing here.")

    def _json(self, message: msgspec.Struct) -> HttpAnswer:
        return HttpAnswer(200, JSON, msgspec.json.encode(message))

    def _hello(self) -> Hello:
        return Hello(
            protocol_min=self.protocol[0],
            protocol_max=self.protocol[1],
            schema=1,
            epoch="epoch-1",
            durable_seq=self.durable_seq,
            push_acts=self.push_acts,
            push_bytes=self.push_bytes,
            server_time=to_text(self.server_time),
            push_encodings=self.push_encodings,
        )

    def _tokens(self, refresh: str = "") -> Tokens:
        return tokens_of(self.person, self.access, 1800, refresh)

    def _sign_in(self, message: SignIn) -> HttpAnswer:
        if (message.email, message.password) != (self.person.email, PASSWORD):
            return refusal(401, "wrong_password", "E-mail or password is wrong.")
        return self._json(self._tokens(self.refresh))

    def _renew(self, message: Refresh) -> HttpAnswer:
        if message.refresh != self.refresh:
            return refusal(401, "signed_out", "You are signed out.")
        return self._json(self._tokens())

    def _blob(self, sha256: str) -> HttpAnswer:
        data = self.blobs.get(sha256)
        if data is None:
            return refusal(404, "not_found", "There is no such file, or none that you may read.")
        return HttpAnswer(
            200, {"content-type": "application/octet-stream"}, chunks=iter([data[:10], data[10:]])
        )

    # -- pull ---------------------------------------------------------------------------------------------------

    def _pull(self, text: str) -> bytes:
        cursor: dict[str, Any] = (
            json.loads(text) if text else {"base": 0, "head": 0, "done": 0, "tags": ["", ""]}
        )
        marks = [self.data.tags.get(cursor["base"], ""), self.data.tags.get(cursor["head"], "")]
        if marks != cursor["tags"]:
            return msgspec.json.encode(FeedLine(end=True, resync=True)) + b"\n"
        base, head, done = cursor["base"], cursor["head"], cursor["done"]
        if base == head:
            head, done = self.data.head, 0
        lines = self._walk(base, head)
        page = lines[done : done + self._page_lines]
        done += len(page)
        if done == len(lines):
            base, done = head, 0
        following = {
            "base": base,
            "head": head,
            "done": done,
            "tags": [self.data.tags.get(base, ""), self.data.tags.get(head, "")],
        }
        end = FeedLine(
            end=True,
            count=len(page),
            cursor=json.dumps(following),
            seen=base,
            more=base < self.data.head,
        )
        return b"\n".join(msgspec.json.encode(line) for line in [*page, end]) + b"\n"

    def _walk(self, base: int, head: int) -> list[FeedLine]:
        """All lines on the way from one head to another; the same whenever it is asked."""
        state, mine = self.state(head), self.mine(head)
        before = self.mine(base) if base else set()
        last = {root: n for n, root, _ in self.data.scope if base < n <= head}
        lines: list[tuple[int, int, FeedLine]] = []
        for root, n in last.items():
            if root in mine:
                lines.append((n, 0, FeedLine(op="enter", root=root, rev=n)))
                lines += [(n, 1, _line(k, v)) for k, v in sorted(state.items()) if v[1] == root]
            elif root in before or (root, n) in self.data.taken_away:
                lines.append((n, 0, FeedLine(op="leave", root=root, rev=n)))
        for n, kind, identifier, root, body in self.data.rows:
            if not base < n <= head or root not in mine or root in last:
                continue
            if body is None:
                lines.append((n, 0, FeedLine(op="drop", kind=kind, id=identifier, root=root, rev=n)))
            elif state.get((kind, identifier), (0,))[0] == n:
                lines.append((n, 0, _line((kind, identifier), (n, root, body))))
        return [line for _, _, line in sorted(lines, key=lambda entry: entry[:2])]

    # -- comparing and opening ----------------------------------------------------------------------------------

    def _compare(self, ask: ManifestAsk) -> ManifestAnswer:
        cursor = json.loads(ask.cursor)
        if cursor["base"] != self.data.head or cursor["tags"][0] != self.data.tags.get(self.data.head, ""):
            return ManifestAnswer(current=False)
        kinds: dict[str, Digest] = {}
        roots: dict[str, Digest] = {root: Digest() for root in self.mine()}
        for (kind, identifier), (n, root, _) in self.state().items():
            if root in roots:
                kinds.setdefault(kind, Digest()).add(kind, identifier, n)
                roots[root].add(kind, identifier, n)
        sums = {kind: KindSum(count=sum.count, digest=sum.text()) for kind, sum in kinds.items()}
        unlike = sorted(
            kind for kind in sums.keys() | ask.kinds.keys() if sums.get(kind) != ask.kinds.get(kind)
        )
        answer = ManifestAnswer(current=True, kinds=unlike)
        if ask.roots is not None:
            empty = Digest().text()
            for root in sorted(roots.keys() | ask.roots.keys()):
                mine = roots[root].text() if root in roots else ""
                if (mine or empty) != ask.roots.get(root, empty):
                    answer.roots.append(root)
                    if not self.mends:
                        continue
                    self.assign(root, root in roots)
                    if root not in roots:
                        self.data.taken_away.add((root, self.data.head))
        return answer

    def _open(self, root: str) -> HttpAnswer:
        if ("request", root) not in self.state():
            return refusal(404, "not_found", "There is no such request, or none that you may see.")
        self.assign(root)
        return HttpAnswer(204)

    # -- push ---------------------------------------------------------------------------------------------------

    def _receive(self, call: HttpCall) -> HttpAnswer:
        packed = call.headers.get("Content-Encoding", "")
        if packed and packed not in self.push_encodings:
            return refusal(400, "malformed", "The service cannot read this message.")
        body = zstandard.ZstdDecompressor().decompress(call.body) if packed else call.body
        self.packed_pushes += bool(packed)
        return self._push(msgspec.json.decode(body, type=Push))

    def _push(self, push: Push) -> HttpAnswer:
        assert len(push.acts) <= self.push_acts
        total = sum(len(bytes(act.payload)) for act in push.acts)
        if len(push.acts) > 1 and total > self.push_bytes:
            return refusal(413, "too_large", "More than the service takes at once.")
        return self._json(PushAnswer(outcomes=[self._take(act) for act in push.acts]))

    def _take(self, act: ActMessage) -> OutcomeMessage:
        payload = bytes(act.payload)
        sha256 = hashlib.sha256(payload).hexdigest()
        assert sha256 == act.payload_sha256, "the payload changed on its way"
        assert self.hashes.setdefault(act.act_id, sha256) == sha256, "an act changed after it was first sent"
        before = self.data.received.get(act.act_id)
        released = before is not None and before[1].outcome == "held" and act.request_id not in self.data.held
        if before is not None and before[1].outcome != "blocked" and not released:
            stored = before[1]
            word = "already_applied" if stored.outcome in TAKEN else stored.outcome
            return OutcomeMessage(
                act_id=act.act_id, outcome=word, code=stored.code, says=stored.says, n=stored.n
            )
        outcome = self._waits(act) or self._effect(act, payload)
        self.data.received[act.act_id] = (sha256, outcome)
        return outcome

    def _waits(self, act: ActMessage) -> OutcomeMessage | None:
        after = self.data.received.get(act.after)
        if act.after and (after is None or after[1].outcome == "blocked"):
            return _said(act, "blocked", "waits_for_earlier")
        for other in act.rests_on:
            known = self.data.received.get(other)
            if known is None or known[1].outcome not in TAKEN:
                return _said(act, "blocked", "rests_on_untaken")
        return None

    def _effect(self, act: ActMessage, payload: bytes) -> OutcomeMessage:
        root = act.request_id
        if root not in self.mine(min(act.seen, self.data.head)) | self.mine():
            return _said(act, "rejected", "not_assigned")
        if root in self.data.held:
            self._begin()
            said = _said(act, "held", "on_hold")
            said.n = self.data.head
            return said
        deed = deed_of(act.kind, payload)
        match deed:
            case AddNote(text=text) if "unstorable" in text:
                return _said(act, "rejected", "unstorable")
            case AddNote():
                self.put(records.note(act.act_id, request_id=root, sample_id=deed.sample_id, text=deed.text))
            case RecordJudgement():
                self.put(
                    records.judgement(act.act_id, deed.sample_id, request_id=root, supersedes=deed.supersedes)
                )
            case SubmitReport():
                self._begin()
            case _:
                raise AssertionError(f"no such act here: {act.kind}")
        assert act.act_id not in self.data.effects, "an act took effect twice"
        self.data.effects.append(act.act_id)
        said = _said(act, "applied")
        said.n = self.data.head
        return said

    def _begin(self) -> None:
        self.data.head += 1
        self.data.tags[self.data.head] = f"{self._random.getrandbits(64):016x}"


def _said(act: ActMessage, word: str, code: str = "") -> OutcomeMessage:
    return OutcomeMessage(
        act_id=act.act_id, outcome=word, code=code, says=f"In words: {code}" if code else ""
    )


def _line(key: Key, value: tuple[int, str, bytes]) -> FeedLine:
    (kind, identifier), (n, root, body) = key, value
    return FeedLine(kind=kind, id=identifier, root=root, rev=n, body=msgspec.Raw(body))


def refusal(status: int, code: str, says: str, **headers: str) -> HttpAnswer:
    body = msgspec.json.encode(Problem(code=code, says=says, do="Do this."))
    return HttpAnswer(status, {**JSON, **headers}, body)
