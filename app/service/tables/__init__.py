"""Every table of the central service, in the field's own terms.

Days are calendar days in London, moments are kept as ISO 8601 text in UTC (sorting as text sorts by time), ids are
text. The tables of the feed carry no foreign keys: nothing but their own rows may be locked once the feed number
is drawn (see ``feed``).
"""

from __future__ import annotations

from app.service.tables.base import metadata
from app.service.tables.claiming import certificates, claimed_units, sampled_last, saved_claims
from app.service.tables.consortia import consortia, consortium_members, interests
from app.service.tables.files import (
    blob_parts,
    blobs,
    note_files,
    upload_parts,
    uploads,
)
from app.service.tables.mail import mails, warnings
from app.service.tables.moderation import (
    achievements,
    claim_lines,
    contact_log,
    due_dates,
    evidence,
    holds,
    judgements,
    notes,
    reports,
    requests,
    samples,
)
from app.service.tables.people import (
    devices,
    grants,
    persons,
    rate_limits,
    tokens,
    web_sessions,
)
from app.service.tables.reference import (
    centres,
    learners,
    qualifications,
    registrations,
    units,
)
from app.service.tables.reviews import (
    ced_dates,
    ced_files,
    ced_signatures,
    ceds,
    meetings,
    nominee_contacts,
    quality_judgements,
    review_actions,
    review_warnings,
    reviews,
    visit_evidence,
    visit_files,
    visit_reports,
)
from app.service.tables.staff import role_changes
from app.service.tables.standing import (
    agreements,
    findings,
    inquiries,
    remits,
    restrictions,
    risk_levels,
    sanctions,
)
from app.service.tables.sync import (
    feed,
    feed_head,
    feed_tags,
    memberships,
    received_acts,
    roles_taken,
    scope_log,
    service_settings,
)

__all__ = [
    "achievements",
    "agreements",
    "blob_parts",
    "blobs",
    "ced_dates",
    "ced_files",
    "ced_signatures",
    "ceds",
    "centres",
    "certificates",
    "claim_lines",
    "claimed_units",
    "consortia",
    "consortium_members",
    "contact_log",
    "devices",
    "due_dates",
    "evidence",
    "feed",
    "feed_head",
    "feed_tags",
    "findings",
    "grants",
    "holds",
    "inquiries",
    "interests",
    "judgements",
    "learners",
    "mails",
    "meetings",
    "memberships",
    "metadata",
    "nominee_contacts",
    "note_files",
    "notes",
    "persons",
    "qualifications",
    "quality_judgements",
    "rate_limits",
    "received_acts",
    "registrations",
    "remits",
    "reports",
    "requests",
    "restrictions",
    "review_actions",
    "review_warnings",
    "reviews",
    "risk_levels",
    "role_changes",
    "roles_taken",
    "sampled_last",
    "samples",
    "sanctions",
    "saved_claims",
    "scope_log",
    "service_settings",
    "tokens",
    "units",
    "upload_parts",
    "uploads",
    "visit_evidence",
    "visit_files",
    "visit_reports",
    "warnings",
    "web_sessions",
]
