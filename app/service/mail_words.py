"""What e-mails say: one template for each kind of event under ``resources/mail``, its subject in the first line.

A subject is rendered from the request's number, its centre and qualification and nothing else, so that no learner's
name can ever get into one (M-37). Bodies are plain text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.domain.dates import day
from app.domain.moderation import RequestState
from app.domain.resources import resources_folder

PORTAL = "{portal}"
"""Stands in a written body for the portal's address, which is filled in when it is sent."""

_JOINERS = "\u200c\u200d"
"""Invisible, and part of how names are written in several scripts."""


class MailKind(StrEnum):
    """What an e-mail is about; also the name of its template."""

    CLAIM_SUBMITTED = "claim_submitted"
    FULFILMENT_MET = "fulfilment_met"
    SAMPLE_REQUESTED = "sample_requested"
    EVIDENCE_RECEIVED = "evidence_received"
    EXTENDED = "extended"
    OUTCOME_ACCEPTED = "outcome_accepted"
    OUTCOME_REJECTED = "outcome_rejected"
    RESUBMITTED = "resubmitted"
    ON_HOLD = "on_hold"
    RELEASED = "released"
    ARCHIVED = "archived"
    CERTIFICATE_ISSUED = "certificate_issued"
    CLAIMS_STOPPED = "claims_stopped"
    CLAIMS_FREED = "claims_freed"
    SLA_WARNING = "sla_warning"
    ASSIGNED = "assigned"
    NOTE_WRITTEN = "note_written"


class Audience(StrEnum):
    """As what somebody reads an e-mail: the same event says different things to each (D-5)."""

    CENTRE = "centre"
    DIRECTOR = "director"
    MODERATOR = "moderator"
    QUALITY = "quality"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class SampledUnit:
    """One learner-unit to be sampled, as the centre is told of it (M-31)."""

    learner_name: str
    learner_number: str
    unit_code: str
    unit_title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words are made of. Of an event that is about no request only the centre's are there.

    sampled: learner-units to be sampled; ``samples``: which, where they are named (M-31).
    reports_elsewhere: where reports of the former system are had, as sentences (M-09). contact: whom to ask, in words.
    """

    centre_id: str
    centre_number: str
    centre_name: str
    request_id: str = ""
    number: str = ""
    qualification: str = ""
    awarding_body: str = ""
    state: RequestState | None = None
    due_on: date | None = None
    last_day_on: date | None = None
    action_days: int = 0
    moderator_name: str = ""
    sampling_words: str = ""
    batch_released: bool = False
    sampled: int = 0
    samples: tuple[SampledUnit, ...] = ()
    reports_elsewhere: tuple[str, ...] = ()
    contact: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body of one e-mail; the body with ``PORTAL`` in place of the portal's address."""

    subject: str
    body: str


def words_for(kind: MailKind, facts: Facts, audience: Audience, instead_of: Audience | None = None) -> Words:
    """What somebody is told about an event.

    ``instead_of``: they are told because there is nobody of the audience that it is meant for, and are told that too.
    """
    meant_for = instead_of or audience
    told = {
        **{piece.name: getattr(facts, piece.name) for piece in fields(facts)},
        "audience": meant_for.value,
        "instead_of": instead_of.value if instead_of else "",
        "link": f"{PORTAL}/claims/{facts.request_id}" if facts.request_id else _centre_link(facts),
        "report_link": f"{_centre_link(facts)}/reports/{facts.detail['report']}"
        if facts.detail.get("report")
        else "",
    }
    heading = {
        name: told[name]
        for name in ("number", "centre_name", "centre_number", "qualification", "awarding_body")
    }
    return written(kind.value, heading, told)


def written(template: str, heading: Mapping[str, object], told: Mapping[str, object]) -> Words:
    """The words of a template: its subject made of ``heading`` and of nothing else, its body of ``told``."""
    subject, body = _templates(template)
    return Words(one_line(subject.render(heading)), _tidy(body.render(told)))


def one_line(text: str) -> str:
    """The text without anything that could break a line or a header, or turn the direction of reading."""
    kept = (_plain(letter) for letter in text)
    return " ".join("".join(kept).split())


def _plain(letter: str) -> str:
    match unicodedata.category(letter):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf" if letter not in _JOINERS:
            return ""
        case "Cs":
            return ""
        case _:
            return letter


def _centre_link(facts: Facts) -> str:
    return f"{PORTAL}/centres/{facts.centre_id}"


def _tidy(text: str) -> str:
    """Paragraphs one empty line apart, whatever parts of the template were left out."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resources_folder() / "mail", encoding="utf-8"),
        # Plain text: nothing in it is markup, and what people typed is put in as it is.
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: day(value) if isinstance(value, date) else value,
    )
    environment.filters["one_line"] = one_line
    return environment


@cache
def _templates(name: str) -> tuple[Template, Template]:
    """Subject and body of a template. A template without a subject line is a defect and raises ValueError."""
    environment = _environment()
    loader = environment.loader
    assert loader is not None
    source, _, _ = loader.get_source(environment, f"{name}.txt")
    first, _, rest = source.partition("\n")
    heading, colon, subject = first.partition(":")
    if heading != "Subject" or not colon or not subject.strip():
        raise ValueError(f"{name}.txt does not begin with its subject")
    return environment.from_string(subject.strip()), environment.from_string(rest)
