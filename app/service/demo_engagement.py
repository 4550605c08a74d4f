"""A centre of the demonstration with its Engagement Document: filled in, uploaded to and signed as on the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.domain.engagement import ced_content_sha256
from app.domain.people import Person
from app.domain.review_terms import Level
from app.domain.reviews import CedEntry, Redeclaration
from app.service.blobs import BlobStore
from app.service.ced_records import load_ced_files
from app.service.database import reading
from app.service.engagement_desk import CedFields, framework_of, kept_ced, save_ced
from app.service.engagement_files import add_ced_file
from app.service.engagement_signing import Signing, as_signed, sign_ced
from app.service.evidence_desk import BROWSER
from app.service.passwords import Passwords
from app.service.uploads import bring_whole
from app.service.uploads_whole import Arriving

_ADDRESS = "127.0.0.1"
_LOOKS_AT_ONCE = 2
"""Files that are looked into at the same time, as the service allows."""


class DemoCentre:
    """The people of a centre before the document of one review."""

    def __init__(self, engine: Engine, blobs: BlobStore, review_id: str) -> None:
        self._engine = engine
        self._blobs = blobs
        self._review_id = review_id

    def fill_in(self, person: Person, told: Mapping[str, Any], now: datetime) -> None:
        """Both re-declarations, and an answer to each objective that ``told["answers"]`` has; all are met."""
        with reading(self._engine) as connection:
            version = kept_ced(connection, self._review_id).version
        fields = CedFields(
            register_only=told["register_only"],
            entries=tuple(CedEntry(code, Level.MET, text) for code, text in told["answers"].items()),
            recognition=Redeclaration(True, told["recognition"]),
            approvals=Redeclaration(True, told["approvals"]),
        )
        save_ced(self._engine, person, self._review_id, fields, version, now)

    def upload(self, person: Person, files: Sequence[tuple[str, Path]], now: datetime) -> None:
        """Files as somebody brings them in a browser, each for the measure with its code."""

        def bring(file: tuple[str, Path]) -> None:
            code, path = file
            arriving = Arriving(self._blobs)
            arriving.take(path.read_bytes())
            arrived = arriving.end()
            bring_whole(self._engine, person, BROWSER, arrived, "application/octet-stream", now)
            add_ced_file(
                self._engine, self._blobs, person, self._review_id, code, path.name, arrived.sha256, now
            )

        # Looking into a file takes a child process; two at once halve the time.
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            list(pool.map(bring, files))

    def sign(self, person: Person, role: str, password: str, now: datetime) -> None:
        """The Head of Centre reads the document as it stands and signs it, with their password once more."""
        with reading(self._engine) as connection:
            kept = kept_ced(connection, self._review_id)
            files = load_ced_files(connection, [self._review_id])
        framework = framework_of(kept)
        content = ced_content_sha256(framework, as_signed(framework, kept.ced), files)
        signing = Signing(person.name, role, password, content, _ADDRESS)
        with closing(Passwords(threads=1)) as passwords:
            sign_ced(self._engine, passwords, person, self._review_id, signing, now)
