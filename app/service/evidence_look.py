"""Looking into a file that a centre brings, before it is taken as evidence (M-46, M-47)."""

from __future__ import annotations

from dataclasses import replace

from app.domain.attached import FILE_NAME_LIMIT
from app.domain.errors import KnownError
from app.domain.letters import only_seen
from app.evidence.clamd import scan, scanner_url
from app.evidence.verdicts import Judged, Verdict, judge_file
from app.service.blobs import BlobStore
from app.service.file_rights import StoredFile
from app.service.uploads_source import StoredSource


class EvidenceRefused(KnownError):
    """A file that is not taken in, and why: protected with a password (M-47), or made to do harm."""


def look_into(blobs: BlobStore, file: StoredFile, name: str) -> Judged:
    """What a look into the file says, and the operator's virus scanner if there is one. It may take a minute.

    Raises EvidenceRefused for a file that is not taken in, and KnownError where a scanner is named and does not answer.
    """
    source = StoredSource(blobs, file.sha256, file.size, file.parts)
    judged = judge_file(source, name)
    if not judged.is_refused and scanner_url():
        found = scan(source.pieces(), scanner_url())
        if found.verdict is Verdict.HOSTILE:
            raise EvidenceRefused(
                "evidence_hostile",
                f"“{name}” was not added. {found.says}",
                "Clean the computer it comes from, make the file anew, and add that.",
            )
        if found.is_worse_than_a_warning and judged.verdict is Verdict.OK:
            judged = replace(judged, verdict=found.verdict, reason=found.says, warning=found.says)
    if judged.is_refused:
        raise EvidenceRefused(
            f"evidence_{judged.verdict.value}", f"“{name}” was not added. {judged.reason}", judged.do
        )
    return judged


def plain_name(name: str) -> str:
    """The name of a file as its owner sees it, without folders and without signs that cannot be seen (M-46: any file is
    accepted, so a name is never a reason to refuse one).
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = only_seen(last).strip()
    if len(seen) > FILE_NAME_LIMIT:
        stem, dot, ending = seen.rpartition(".")
        tail = f".{ending}" if dot and len(ending) <= 16 else ""
        seen = (stem if tail else seen)[: FILE_NAME_LIMIT - len(tail)] + tail
    return "file" if seen in ("", ".", "..") else seen
