"""Drafts, settings and issued reports in ``work.db``."""

from __future__ import annotations

from app.models.stores import Stores
from tests.models.conftest import Opener
from tests.models.made import act, outcome, reporting


def test_a_draft_is_kept_replaced_and_dropped(stores: Stores) -> None:
    work = stores.work
    assert work.draft("sample/1") is None
    work.save_draft("sample/1", {"rationale": "Erste Fassung – “quoted”"})
    work.save_draft("sample/1", {"rationale": "Second"})
    assert work.draft("sample/1") == {"rationale": "Second"}
    work.drop_draft("sample/1")
    work.drop_draft("sample/1")
    assert work.drafts() == ()


def test_drafts_come_with_the_moment_they_changed_the_last_one_last(stores: Stores) -> None:
    work = stores.work
    for key in ("b", "a", "b"):
        work.save_draft(key, {})
    first, second = work.drafts()
    assert (first.key, second.key) == ("a", "b")
    assert first.changed_at < second.changed_at


def test_drafts_and_settings_survive_closing(open_again: Opener) -> None:
    stores = open_again()
    stores.work.save_draft("k", {"text": "typed"})
    stores.work.put("window", {"zoom": 1.5})
    stores.close()
    stores = open_again()
    assert stores.work.draft("k") == {"text": "typed"}
    assert stores.work.get("window") == {"zoom": 1.5}


def test_a_setting_has_a_default_and_may_be_nothing(stores: Stores) -> None:
    assert stores.work.get("theme", "system") == "system"
    stores.work.put("theme", "dark")
    stores.work.put("theme", None)
    assert stores.work.get("theme", "system") is None


def test_a_signed_report_is_kept_as_bytes_with_its_act(stores: Stores) -> None:
    work = stores.work
    work.add(act(1, reporting(b"%PDF first")))
    assert work.report("act-1") == b"%PDF first"
    assert work.report("act-2") is None


def test_a_refused_report_stays_readable(stores: Stores) -> None:
    work = stores.work
    work.add(act(1, reporting(b"%PDF first")))
    work.begin_sending(above=0, limit=1, max_bytes=10**7)
    work.record_outcomes([outcome(1, "rejected", "x", "No.")])
    assert work.report("act-1") == b"%PDF first"
