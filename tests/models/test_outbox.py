"""The outbox keeps every act, in order, with the answer it got, and loses none."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.models.entries import ActState
from app.models.stores import Stores
from app.models.work import WorkStore
from app.wire.acts import payload_hash, payload_of
from app.wire.messages import ACT_BYTES
from tests.models.conftest import Opener
from tests.models.made import act, judging, noting, outcome, reporting


@pytest.fixture
def work(stores: Stores) -> WorkStore:
    return stores.work


def send_all(work: WorkStore) -> list[str]:
    return [entry.act_id for entry in work.begin_sending(above=0, limit=200, max_bytes=10**7)]


def states(work: WorkStore) -> dict[str, str]:
    return {entry.act_id: str(entry.state) for entry in work.entries()}


def test_an_act_is_frozen_with_its_hash_when_it_is_recorded(work: WorkStore) -> None:
    recorded = act(
        1, judging(), seen=7, seen_tag="of-seven", base_rev=3, after="act-0", rests_on=("act-8", "act-9")
    )
    entry = work.add(recorded)
    assert entry.act == recorded
    assert entry.payload == payload_of(recorded.deed)
    assert entry.payload_sha256 == payload_hash(entry.payload)
    assert entry.state is ActState.QUEUED
    message = entry.message()
    assert bytes(message.payload) == entry.payload
    assert (message.seen, message.seen_tag) == (7, "of-seven")


def test_acts_survive_closing_and_opening(open_again: Opener) -> None:
    stores = open_again()
    stores.work.add(act(1))
    stores.work.add(act(2))
    stores.close()
    assert [entry.act_id for entry in open_again().work.entries()] == ["act-1", "act-2"]


def test_recording_empties_the_draft_in_the_same_transaction(work: WorkStore) -> None:
    work.save_draft("gone", {"text": "a"})
    work.save_draft("left", {"text": "a", "note": "b"})
    work.add(act(1), drafts={"gone": None, "left": {"note": "b"}})
    assert {draft.key: draft.body for draft in work.drafts()} == {"left": {"note": "b"}}


def test_an_act_that_cannot_be_recorded_leaves_its_draft_alone(work: WorkStore) -> None:
    work.save_draft("mine", {"text": "a"})
    work.add(act(1))
    with pytest.raises(Exception, match="UNIQUE"):
        work.add(act(1), drafts={"mine": None})
    assert work.draft("mine") == {"text": "a"}


def test_an_act_larger_than_the_service_takes_is_refused_at_once(work: WorkStore) -> None:
    with pytest.raises(KnownError) as refused:
        work.add(act(1, noting("x" * (ACT_BYTES + 1))))
    assert refused.value.code == "act_too_large"
    assert work.entries() == ()


def test_sending_keeps_the_order_and_the_limits(work: WorkStore) -> None:
    for number in range(1, 6):
        work.add(act(number, noting("x" * 1000)))
    first = work.begin_sending(above=0, limit=2, max_bytes=10**6)
    assert [entry.act_id for entry in first] == ["act-1", "act-2"]
    second = work.begin_sending(above=first[-1].seq, limit=200, max_bytes=7000)
    assert [entry.act_id for entry in second] == ["act-3", "act-4"]
    assert {entry.state for entry in (*first, *second)} == {ActState.SENDING}


def test_an_act_above_the_limit_of_bytes_travels_alone(work: WorkStore) -> None:
    work.add(act(1, noting("x" * 5000)))
    work.add(act(2))
    batch = work.begin_sending(above=0, limit=200, max_bytes=3000)
    assert [entry.act_id for entry in batch] == ["act-1"]


def test_what_got_no_answer_stays_sending_and_is_offered_again(work: WorkStore) -> None:
    work.add(act(1))
    assert send_all(work) == ["act-1"]
    assert send_all(work) == ["act-1"]
    assert work.entry("act-1").tries == 2


def test_what_certainly_was_not_received_is_queued_again(work: WorkStore) -> None:
    work.add(act(1))
    work.add(act(2))
    work.begin_sending(above=0, limit=1, max_bytes=10**6)
    send_all(work)
    work.not_sent(["act-1", "act-2"])
    # The first may have arrived when it was sent before: nobody knows, so it cannot be undone any more.
    assert states(work) == {"act-1": "sending", "act-2": "queued"}
    assert work.entry("act-2").tries == 0


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("applied", "applied"),
        ("already_applied", "applied"),
        ("held", "held"),
        ("conflict", "conflict"),
        ("rejected", "rejected"),
        ("blocked", "blocked"),
        ("a word of tomorrow", "rejected"),
    ],
)
def test_every_answer_has_its_state_and_keeps_its_words(work: WorkStore, word: str, state: str) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes(
        [outcome(1, word, "code", "In words.", n=5)] if word != "already_applied" else [outcome(1, word)]
    )
    entry = work.entry("act-1")
    assert entry.state == state
    assert entry.answered_at is not None
    assert entry.payload == payload_of(act(1).deed)


def test_a_late_answer_does_not_undo_a_taken_act(work: WorkStore) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, "applied", n=9)])
    work.record_outcomes([outcome(1, "rejected", "stale", "Too late.")])
    assert (work.entry("act-1").state, work.entry("act-1").n) == (ActState.APPLIED, 9)


def test_a_held_act_that_is_told_again_stays_held(work: WorkStore) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, "already_applied", "on_hold", "The request is on hold.")])
    assert work.entry("act-1").state is ActState.HELD


def test_taking_back_is_possible_until_it_is_sent(work: WorkStore) -> None:
    work.add(act(1))
    assert work.take_back("act-1", "Typed too soon").state is ActState.TAKEN_BACK
    assert work.entry("act-1").says == "Typed too soon"
    assert send_all(work) == []
    work.add(act(2))
    send_all(work)
    with pytest.raises(KnownError) as refused:
        work.take_back("act-2")
    assert refused.value.code == "already_sent"


def test_what_the_service_refused_can_be_settled(work: WorkStore) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, "rejected", "not_assigned", "Not yours.")])
    assert work.counts().attention == 1
    work.take_back("act-1")
    assert work.counts().attention == 0
    assert work.entry("act-1").says == "Not yours."


def test_recording_anew_puts_the_refused_away_save_what_another_rests_on(work: WorkStore) -> None:
    for number in (1, 2):
        work.add(act(number, judging()))
    work.add(act(3, judging(), rests_on=("act-2",)))
    send_all(work)
    work.record_outcomes([outcome(1, "rejected"), outcome(2, "conflict"), outcome(3, "blocked")])
    work.add(act(4, judging()), mends=("act-1", "act-2"))
    assert states(work) == {
        "act-1": "taken_back",
        "act-2": "conflict",
        "act-3": "blocked",
        "act-4": "queued",
    }
    assert work.entry("act-1").says == "You recorded it anew."


def test_an_act_that_another_rests_on_is_not_taken_back_alone(work: WorkStore) -> None:
    work.add(act(1, judging()))
    work.add(act(2, reporting(), rests_on=("act-1",)))
    with pytest.raises(KnownError) as refused:
        work.take_back("act-1")
    assert refused.value.code == "rested_on"
    work.take_back("act-2")
    assert work.take_back("act-1").state is ActState.TAKEN_BACK


def test_taking_back_closes_the_gap_in_the_order(work: WorkStore) -> None:
    work.add(act(1))
    work.add(act(2, after="act-1"))
    work.add(act(3, after="act-2"))
    work.take_back("act-2")
    assert work.entry("act-3").after == "act-1"


def test_retry_queues_what_another_answer_is_possible_for(work: WorkStore) -> None:
    for number in (1, 2, 3):
        work.add(act(number))
    send_all(work)
    work.record_outcomes(
        [
            outcome(1, "blocked", "waits_for_earlier", "Waits."),
            outcome(2, "rejected", "act_too_large", "Too large."),
            outcome(3, "rejected", "not_assigned", "Not yours."),
        ]
    )
    assert [str(work.retry(f"act-{number}").state) for number in (1, 2, 3)] == [
        "queued",
        "queued",
        "rejected",
    ]


def test_a_blocked_act_is_freed_once_what_it_rests_on_is_taken(work: WorkStore) -> None:
    work.add(act(1, judging()))
    work.add(act(2, reporting(), rests_on=("act-1",)))
    send_all(work)
    work.record_outcomes([outcome(2, "blocked", "rests_on_untaken", "Waits.")])
    assert work.release_blocked() == 0
    work.record_outcomes([outcome(1, "applied", n=4)])
    assert work.release_blocked() == 1
    assert work.entry("act-2").state is ActState.QUEUED


def test_a_report_whose_judgement_was_refused_stays_blocked(work: WorkStore) -> None:
    work.add(act(1, judging()))
    work.add(act(2, reporting(), rests_on=("act-1",)))
    send_all(work)
    work.record_outcomes(
        [outcome(1, "rejected", "not_assigned", "No."), outcome(2, "blocked", "x", "Waits.")]
    )
    assert work.release_blocked() == 0


def test_an_act_the_service_stumbled_over_is_offered_again(work: WorkStore) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, "blocked", "service_fault", "Offered again.")])
    assert work.release_blocked() == 1


def test_unsettled_are_those_the_cache_cannot_show_yet(work: WorkStore) -> None:
    for number in range(1, 8):
        work.add(act(number))
    send_all(work)
    work.record_outcomes(
        [
            outcome(1, "applied", n=10),
            outcome(2, "applied", n=11),
            outcome(3, "applied"),
            outcome(4, "held", "on_hold", "On hold."),
            outcome(5, "blocked", "x", "Waits."),
            outcome(6, "rejected", "x", "No."),
        ]
    )
    assert [entry.act_id for entry in work.unsettled(10)] == ["act-2", "act-3", "act-4", "act-5", "act-7"]
    assert work.unsettled(10, "another-request") == ()


def test_an_act_taken_without_a_number_is_shown_by_the_cache_after_a_pull(work: WorkStore) -> None:
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, "already_applied")])
    assert len(work.unsettled(20)) == 1
    work.release_covered(seen=20, durable_seq=0)
    assert work.unsettled(20) == ()


def test_after_a_restore_everything_not_backed_up_is_offered_again(work: WorkStore) -> None:
    for number in (1, 2, 3, 4):
        work.add(act(number))
    send_all(work)
    work.record_outcomes(
        [
            outcome(1, n=5),
            outcome(2, n=8),
            outcome(3, "rejected", "x", "No."),
            outcome(4, "held", "on_hold", "Hold"),
        ]
    )
    work.release_covered(seen=8, durable_seq=6)
    assert [entry.covered for entry in work.entries()] == [True, False, False, False]
    assert work.offer_again() == 2
    assert send_all(work) == ["act-2", "act-4"]


def test_what_no_pull_has_confirmed_is_asked_about_again(work: WorkStore) -> None:
    for number in (1, 2, 3):
        work.add(act(number))
    send_all(work)
    work.record_outcomes([outcome(1, n=5), outcome(2, n=8), outcome(3, "already_applied")])
    assert work.offer_again(seen=5) == 2
    assert send_all(work) == ["act-2", "act-3"]
    assert work.offer_again(seen=5) == 0


def test_coverage_never_reaches_beyond_what_was_pulled(work: WorkStore) -> None:
    """A backup number of another time line says nothing about acts that were not pulled in this one."""
    work.add(act(1))
    send_all(work)
    work.record_outcomes([outcome(1, n=50)])
    work.release_covered(seen=40, durable_seq=99)
    assert not work.entry("act-1").covered


def test_last_waiting_names_the_newest_waiting_act_on_a_target(work: WorkStore) -> None:
    work.add(act(1, judging(sample_id="sample-1")))
    work.add(act(2, judging(sample_id="sample-1")))
    work.add(act(3, judging(sample_id="sample-2")))
    assert work.last_waiting("sample-1") == "act-2"
    send_all(work)
    work.record_outcomes([outcome(2, n=3)])
    assert work.last_waiting("sample-1") == "act-1"
    assert work.last_waiting("sample-9") == ""


def test_counts_say_what_waits_and_what_needs_attention(work: WorkStore) -> None:
    for number in range(1, 6):
        work.add(act(number))
    work.begin_sending(above=0, limit=3, max_bytes=10**6)
    work.record_outcomes([outcome(1, n=1), outcome(2, "conflict", "x", "Both kept.")])
    assert (work.counts().waiting, work.counts().attention) == (3, 1)


def test_entries_can_be_chosen(work: WorkStore) -> None:
    for number in (1, 2, 3):
        work.add(act(number, noting("a", request_id=f"request-{number % 2}")))
    work.take_back("act-3")
    assert [entry.act_id for entry in work.entries(request_id="request-1")] == ["act-1", "act-3"]
    assert [entry.act_id for entry in work.entries(states=("taken_back",))] == ["act-3"]
    assert [entry.act_id for entry in work.entries(newest=2)] == ["act-2", "act-3"]
    with pytest.raises(KeyError):
        work.entry("act-9")


def test_only_what_changed_since_is_asked_about_again_of_held_acts(work: WorkStore) -> None:
    work.add(act(1))
    work.add(act(2, noting(request_id="request-2")))
    send_all(work)
    work.record_outcomes([outcome(1, "held", "on_hold", n=3), outcome(2, "held", "on_hold", n=4)])
    assert set(work.held_requests()) == {"request-1", "request-2"}
    assert work.offer_held({"request-1": 5, "request-2": 6}) == 2
    work.record_outcomes([outcome(1, "held", "on_hold", n=3), outcome(2, "held", "on_hold", n=4)])
    assert work.offer_held({"request-1": 5, "request-2": 6}) == 0
    assert work.offer_held({"request-1": 7, "request-2": 6}) == 1
    assert [str(entry.state) for entry in work.entries()] == ["sending", "held"]


def test_bytes_of_a_report_that_waits_stay_while_the_rest_is_forgotten(work: WorkStore) -> None:
    work.add(act(1))
    work.add(act(2, reporting()))
    send_all(work)
    work.record_outcomes([outcome(1, "applied", n=3)])
    work.release_covered(seen=3, durable_seq=3)
    assert work.settled_requests() == {"request-1"}
    assert work.forget(["request-1"]) == 1
    assert work.entry("act-1").forgotten
    assert work.entry("act-2").payload
    assert work.report("act-2") is not None
    assert work.settled_requests() == frozenset()
    assert work.unsettled(0) == (work.entry("act-2"),)
