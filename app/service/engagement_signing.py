"""The Head of Centre's electronic signature under the Engagement Document (Q-13): only with it is it submitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from app.domain.dates import london_day
from app.domain.engagement import after_ced_submitted, filled_entries, signed_ced
from app.domain.errors import KnownError
from app.domain.frameworks import Framework
from app.domain.people import Permission, Person
from app.domain.reviews import Ced, CedFile
from app.service import tables as t
from app.service.accounts import new_id, prove_person
from app.service.ced_records import load_ced_files
from app.service.database import reading
from app.service.engagement_desk import (
    KeptCed,
    framework_of,
    in_ced,
    keep_ced,
    must_be_open,
    must_be_storable,
    must_be_theirs,
    publish_review,
)
from app.service.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Signing:
    """What a Head of Centre hands in to sign: their name and role as typed, their password once more, and the hex
    SHA-256 of the content that they were shown. address: where they sit, for counting attempts.
    """

    name: str
    role: str
    password: str
    content_sha256: str
    address: str


def sign_ced(
    engine: Engine, passwords: Passwords, person: Person, review_id: str, signing: Signing, now: datetime
) -> Ced:
    """Signs the document as it is kept: its content is hashed and locked, and it counts as submitted today (Q-13).

    With text A before the consortium is confirmed it stands provisionally (D-14).

    Raises KnownError for anybody but the Head of Centre, without a name or role, for a document that is signed, not
    complete or not what they were shown; Refusal 401 for a wrong password and 429 after too many attempts.
    """
    must_be_storable(signing.name + signing.role)
    with reading(engine) as connection:
        must_be_theirs(connection, person, review_id, Permission.SIGN_CED)
    prove_person(engine, passwords, person.email, signing.password, signing.address, now)

    def sign(connection: Connection, kept: KeptCed) -> Ced:
        must_be_open(kept)
        framework = framework_of(kept)
        files = load_ced_files(connection, [review_id])
        signed = signed_ced(
            framework,
            kept.review,
            as_signed(framework, kept.ced),
            files,
            name=signing.name,
            role=signing.role,
            signed_at=now,
        )
        assert signed.signature is not None
        if signed.signature.content_sha256 != signing.content_sha256:
            raise KnownError(
                "ced_changed",
                "The Engagement Document was changed since you opened this page, so nothing was signed.",
                "Read it again as it is now, then sign.",
            )
        keep_ced(connection, signed, kept.version + 1, person, now)
        connection.execute(
            t.ced_signatures.insert().values(
                id=new_id(),
                review_id=review_id,
                signed_by=person.id,
                name=signed.signature.name,
                role=signed.signature.role,
                statement=signed.signature.statement,
                signed_at=now,
                content_sha256=signed.signature.content_sha256,
                content=_content(signed, files),
            )
        )
        publish_review(connection, after_ced_submitted(kept.review, london_day(now)), signed, now)
        return signed

    return in_ced(engine, person, review_id, Permission.SIGN_CED, sign)


def as_signed(framework: Framework, ced: Ced) -> Ced:
    """The document as it is signed: what a register-only centre need not answer carries text A (Q-15)."""
    return replace(ced, entries=filled_entries(framework, ced))


def _content(ced: Ced, files: Iterable[CedFile]) -> dict[str, Any]:
    """What was signed, as it is kept for good."""
    found: dict[str, Any] = msgspec.to_builtins(
        {"ced": replace(ced, signature=None, rev=0), "files": [replace(file, rev=0) for file in files]}
    )
    return found
