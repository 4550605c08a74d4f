"""Credits: what a claim shows of each learner (M-21), and when a certificate is due (M-33, M-34)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreditSum:
    """One learner's credits in one qualification (M-21).

    required: the qualification's threshold. achieved: of units already achieved. projected: what achieved would be
    once this claim is accepted; no unit counts twice.
    """

    learner: str
    required: int
    achieved: int
    projected: int

    @property
    def claimed(self) -> int:
        """The credits that this claim adds."""
        return self.projected - self.achieved

    @property
    def completes(self) -> bool:
        """Whether this claim brings the learner to the threshold who has not reached it yet."""
        return self.achieved < self.required <= self.projected


def credit_sums(
    required: int,
    unit_credits: Mapping[str, int],
    achieved: Mapping[str, Collection[str]],
    claimed: Iterable[tuple[str, str]],
) -> tuple[CreditSum, ...]:
    """The credits of every learner of a claim, in the order in which the claim names them first (M-21).

    unit_credits: credits by unit, of this qualification only. achieved: the units that each learner has achieved.
    claimed: (learner, unit) as the claim has them. A unit that is not the qualification's counts nothing, and one that
    is achieved already or claimed twice counts once: a claim being written may still be wrong.
    """
    units: dict[str, set[str]] = {}
    for learner, unit in claimed:
        units.setdefault(learner, set()).add(unit)

    def worth(of: Iterable[str]) -> int:
        return sum(unit_credits.get(unit, 0) for unit in of)

    return tuple(
        CreditSum(
            learner, required, worth(had := set(achieved.get(learner, ()))), worth(had | units[learner])
        )
        for learner in units
    )


def reaches_certificate(achieved: int, required: int) -> bool:
    """Whether updated credits reach the threshold, so that a certificate is issued without a claim for it (M-33).

    More than the threshold does just as well (M-34). That nobody gets a second one is for whoever issues it to see.
    """
    return achieved >= required
