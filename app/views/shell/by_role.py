"""Which places the window has for a person: those that their roles have something to do in."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.people import Permission, Person


@dataclass(frozen=True, slots=True)
class Place:
    """A button of the rail. rooms: the screens for which it is lit, the first being the one it leads to.

    any_of: permissions of which a person needs one; none of them, where everybody has the place.
    """

    id: str
    icon: str
    keys: str
    rooms: tuple[str, ...]
    any_of: tuple[Permission, ...] = ()
    last: bool = False


PLACES = (
    Place("work", "work", "Ctrl+1", ("work", "bench", "report"), (Permission.JUDGE_SAMPLES,)),
    Place(
        "visits",
        "visits",
        "Ctrl+2",
        ("visits", "visit"),
        (Permission.REVIEW_CENTRES, Permission.DECIDE_REVIEWS),
    ),
    Place("outbox", "outbox", "Ctrl+5", ("outbox", "conflicts")),
    Place("settings", "settings", "Ctrl+6", ("settings",), last=True),
)


def places_for(person: Person) -> tuple[Place, ...]:
    """The places of this person, in the order of the rail. Somebody with nothing to judge still has the Work list."""
    found = tuple(
        place for place in PLACES if not place.any_of or any(person.may(one) for one in place.any_of)
    )
    if any(place.any_of for place in found):
        return found
    return (PLACES[0], *found)


def rooms_for(person: Person) -> tuple[str, ...]:
    """Every screen that these places have."""
    return tuple(room for place in places_for(person) for room in place.rooms)
