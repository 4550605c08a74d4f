"""Evidence as a centre gives it: files brought whole, protected ones, and everything that D-6 asks for."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date

from app.domain.evidence import MAY_BE_NOT_APPLICABLE, ONCE_PER_REQUEST, EvidenceKind
from app.domain.people import Person
from app.service.database import reading
from app.service.evidence_desk import (
    BROWSER,
    Checklist,
    Taken,
    attach_link,
    attach_upload,
    checklist,
    not_applicable,
)
from app.service.standing import record_agreement
from app.service.uploads import bring_whole
from app.service.uploads_whole import Arriving
from tests.service.claims_ground import College

K = EvidenceKind
PLATFORM = "https://work.college.example/cmi"
WORK = b"What I changed in my team, and what came of it.\n"


def protected_zip() -> bytes:
    """An archive whose one file cannot be read without a password, by what both of its headers say; the same bytes each
    time, whatever the clock says.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("work.txt"), "what nobody here can read")
    content = bytearray(made.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def climbing_zip() -> bytes:
    """An archive that would write beside the folder it is unpacked into."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../start.sh"), "echo")
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


def listed(college: College, request_id: str) -> Checklist:
    with reading(college.house.engine) as connection:
        return checklist(connection, request_id)


def lacking(college: College, request_id: str) -> list[tuple[EvidenceKind, str]]:
    return [
        (kind, sample.learner_number if sample else "")
        for kind, sample in listed(college, request_id).missing
    ]


def agree(college: College, until: date | None = None) -> str:
    house = college.house
    return record_agreement(
        house.engine,
        house.person("support"),
        college.centre_id,
        "CMI",
        PLATFORM,
        "As agreed.",
        house.clock(),
        until_on=until,
    ).id


def link(college: College, request_id: str, url: str = f"{PLATFORM}/k001", sample_id: str = "") -> str:
    house = college.house
    return attach_link(
        house.engine, college.staff, request_id, sample_id, K.LEARNER_WORK, url, house.clock()
    ).verdict
