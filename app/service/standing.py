"""How a centre stands: the front of its access and remit, its risk, what stops its claims, and its platforms.

Whoever decides by this inside a transaction that another decision could overtake calls ``lock_centre`` first: setting
and lifting lock it too. A claim that is submitted while a suspicion restricts its centre then either comes before it,
and belongs to the inquiry, or is stopped.
"""

from __future__ import annotations

from app.service.agreements import agreement_for, agreements_of, end_agreement, record_agreement
from app.service.remits import (
    access_day,
    awarding_body_of,
    lock_centre,
    may_enter,
    on_remit,
    remit_of,
)
from app.service.risks import RiskRow, RiskSet, risk_history, risk_of, risk_table, set_risk
from app.service.stops import (
    end_restriction,
    lift_sanction,
    needs_full_sample,
    restrictions_of,
    sanctions_of,
    set_restriction,
    set_sanction,
    stops_for,
)

__all__ = [
    "RiskRow",
    "RiskSet",
    "access_day",
    "agreement_for",
    "agreements_of",
    "awarding_body_of",
    "end_agreement",
    "end_restriction",
    "lift_sanction",
    "lock_centre",
    "may_enter",
    "needs_full_sample",
    "on_remit",
    "record_agreement",
    "remit_of",
    "restrictions_of",
    "risk_history",
    "risk_of",
    "risk_table",
    "sanctions_of",
    "set_restriction",
    "set_risk",
    "set_sanction",
    "stops_for",
]
