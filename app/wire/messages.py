"""The messages that travel between desktop and service, version 1.

They are structures of their own, not domain classes: enumerations travel as text, so that a value of tomorrow
reaches an older client unharmed, and unknown fields are ignored on decoding while the cache keeps the raw body.
Days are ``YYYY-MM-DD``, moments ISO 8601 in UTC, sizes bytes.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

PROTOCOL = 1
"""The protocol version spoken here; ``hello`` tells the range a service understands."""

PUSH_ACTS = 200
"""Most acts one push may carry."""

PUSH_BYTES = 8 * 1024 * 1024
"""Most bytes one push may carry; a single larger act travels alone, up to ``ACT_BYTES``."""

ACT_BYTES = 32 * 1024 * 1024
"""Most bytes a single act may have."""

PUSH_IDS = 10_000
"""Most ids that the acts of one push may name in ``rests_on``, all together."""

PART_BYTES = 8 * 1024 * 1024
"""Bytes of one part of an upload; only the last one may be shorter."""

PART_HASH_HEADER = "X-Part-SHA256"
"""Each part travels with its own hex SHA-256."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding a message raises that is none, whatever somebody put in its place."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""A feed number, a count or a size, as any database can keep it."""

FileHash = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{64})?\Z")]
"""The hex SHA-256 that names a file, or nothing."""

QUEUE_ROOT = "queue"
"""Root of the thin rows, so that a request that leaves a device takes nothing from its queues."""


class Hello(msgspec.Struct, kw_only=True):
    """Answer of ``GET /api/sync/hello``. ``durable_seq``: everything up to this feed number is backed up.

    ``push_encodings``: in which encodings (``zstd``, ``gzip``) a push may come beside plain; an older service says
    none.
    """

    protocol_min: int
    protocol_max: int
    schema: int
    epoch: str
    durable_seq: Count
    push_acts: int
    push_bytes: int
    server_time: str
    version: str = ""
    push_encodings: list[str] = []


class FeedLine(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One line of a pulled page.

    op ``put``: a record. ``enter``: a root (request) comes into my scope; all I hold of it is replaced by the
    puts that follow. ``leave``: a root leaves my scope. ``drop``: one record is gone. The page's last line has
    ``end``: true, ``count`` (lines before it), the next ``cursor``, ``seen`` (feed number reached), ``tag`` (names a
    head of the feed at or after ``seen``; sent back beside it with acts, as ``seen_tag``) and ``more``.
    ``resync``: the cursor is unknown to the service; forget the cache and begin anew, keeping the outbox.
    """

    op: str = "put"
    kind: str = ""
    id: str = ""
    root: str = ""
    rev: Count = 0
    body: msgspec.Raw = msgspec.Raw()
    end: bool = False
    count: Count = 0
    cursor: str = ""
    seen: Count = 0
    more: bool = False
    resync: bool = False
    tag: str = ""


class RequestBody(msgspec.Struct, kw_only=True):
    """A moderation request. It carries no telephone and no e-mail of the centre (M-52)."""

    number: str
    centre_id: str
    centre_number: str
    centre_name: str
    nation: str
    qualification_code: str
    qualification_title: str
    awarding_body: str
    state: str
    submitted_on: str
    evidence_complete_on: str = ""
    due_on: str = ""
    earlier_due_on: list[str] = []
    held_on: str = ""
    hold_reason: str = ""
    certification_hold: bool = False
    outcome: str = ""
    moderator_id: str = ""
    moderator_name: str = ""
    sampling_words: str = ""
    centre_note: str = ""
    samples: int = 0
    judged: int = 0
    returned_on: str = ""
    last_day_on: str = ""


class SampleBody(msgspec.Struct, kw_only=True):
    position: int
    learner_name: str
    learner_number: str
    unit_code: str
    unit_title: str
    unit_credits: int
    assessor: str
    assessor_decision: str
    reason: str


class EvidenceBody(msgspec.Struct, kw_only=True):
    kind: str
    name: str
    sha256: FileHash
    size: Count
    sample_id: str = ""
    media_type: str = ""
    not_applicable: str = ""
    url: str = ""
    agreed: bool = False


class JudgementBody(msgspec.Struct, kw_only=True):
    sample_id: str
    decision: str
    rationale: str
    actions: list[str]
    moderator_id: str
    moderator_name: str
    recorded_at: str
    supersedes: list[str] = []
    withdrawn: str = ""


class FileBody(msgspec.Struct, kw_only=True):
    """A file that a person added to a note."""

    name: str
    sha256: FileHash
    size: Count
    media_type: str = ""


