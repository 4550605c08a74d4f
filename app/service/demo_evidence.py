"""Which of the demonstration's files goes to which sample, and a short paper wherever there is no file."""

from __future__ import annotations

import io
import json
import math
import struct
import unicodedata
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.evidence import MAY_BE_NOT_APPLICABLE, Evidence, EvidenceKind, missing_evidence
from app.domain.moderation import Sample
from app.service.claims import Attachment


class DemoEvidence:
    """The files in ``folder``, described by its ``index.json`` (file, kind, title, for), and the papers' texts.

    ``for`` of a file is ``learner``, ``unit`` or ``request``; whose it is stands in its name.
    """

    def __init__(self, folder: Path, papers: Path) -> None:
        self._folder = folder
        self._files: list[dict[str, str]] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self._papers: dict[str, Any] = json.loads(papers.read_text(encoding="utf-8"))

    def for_request(self, how: str, samples: Sequence[Sample]) -> list[Attachment]:
        """``full``: all files, and papers for the rest. ``plain``: papers. ``some``: less than is needed."""
        chosen = [self._attach_file(file, samples) for file in self._files] if how == "full" else []
        missing = missing_evidence(samples, self._as_evidence(chosen, samples))
        if how == "some":
            missing = missing[:1]
        # What is not applicable is said once for the request, not once for each sample.
        needed = dict.fromkeys(
            (kind, "" if kind in MAY_BE_NOT_APPLICABLE else where) for kind, where in missing
        )
        given = {item.kind for item in chosen}
        return chosen + [self._paper(kind, where, samples, kind in given) for kind, where in needed]

    @staticmethod
    def beside(told: dict[str, Any]) -> list[Attachment]:
        """What a request has besides: links to the centre's own platform, and recordings of some length."""
        links = [
            Attachment(EvidenceKind(link["kind"]), link["name"], sample=link["sample"], url=link["url"])
            for link in told.get("links", ())
        ]
        recordings = [
            Attachment(
                EvidenceKind(entry["kind"]),
                entry["name"],
                recording(entry["seconds"]),
                sample=entry["sample"],
            )
            for entry in told.get("recordings", ())
        ]
        return links + recordings

    def _attach_file(self, file: dict[str, str], samples: Sequence[Sample]) -> Attachment:
        path = self._folder / file["file"]
        return Attachment(EvidenceKind(file["kind"]), path.name, path, sample=_position(file, samples))

    def _paper(
        self, kind: EvidenceKind, where: str, samples: Sequence[Sample], some_given: bool
    ) -> Attachment:
        if kind in MAY_BE_NOT_APPLICABLE:
            reason = self._papers["not_applicable"][kind.value].format(other="other " if some_given else "")
            return Attachment(kind, not_applicable=reason)
        sample = next((found for found in samples if where in (found.id, found.unit_code)), samples[0])
        words = {
            "learner": sample.learner_name,
            "code": sample.unit_code,
            "title": sample.unit_title,
            "assessor": sample.assessor,
            "decision": sample.assessor_decision,
        }
        paper = self._papers[kind.value]
        return Attachment(
            kind,
            paper["name"].format(**words),
            paper["text"].format(**words).encode(),
            sample=sample.position if where else 0,
        )

    def _as_evidence(self, chosen: Sequence[Attachment], samples: Sequence[Sample]) -> list[Evidence]:
        ids = {sample.position: sample.id for sample in samples}
        return [
            Evidence(
                id="",
                request_id="",
                sample_id=ids.get(item.sample, ""),
                kind=item.kind,
                name=item.name,
                sha256="to be stored",
                size=0,
            )
            for item in chosen
        ]


def recording(seconds: int) -> bytes:
    """A WAV file of a low hum, about 88 kB for each second: large enough that fetching it can be watched."""
    rate = 44_100
    samples = (round(1200 * math.sin(2 * math.pi * 110 * place / rate)) for place in range(rate))
    one_second = struct.pack(f"<{rate}h", *samples)
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(one_second * seconds)
    return made.getvalue()


def _position(file: dict[str, str], samples: Sequence[Sample]) -> int:
    """The sample a file belongs to by its name, which begins with the learner's surname; 0 for the whole request."""
    name = file["file"]
    if file["for"] == "learner":
        fitting = [found for found in samples if name.startswith(_plain(found.learner_name.split()[-1]))]
        fitting = [found for found in fitting if found.unit_code in name] or fitting
    else:
        fitting = [found for found in samples if file["for"] == "unit" and found.unit_code in name]
    return fitting[0].position if fitting else 0


def _plain(name: str) -> str:
    """A name in lower case without its accents, as file names have it."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isascii())
