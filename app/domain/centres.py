"""Centres, and the reference data that stays in the legacy system and is only read here (M-06)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nation(StrEnum):
    """Where a centre lies, which decides its bank holidays (D-6)."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"
    OUTSIDE_UK = "outside_uk"


class PartnerType(StrEnum):
    """How a centre works with the awarding body; decides its access date (M-07)."""

    DIRECT_DELIVERY = "direct_delivery"
    DUAL_ACCREDITED = "dual_accredited"


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre as the legacy system knows it. It carries no telephone and no e-mail (M-52)."""

    id: str
    number: str
    name: str
    nation: Nation
    partner_type: PartnerType
