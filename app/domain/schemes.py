"""Awarding bodies' schemes: their rates, dates, levels and addresses are data; this reads it and names its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.domain.centres import PartnerType
from app.domain.errors import KnownError
from app.domain.resources import resources_folder
from app.domain.told import Told

PolicyName = Literal["percentage", "square_root"]


class Risk(StrEnum):
    """How closely a centre is looked at for one qualification (M-25)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def words(self) -> str:
        return f"{self.value.capitalize()} risk"


@dataclass(frozen=True, slots=True)
class SamplingPolicy:
    """How many learner-units a quarter needs (M-26, D-1).

    rates: whole per cent of the learner-units claimed (unused by ``square_root``). minimum: learner-units.
    """

    name: PolicyName
    rates: Mapping[Risk, int]
    minimum: Mapping[Risk, int]


@dataclass(frozen=True, slots=True)
class SanctionLevel:
    """What one level of sanctions does; the effects of several add up (D-7, M-71).

    whole_centre: it binds all claims of the centre to this awarding body, also where it was set over one qualification;
    otherwise it binds the qualification it names, or all when it names none.
    """

    level: int
    words: str
    claims_stopped: bool
    whole_centre: bool
    full_sample: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: a team and its e-mail address."""

    team: str
    address: str

    @property
    def words(self) -> str:
        return f"{self.team}, {self.address}"


@dataclass(frozen=True, slots=True)
class Contacts:
    """sign_in: login and rights (M-05). remit: missing qualifications and learners (M-13, M-14). support: M-76."""

    sign_in: Contact
    remit: Contact
    support: Contact

    @property
    def words(self) -> str:
        """Whom to ask for what, in two sentences (M-05)."""
        return (
            f"For signing in and for further rights: {self.sign_in.words}. "
            f"For everything else: {self.support.words}."
        )


@dataclass(frozen=True, slots=True)
class Guidance:
    """One piece of the guidance for centres (M-76); ``link`` may be empty."""

    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything about one awarding body that is its own to decide.

    access_from: the first day of each partner type (M-07). moderation_days: working days (M-50). action_days: calendar
    days (M-61). default_risk: where none was set. legacy_reports: the two ways to older reports, as sentences (M-09).
    guidance: in reading order (M-76, M-11). attainment: grades in words, lowest first (D-2).
    """

    awarding_body: str
    access_from: Mapping[PartnerType, date]
    moderation_days: int
    action_days: int
    policy: SamplingPolicy
    sanctions: Mapping[int, SanctionLevel]
    contact: Contacts
    legacy_reports: tuple[str, ...]
    guidance: tuple[Guidance, ...]
    default_risk: Risk
    attainment: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()


def scheme_for(awarding_body: str) -> Scheme:
    """The scheme of an awarding body by its name or short name. Raises KnownError ``scheme_unknown``."""
    wanted = awarding_body.strip().casefold()
    for scheme in all_schemes():
        if wanted in (name.casefold() for name in (scheme.awarding_body, *scheme.also_called)):
            return scheme
    raise KnownError(
        "scheme_unknown",
        f"Nothing is known here about the awarding body “{awarding_body}”.",
        "Correct its name, or add its file to resources/schemes.",
    )


def known_scheme(awarding_body: str) -> Scheme | None:
    """The scheme of an awarding body, or None for one that nothing is known about: help must not fail for its name."""
    try:
        return scheme_for(awarding_body)
    except KnownError:
        return None


def whom_to_ask() -> str:
    """Whom to ask for help, of every awarding body that is known here, in words (M-05)."""
    schemes = all_schemes()
    if len(schemes) == 1:
        return schemes[0].contact.words
    return " ".join(f"{scheme.awarding_body}: {scheme.contact.words}" for scheme in schemes)


def older_reports() -> str:
    """Where reports of the former system are, in words (M-09)."""
    ways = dict.fromkeys(way for scheme in all_schemes() for way in scheme.legacy_reports)
    return " ".join(("Reports made in the former system are not shown here.", *ways))


