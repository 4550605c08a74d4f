"""People, their roles, and what each role may do: the permission table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import KnownError


class Role(StrEnum):
    """What a person is here for. A person may hold several, and different ones at different centres (M-03)."""

    MODERATOR = "moderator"
    REVIEWER = "reviewer"
    QUALITY_MANAGER = "quality_manager"
    SUPPORT = "support"
    CENTRE_STAFF = "centre_staff"
    PROGRAMME_DIRECTOR = "programme_director"
    HEAD_OF_CENTRE = "head_of_centre"

    @property
    def words(self) -> str:
        return _ROLE_WORDS[self]


_ROLE_WORDS = {
    Role.MODERATOR: "Moderator",
    Role.REVIEWER: "Centre quality reviewer",
    Role.QUALITY_MANAGER: "Quality manager",
    Role.SUPPORT: "Support team",
    Role.CENTRE_STAFF: "Centre staff",
    Role.PROGRAMME_DIRECTOR: "Programme Director",
    Role.HEAD_OF_CENTRE: "Head of Centre",
}

AT_A_CENTRE = frozenset({Role.CENTRE_STAFF, Role.PROGRAMME_DIRECTOR, Role.HEAD_OF_CENTRE})
"""Roles held at a centre; all others are held for the awarding body itself."""


class Permission(StrEnum):
    """One thing that a role may or may not do."""

    JUDGE_SAMPLES = "judge_samples"
    SUBMIT_REPORT = "submit_report"
    WRITE_NOTES = "write_notes"
    READ_REPORTS = "read_reports"
    CONTACT_CENTRE = "contact_centre"
    CLAIM_FOR_LEARNERS = "claim_for_learners"
    RELEASE_HOLDS = "release_holds"
    SET_RISK = "set_risk"
    SET_SANCTIONS = "set_sanctions"
    EXTEND_TIME = "extend_time"
    RECORD_AGREEMENTS = "record_agreements"
    DISPATCH_CERTIFICATES = "dispatch_certificates"
    MANAGE_ACCOUNTS = "manage_accounts"
    REVIEW_CENTRES = "review_centres"
    ALLOCATE_REVIEWS = "allocate_reviews"
    DECIDE_REVIEWS = "decide_reviews"
    SIGN_OFF_ACTIONS = "sign_off_actions"
    FILL_IN_CED = "fill_in_ced"
    SIGN_CED = "sign_ced"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MODERATOR: frozenset(
        {
            Permission.JUDGE_SAMPLES,
            Permission.SUBMIT_REPORT,
            Permission.WRITE_NOTES,
            Permission.READ_REPORTS,
        }
    ),
    Role.REVIEWER: frozenset(
        {Permission.WRITE_NOTES, Permission.REVIEW_CENTRES, Permission.SIGN_OFF_ACTIONS}
    ),
    Role.QUALITY_MANAGER: frozenset(
        {
            Permission.WRITE_NOTES,
            Permission.READ_REPORTS,
            Permission.CONTACT_CENTRE,
            Permission.RELEASE_HOLDS,
            Permission.SET_RISK,
            Permission.SET_SANCTIONS,
            Permission.EXTEND_TIME,
            Permission.RECORD_AGREEMENTS,
            Permission.ALLOCATE_REVIEWS,
            Permission.DECIDE_REVIEWS,
            Permission.SIGN_OFF_ACTIONS,
        }
    ),
    Role.SUPPORT: frozenset(
        {
            Permission.WRITE_NOTES,
            Permission.READ_REPORTS,
            Permission.CONTACT_CENTRE,
            Permission.RECORD_AGREEMENTS,
            Permission.DISPATCH_CERTIFICATES,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
    Role.CENTRE_STAFF: frozenset(
        {
            Permission.WRITE_NOTES,
            Permission.READ_REPORTS,
            Permission.CLAIM_FOR_LEARNERS,
            Permission.FILL_IN_CED,
        }
    ),
    # The one whom the awarding body speaks with about stopped claims and inquiries (M-68, M-72).
    Role.PROGRAMME_DIRECTOR: frozenset({Permission.WRITE_NOTES, Permission.READ_REPORTS}),
    # The only one whose signature makes a centre's Engagement Document a submitted one.
    Role.HEAD_OF_CENTRE: frozenset(
        {
            Permission.WRITE_NOTES,
            Permission.READ_REPORTS,
            Permission.FILL_IN_CED,
            Permission.SIGN_CED,
        }
    ),
}
"""M-52..M-54: of these roles only the support team and the quality manager may contact a centre directly.

Risk, sanctions, findings and extensions are the quality manager's (M-25, M-69, M-51, D-7); agreements for outside
platforms are recorded by either; dispatch and accounts are the support team's (M-35, M-04).
Reviews are allocated and decided by the quality manager (Q-03, Q-18, D-9); an action is signed off by the reviewer or
the quality manager.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held by a person: at one centre, or (``centre_id`` None) for the awarding body itself."""

    role: Role
    centre_id: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. ``email`` is the login name (M-01)."""

    id: str
    email: str
    name: str
    grants: tuple[Grant, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def may(self, permission: Permission) -> bool:
        """Whether any role held for the awarding body gives the permission."""
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants if grant.centre_id is None)

    def may_at(self, permission: Permission, centre_id: str) -> bool:
        """Whether the person's roles at this centre give the permission (M-03: rights follow the centre)."""
        return any(
            permission in PERMISSIONS[grant.role] for grant in self.grants if grant.centre_id == centre_id
        )

    @property
    def centres(self) -> tuple[str, ...]:
        """Ids of the centres the person is associated with, in a stable order (M-02)."""
        return tuple(sorted({grant.centre_id for grant in self.grants if grant.centre_id is not None}))


def require(person: Person, permission: Permission) -> None:
    """Raises KnownError ``not_allowed`` unless a role held for the awarding body gives the permission."""
    if not person.may(permission):
        raise KnownError(
            "not_allowed",
            "Your roles do not let you do this.",
            "Ask the qualifications team for the right, or somebody who has it.",
        )


def choose_centre(person: Person, centre_id: str) -> frozenset[Role]:
    """The person's roles at the centre they choose; a centre that is not theirs is refused (M-03)."""
    if centre_id not in person.centres:
        raise KnownError(
            "not_your_centre",
            "You are not associated with this centre.",
            "Choose one of your own centres, or ask the qualifications team for the right.",
        )
    return frozenset(grant.role for grant in person.grants if grant.centre_id == centre_id)


def login_name(text: str) -> str:
    """The login name as it is compared: the e-mail address of the person's existing account (M-01).

    Raises KnownError ``login_not_email`` for anything else, such as an old partner-portal user number.
    """
    name = text.strip().casefold()
    local, at, host = name.rpartition("@")
    if not at or not local or "." not in host or any(c.isspace() for c in name):
        raise KnownError(
            "login_not_email",
            "Sign in with the e-mail address of your account.",
            "User names of the former partner portal do not work here.",
        )
    return name
