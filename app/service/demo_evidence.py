"""Which of the demonstration's files goes to which learner-unit drawn, and a short paper wherever there is no file."""

from __future__ import annotations

import io
import json
import math
import struct
import unicodedata
import wave
import zipfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.evidence import (
    MAY_BE_NOT_APPLICABLE,
    Evidence,
    EvidenceKind,
    missing_evidence,
)
from app.domain.moderation import Sample


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence as a centre gives it: a file's content or path, a link, or why there is none of the kind.

    sample_id: empty for the whole claim.
    """

    kind: EvidenceKind
    name: str = ""
    content: bytes | Path = b""
    sample_id: str = ""
    url: str = ""
    not_applicable: str = ""


class DemoEvidence:
    """The files in ``folder``, described by its ``index.json`` (file, kind, title, for), and the papers' texts.

    ``for`` of a file is ``learner``, ``unit`` or ``request``; whose it is stands in its name.
    """

    def __init__(self, folder: Path, papers: Path) -> None:
        self._folder = folder
        self._files: list[dict[str, str]] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self._papers: dict[str, Any] = json.loads(papers.read_text(encoding="utf-8"))

    def for_claim(self, told: Mapping[str, Any], samples: Sequence[Sample]) -> list[Piece]:
        """What a centre gives for the learner-units drawn.

        ``told["evidence"]`` is ``full``: all files, and papers for the rest; ``papers``: what learners wrote, and links
        to the agreed platform for the rest; ``zipped``: the same with their work in one archive; ``links`` alone;
        ``some``: less than is needed. Every file is looked into as it comes, which takes its time.
        """
        how = told["evidence"]
        if how == "some":
            return self.papers(EvidenceKind.LEARNER_WORK, samples[:1]) + list(_beside(told, samples))
        if how == "full":
            chosen = [self._file(entry, samples) for entry in self._files]
            chosen += self._papers_for(missing_evidence(samples, _as_evidence(chosen)), samples)
        elif how == "papers":
            chosen = self.papers(EvidenceKind.LEARNER_WORK, samples)
        elif how == "zipped":
            chosen = [self._archive(EvidenceKind.LEARNER_WORK, samples)]
        else:
            chosen = []
        if how != "full":
            chosen += _links(told["platform"], {piece.kind for piece in chosen}, samples)
        lacking = {kind for kind, _ in missing_evidence(samples, _as_evidence(chosen))}
        given = {piece.kind for piece in chosen}
        chosen += [self._excuse(kind, kind in given) for kind in EvidenceKind if kind in lacking]
        return chosen + list(_beside(told, samples))

    def papers(self, kind: EvidenceKind, samples: Iterable[Sample], before: str = "") -> list[Piece]:
        """A paper of this kind for each sample. ``before``: what its name begins with."""
        return [Piece(kind, *self._paper(kind, sample, before), sample_id=sample.id) for sample in samples]

    def _file(self, entry: Mapping[str, str], samples: Sequence[Sample]) -> Piece:
        path = self._folder / entry["file"]
        return Piece(EvidenceKind(entry["kind"]), path.name, path, _sample_of(entry, samples))

    def _papers_for(
        self, missing: Iterable[tuple[EvidenceKind, str]], samples: Sequence[Sample]
    ) -> list[Piece]:
        """A paper of the learner's work wherever it is missing, and one archive for each other kind that is."""
        places: dict[EvidenceKind, set[str]] = {}
        for kind, where in missing:
            places.setdefault(kind, set()).add(where)
        without = places.pop(EvidenceKind.LEARNER_WORK, set())
        made = self.papers(EvidenceKind.LEARNER_WORK, [item for item in samples if item.id in without])
        return made + [self._archive(kind, samples) for kind in places if kind not in MAY_BE_NOT_APPLICABLE]

    def _archive(self, kind: EvidenceKind, samples: Sequence[Sample]) -> Piece:
        """The papers of all samples in one file, as whoever has many of them sends them (M-48)."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in dict(self._paper(kind, sample) for sample in samples).items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 1, 12, 9, 0, 0)), text)
        return Piece(kind, f"{kind.words}.zip", made.getvalue())

    def _excuse(self, kind: EvidenceKind, some_given: bool) -> Piece:
        reason = self._papers["not_applicable"][kind.value].format(other="other " if some_given else "")
        return Piece(kind, not_applicable=reason)

    def _paper(self, kind: EvidenceKind, sample: Sample, before: str = "") -> tuple[str, bytes]:
        """Name and text."""
        words = {
            "learner": sample.learner_name,
            "code": sample.unit_code,
            "title": sample.unit_title,
            "assessor": sample.assessor,
            "decision": sample.assessor_decision,
        }
        paper = self._papers[kind.value]
        return before + paper["name"].format(**words), paper["text"].format(**words).encode()


def _beside(told: Mapping[str, Any], samples: Sequence[Sample]) -> Iterable[Piece]:
    """What a claim has besides: links to the centre's own platform, and recordings of some length."""

    def place(entry: Mapping[str, Any]) -> str:
        fitting = (
            sample.id
            for sample in samples
            if sample.position == entry.get("sample") or sample.learner_number == entry.get("learner")
        )
        return next(fitting, "")

    for link in told.get("links", ()):
        yield Piece(EvidenceKind(link["kind"]), link["name"], sample_id=place(link), url=link["url"])
    for entry in told.get("recordings", ()):
        yield Piece(EvidenceKind(entry["kind"]), entry["name"], recording(entry["seconds"]), place(entry))


def _links(platform: str, but: Container[EvidenceKind], samples: Sequence[Sample]) -> list[Piece]:
    """Where everything else lies on the platform: each learner's work, and the records for the whole claim."""
    made: list[Piece] = []
    for kind in EvidenceKind:
        if kind in MAY_BE_NOT_APPLICABLE or kind in but:
            continue
        if kind is EvidenceKind.LEARNER_WORK:
            for sample in samples:
                url = f"{platform}/{sample.learner_number}/{sample.unit_code}"
                made.append(Piece(kind, f"{kind.words}, unit {sample.unit_code}", b"", sample.id, url))
        else:
            made.append(Piece(kind, f"{kind.words}s", url=f"{platform}/group/{kind.value}"))
    return made


def _as_evidence(chosen: Iterable[Piece]) -> list[Evidence]:
    """What was chosen as the checklist will count it; links are chosen only where their platform is agreed."""
    return [
        Evidence(
            id="",
            request_id="",
            sample_id=piece.sample_id,
            kind=piece.kind,
            name=piece.name,
            sha256="" if piece.url else "to be stored",
            size=0,
            url=piece.url,
            agreed=bool(piece.url),
        )
        for piece in chosen
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


def _sample_of(entry: Mapping[str, str], samples: Sequence[Sample]) -> str:
    """The sample a file belongs to by its name, which begins with the learner's surname; empty for the whole claim."""
    name = entry["file"]
    if entry["for"] == "learner":
        fitting = [found for found in samples if name.startswith(_plain(found.learner_name.split()[-1]))]
        fitting = [found for found in fitting if found.unit_code in name] or fitting
    else:
        fitting = [found for found in samples if entry["for"] == "unit" and found.unit_code in name]
    return fitting[0].id if fitting else ""


def _plain(name: str) -> str:
    """A name in lower case without its accents, as file names have it."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isascii())