class NoteBody(msgspec.Struct, kw_only=True):
    stage: str
    author_id: str
    author_name: str
    text: str
    written_at: str
    sample_id: str = ""
    files: list[FileBody] = []


class ReportBody(msgspec.Struct, kw_only=True):
    outcome: str
    moderator_id: str
    moderator_name: str
    issued_at: str
    pdf_sha256: FileHash
    pdf_size: Count


class QueueRowBody(msgspec.Struct, kw_only=True):
    """A request as the queues of the awarding body show it; its root is ``QUEUE_ROOT``, not the request."""

    number: str
    centre_number: str
    centre_name: str
    qualification_code: str
    qualification_title: str
    state: str
    submitted_on: str
    due_on: str = ""
    held_on: str = ""
    outcome: str = ""
    moderator_id: str = ""
    moderator_name: str = ""
    samples: int = 0
    judged: int = 0


class ActMessage(msgspec.Struct, kw_only=True):
    """One act. ``payload_sha256`` is the hex SHA-256 of the payload's bytes exactly as they travel.

    ``files``: hex SHA-256 of the files it names, so that the service knows what to expect. ``seen_tag``: the ``tag``
    of the page that brought the device to ``seen``; empty from desktops that do not say it.
    """

    act_id: str
    seen: int
    kind: str
    target: str
    request_id: str
    recorded_at: str
    payload: msgspec.Raw
    payload_sha256: str
    base_rev: int = 0
    after: str = ""
    rests_on: list[str] = []
    files: list[str] = []
    seen_tag: str = ""


class Push(msgspec.Struct, kw_only=True):
    """Body of ``POST /api/sync/push``: acts in the order they were recorded."""

    device_id: str
    acts: list[ActMessage]
    protocol: int = PROTOCOL


class OutcomeMessage(msgspec.Struct, kw_only=True):
    """The answer to one act; ``outcome`` is one of the six words of the protocol."""

    act_id: str
    outcome: str
    code: str = ""
    says: str = ""
    n: Count = 0


class PushAnswer(msgspec.Struct, kw_only=True):
    outcomes: list[OutcomeMessage]


class KindSum(msgspec.Struct, kw_only=True):
    """How many records of a kind, and the digest over their ids and revs (see ``wire.manifest``)."""

    count: int
    digest: str


class ManifestAsk(msgspec.Struct, kw_only=True):
    """Body of ``POST /api/sync/manifest``: what the device holds after a complete pull up to ``cursor``.

    First by kind. If something differs, asked again with ``roots``: the digest of every root the device holds.
    """

    cursor: str
    kinds: dict[str, KindSum]
    roots: dict[str, str] | None = None


class ManifestAnswer(msgspec.Struct, kw_only=True):
    """``current``: whether nothing of mine changed since the cursor; if not, nothing was compared: pull, ask again.

    ``kinds``: those that differ. ``roots``: those that differ, once they were asked for; the feed now brings them
    anew, or takes them away, on the next pull.
    """

    current: bool
    kinds: list[str] = []
    roots: list[str] = []


class UploadAsk(msgspec.Struct, kw_only=True):
    """Body of ``POST /api/blobs``: I have this file and want to bring it. ``size`` in bytes."""

    sha256: str
    size: int
    media_type: str = ""


class UploadState(msgspec.Struct, kw_only=True):
    """How an upload stands, as far as its own author may know.

    ``state``: ``parts`` (send those not in ``parts``), ``checking`` (complete was asked for; ask again),
    ``complete``, or ``refused`` with ``code`` and ``says``. Parts count from 0; all but the last have
    ``part_size`` bytes.
    """

    sha256: str
    size: int
    part_size: int
    state: str
    parts: list[int] = []
    code: str = ""
    says: str = ""


class SignIn(msgspec.Struct, kw_only=True):
    email: str
    password: str
    device_id: str
    device_name: str = ""


class GrantMessage(msgspec.Struct, kw_only=True):
    role: str
    centre_id: str = ""


class Tokens(msgspec.Struct, kw_only=True):
    """Answer of sign-in and refresh. ``access`` lasts ``expires_in`` seconds; ``refresh`` is empty on refresh."""

    access: str
    expires_in: int
    person_id: str
    person_name: str
    email: str
    grants: list[GrantMessage]
    refresh: str = ""


class Refresh(msgspec.Struct, kw_only=True):
    refresh: str


class Problem(msgspec.Struct, kw_only=True):
    """Body of every refusal of the service: a code for programs, words and advice for the person."""

    code: str
    says: str
    do: str = ""
