"""What stops a centre's claims and how closely they are looked at: remit, sanctions and restrictions.

Everything here is asked for one awarding body: what one of them decides binds nobody else (D-7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from app.domain.dates import day, london_day
from app.domain.errors import KnownError
from app.domain.moderation import HOLDABLE, ModerationRequest, RequestState, certification_stopped
from app.domain.schemes import Risk, SamplingPolicy, SanctionLevel, scheme_for

ONGOING = HOLDABLE | {RequestState.ON_HOLD}
"""States of a request that an inquiry of its centre covers (M-66, M-67)."""

SANCTION = "sanction"
"""``Stop.kind`` of a sanction; any other is the value of a ``RestrictionKind``."""


REASON_LIMIT = 20_000
"""Characters that a reason may have."""


class RestrictionKind(StrEnum):
    """What restricts a centre beside sanctions (section 1.9)."""

    MALPRACTICE = "malpractice"
    PAST_ISSUES = "past_issues"
    REVIEW_BLOCK = "review_block"

    @property
    def words(self) -> str:
        return _KIND_WORDS[self]


_KIND_WORDS = {
    RestrictionKind.MALPRACTICE: "Suspected malpractice",
    RestrictionKind.PAST_ISSUES: "Issues in previous moderation",
    RestrictionKind.REVIEW_BLOCK: "Block after a quality review",
}


@dataclass(frozen=True, slots=True)
class Remit:
    """A qualification that a centre is approved for (M-13): from a day on, and until it is withdrawn."""

    qualification_id: str
    code: str
    title: str
    awarding_body: str
    approved_on: date
    withdrawn_on: date | None = None

    def holds(self, today: date) -> bool:
        """Whether it stands on this day; on the day of its withdrawal it does not."""
        return self.approved_on <= today and (self.withdrawn_on is None or today < self.withdrawn_on)


@dataclass(frozen=True, slots=True)
class Sanction:
    """One sanction of the sanctions policy (D-7).

    qualification_id: the one it is about; empty for all of the awarding body's. until_on: its last day, None for an
    open end. lifted_at: when somebody lifted it; from that day on it binds no more, and it stays on record.
    """

    id: str
    centre_id: str
    awarding_body: str
    level: int
    reason: str
    from_on: date
    qualification_id: str = ""
    until_on: date | None = None
    set_by: str = ""
    set_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lift_reason: str = ""

    def in_force(self, today: date) -> bool:
        """Whether it binds on this day."""
        ended = self.until_on is not None and today > self.until_on
        lifted = self.lifted_at is not None and london_day(self.lifted_at) <= today
        return self.from_on <= today and not ended and not lifted


@dataclass(frozen=True, slots=True)
class Restriction:
    """What stops all of a centre's claims to one awarding body until it is ended. It stays on record.

    request_id: the request whose suspected malpractice it is about; empty for any other kind.
    """

    id: str
    centre_id: str
    awarding_body: str
    kind: RestrictionKind
    reason: str
    began_at: datetime
    request_id: str = ""
    set_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""

    def in_force(self, today: date) -> bool:
        """Whether it binds on this day."""
        ended = self.ended_at is not None and london_day(self.ended_at) <= today
        return london_day(self.began_at) <= today and not ended


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inquiry found about one learner of a request: cleared, or not to be certificated (M-69, D-5)."""

    restriction_id: str
    request_id: str
    learner_id: str
    cleared: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that stops claims, as the centre may be told it (M-72).

    kind: ``sanction``, or a ``RestrictionKind``; for programs, never to be shown to the centre. says: the sentence for
    the centre; of a suspicion it tells no more than that claims are on hold (D-5). level: of a sanction, else 0.
    """

    kind: str
    says: str
    level: int = 0


def claims_stopped(
    sanctions: Iterable[Sanction],
    restrictions: Iterable[Restriction],
    awarding_body: str,
    qualification_id: str,
    today: date,
) -> tuple[Stop, ...]:
    """Everything that stops a claim for this qualification today; empty if nothing does (M-18, M-66, M-70, M-71).

    Several may hold at once, and claims need none of them. The order does not depend on the order they are given in:
    sanctions by level, the hardest first, then restrictions by kind. An empty ``qualification_id`` asks for the stops
    that bind every qualification of the awarding body.
    """
    awarding_body = own_name(awarding_body)
    stops = {
        Stop(SANCTION, _sanction_says(sanction, level), level.level)
        for sanction, level in _binding(sanctions, awarding_body, qualification_id, today)
        if level.claims_stopped
    }
    ordered = sorted(stops, key=lambda stop: (-stop.level, stop.says))
    kinds = {
        item.kind
        for item in restrictions
        if own_name(item.awarding_body) == awarding_body and item.in_force(today)
    }
    return (
        *ordered,
        *(
            Stop(kind.value, _restriction_says(kind, awarding_body))
            for kind in RestrictionKind
            if kind in kinds
        ),
    )


def full_sample(
    sanctions: Iterable[Sanction], awarding_body: str, qualification_id: str, today: date
) -> bool:
    """Whether a sanction asks for every learner-unit of a claim to be sampled (D-7, level 2)."""
    return any(level.full_sample for _, level in _binding(sanctions, awarding_body, qualification_id, today))


def certificates_wait(request: ModerationRequest, open_inquiries: Collection[str]) -> bool:
    """Whether no learner of the request may be certificated now (D-5, M-57, M-65).

    open_inquiries: ids of the requests that are part of an inquiry and have no finding in it yet.
    """
    return certification_stopped(request) or request.id in open_inquiries


def sampling_consequence(policy: SamplingPolicy, risk: Risk, full: bool) -> str:
    """What a risk means for a quarter's claims, in words (M-36). full: a sanction asks for every learner-unit."""
    if full:
        return "Every learner-unit is sampled, by a sanction."
    least = f", at least {policy.minimum[risk]}" if risk in policy.minimum else ""
    if policy.name == "percentage":
        return f"{policy.rates[risk]} % of a quarter’s learner-units are sampled{least}."
    return f"The square root of the number of a quarter’s learner-units is sampled{least}."