@lru_cache(maxsize=1)
def all_schemes() -> tuple[Scheme, ...]:
    """Every scheme under ``resources/schemes``, read once, by name. Raises KnownError ``scheme_faulty``."""
    return read_schemes(resources_folder() / "schemes")


def read_schemes(folder: Path) -> tuple[Scheme, ...]:
    """Every scheme in a folder, by name. Raises KnownError ``scheme_faulty`` also where two share a name."""
    found: dict[str, Scheme] = {}
    names: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        scheme = read_scheme(path)
        for name in (scheme.awarding_body, *scheme.also_called):
            other = names.setdefault(name.casefold(), path.name)
            if other != path.name:
                raise KnownError(
                    "scheme_faulty", f"{path.name} and {other} both call themselves “{name}”.", "Mend one."
                )
        found[scheme.awarding_body] = scheme
    return tuple(found[name] for name in sorted(found))


def read_scheme(path: Path) -> Scheme:
    """One scheme from its file. Raises KnownError ``scheme_faulty``, whose ``says`` names every fault in it."""
    told = Told.read(path, "scheme_faulty")
    dates = told.part("access_from")
    contacts = told.part("contact")
    levels = [_sanction(level) for level in told.parts("sanctions")]
    moderation_days = told.count("moderation_days", 1, 366)
    action_days = told.count("action_days", 1, 3660)

    def filled(text: str) -> str:
        # So that a number stands once in the file, however often the texts name it.
        return text.replace("{moderation_days}", str(moderation_days)).replace(
            "{action_days}", str(action_days)
        )

    scheme = Scheme(
        awarding_body=told.text("awarding_body"),
        access_from={kind: dates.day(kind.value) for kind in PartnerType},
        moderation_days=moderation_days,
        action_days=action_days,
        policy=sampling_policy(told.part("sampling")),
        sanctions={level.level: level for level in levels},
        contact=Contacts(
            sign_in=_contact(contacts.part("sign_in")),
            remit=_contact(contacts.part("remit")),
            support=_contact(contacts.part("support")),
        ),
        legacy_reports=told.texts("legacy_reports"),
        guidance=tuple(
            Guidance(piece.text("title"), filled(piece.text("text")), piece.text("link", may_be_empty=True))
            for piece in told.parts("guidance")
        ),
        default_risk=Risk(told.choice("default_risk", [risk.value for risk in Risk])),
        attainment=told.texts("attainment"),
        also_called=told.texts("also_called"),
    )
    for number in sorted({level.level for level in levels}):
        if [level.level for level in levels].count(number) > 1:
            told.wrong("sanctions", f"has level {number} more than once")
    told.finish()
    return scheme


def sampling_policy(told: Told) -> SamplingPolicy:
    """A policy from the keys ``policy``, ``rates`` and ``minimum``; a square root needs neither of the latter (D-1)."""
    name: PolicyName = (
        "square_root"
        if told.choice("policy", ["percentage", "square_root"]) == "square_root"
        else "percentage"
    )
    needed = name == "percentage"
    return SamplingPolicy(
        name=name,
        rates=_by_risk(told.part("rates"), 100) if needed or told.has("rates") else {},
        minimum=_by_risk(told.part("minimum"), 100_000) if needed or told.has("minimum") else {},
    )


def _by_risk(told: Told, most: int) -> dict[Risk, int]:
    return {risk: told.count(risk.value, 0, most) for risk in Risk}


def _sanction(told: Told) -> SanctionLevel:
    return SanctionLevel(
        level=told.count("level", 1, 9),
        words=told.text("words"),
        claims_stopped=told.flag("claims_stopped"),
        whole_centre=told.flag("whole_centre"),
        full_sample=told.flag("full_sample"),
    )


def _contact(told: Told) -> Contact:
    contact = Contact(told.text("team"), told.text("address"))
    if contact.address and "@" not in contact.address:
        told.wrong("address", f"is no e-mail address: “{contact.address}”")
    return contact
