"""Evidence as a centre gives it: files brought whole, protected ones, and everything that D-6 asks for."""

from __future__ import annotations

import hashlib
import io
import zipfile

from app.domain.evidence import MAY_BE_NOT_APPLICABLE, ONCE_PER_REQUEST, EvidenceKind
from app.domain.people import Person
from app.service.evidence_desk import BROWSER, Taken, attach_upload, not_applicable
from app.service.uploads import bring_whole
from app.service.uploads_whole import Arriving
from tests.service.claims_ground import College

WORK = b"What I changed in my team, and what came of it.\n"


def protected_zip() -> bytes:
    """An archive whose one file cannot be read without a password, by what both of its headers say."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("work.txt", "what nobody here can read")
    content = bytearray(made.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def climbing_zip() -> bytes:
    """An archive that would write beside the folder it is unpacked into."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../start.sh", "echo")
    return made.getvalue()


def bring(college: College, content: bytes, person: Person | None = None) -> str:
    """The file is in the store, and theirs; its hash."""
    house = college.house
    arriving = Arriving(house.blobs)
    arriving.take(content)
    arrived = arriving.end()
    bring_whole(house.engine, person or college.staff, BROWSER, arrived, "", house.clock())
    assert arrived.sha256 == hashlib.sha256(content).hexdigest()
    return arrived.sha256


def attach(
    college: College,
    request_id: str,
    kind: EvidenceKind = EvidenceKind.LEARNER_WORK,
    content: bytes = WORK,
    *,
    sample_id: str = "",
    name: str = "work.txt",
) -> Taken:
    """Brings a file and attaches it."""
    house = college.house
    sha256 = bring(college, content)
    return attach_upload(
        house.engine,
        house.blobs,
        college.staff,
        request_id,
        sample_id,
        kind,
        name,
        sha256,
        house.clock(),
    )


def give_everything(college: College, request_id: str) -> None:
    """One file of each kind for the whole request, and a reason where there may be none."""
    for kind in EvidenceKind:
        if kind in MAY_BE_NOT_APPLICABLE and kind not in ONCE_PER_REQUEST:
            not_applicable(
                college.house.engine,
                college.staff,
                request_id,
                kind,
                "There was none.",
                college.house.clock(),
            )
        else:
            attach(college, request_id, kind, f"{kind}\n".encode(), name=f"{kind}.txt")