def check_reason(text: str) -> str:
    """The reason without the blanks around it. Raises KnownError ``reason_missing`` or ``too_long``."""
    reason = text.strip()
    if not reason:
        raise KnownError("reason_missing", "Say why; the reason stays on record.")
    if len(reason) > REASON_LIMIT:
        raise KnownError(
            "too_long",
            f"A reason can have {REASON_LIMIT:,} characters.",
            "Shorten it, or put it into a note.",
        )
    return reason


def after_refusal(request: ModerationRequest) -> ModerationRequest:
    """The request once a finding refuses every one of its learners: for good (M-69, D-5)."""
    return replace(request, state=RequestState.REFUSED, held_on=None, hold_reason="")


def sanction_level(awarding_body: str, level: int) -> SanctionLevel:
    """The level as the awarding body's scheme has it. Raises KnownError ``sanction_level_unknown``."""
    levels = scheme_for(awarding_body).sanctions
    if level not in levels:
        known = ", ".join(str(number) for number in sorted(levels))
        raise KnownError(
            "sanction_level_unknown",
            f"{awarding_body} has no sanction of level {level}.",
            f"Choose one of its levels: {known}.",
        )
    return levels[level]


def own_name(awarding_body: str) -> str:
    """The awarding body by its own name, whatever of its names is given; an unknown one as it is given."""
    try:
        return scheme_for(awarding_body).awarding_body
    except KnownError:
        return awarding_body


def _binding(
    sanctions: Iterable[Sanction], awarding_body: str, qualification_id: str, today: date
) -> list[tuple[Sanction, SanctionLevel]]:
    """The sanctions in force that bind this qualification, each with what its level does; their effects add up."""
    found, body = [], own_name(awarding_body)
    for sanction in sanctions:
        if own_name(sanction.awarding_body) == body and sanction.in_force(today):
            level = sanction_level(awarding_body, sanction.level)
            if level.whole_centre or sanction.qualification_id in ("", qualification_id):
                found.append((sanction, level))
    return found


def _sanction_says(sanction: Sanction, level: SanctionLevel) -> str:
    until = f" until {day(sanction.until_on)}" if sanction.until_on is not None else ""
    return f"{own_name(sanction.awarding_body)} has stopped claims{until}. Sanction level {level.level}: {level.words}."


def _restriction_says(kind: RestrictionKind, awarding_body: str) -> str:
    if kind is RestrictionKind.REVIEW_BLOCK:
        return f"{awarding_body} has stopped claims after a quality review."
    # One sentence for a suspicion and for past issues, so that it cannot be told from the sentence which it is (D-5).
    return f"Claims to {awarding_body} are on hold for now."
