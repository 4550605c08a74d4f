"""Texts that were not chosen: kept with why and when, in the transaction of the draft they stood in."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.moderation import Judgement
from app.models.held import Page
from app.models.judged import judgements
from app.models.set_aside import SetAside
from app.models.stores import Stores
from tests.models.conftest import Opener
from tests.support.desks import lines
from tests.support.records import judgement, request

MINE = SetAside("r1", "s1", "rationale", "Mine – “ü”", "Not chosen.")
OTHER = SetAside("r2", "", "summary", "A summary", "Put aside.")


def test_a_text_is_kept_with_why_and_when(open_again: Opener) -> None:
    stores = open_again()
    stores.work.set_aside([MINE, OTHER])
    stores.close()
    work = open_again().work
    (kept,) = work.aside("r1")
    assert (kept.sample_id, kept.field, kept.text, kept.why) == ("s1", "rationale", MINE.text, MINE.why)
    assert kept.at is not None
    assert work.aside("r3") == ()


def test_the_same_text_for_the_same_reason_is_kept_once(stores: Stores) -> None:
    stores.work.set_aside([MINE])
    again = SetAside("r1", "s1", "rationale", MINE.text, "For another reason.")
    stores.work.set_aside([MINE, again])
    assert [text.why for text in stores.work.aside("r1")] == ["Not chosen.", "For another reason."]


def test_text_and_draft_change_together_or_not_at_all(stores: Stores) -> None:
    work = stores.work
    work.save_draft("sample/r1/s1", {"rationale": "Mine – “ü”"})
    unstorable = SetAside("r1", "s1", "rationale", None, "")  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        work.set_aside([MINE, unstorable], drafts={"sample/r1/s1": None})
    assert work.aside("r1") == ()
    assert work.draft("sample/r1/s1") == {"rationale": "Mine – “ü”"}
    work.set_aside([MINE], drafts={"sample/r1/s1": None})
    assert work.draft("sample/r1/s1") is None
    assert [text.text for text in work.aside("r1")] == ["Mine – “ü”"]


def test_it_is_forgotten_with_its_request_and_no_other(stores: Stores) -> None:
    stores.work.set_aside([MINE, OTHER])
    assert stores.work.settled_requests() == {"r1", "r2"}
    assert stores.work.forget(["r1"]) == 1
    assert stores.work.aside("r1") == ()
    assert len(stores.work.aside("r2")) == 1


def test_every_judgement_is_read_also_across_slices(stores: Stores) -> None:
    made: list[object] = [request()]
    made += [judgement(f"j{number:04}", f"sample-{number}") for number in range(1, 1_203)]
    page = lines(made)
    stores.cache.apply_page(Page(page, cursor="c", seen=len(page), more=False))
    found = list(judgements(stores.cache))
    assert all(isinstance(record, Judgement) for record in found)
    assert [record.id for record in found] == [f"j{number:04}" for number in range(1, 1_203)]
