"""Messages survive the way there and back, and tomorrow's messages harm nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.acts import (
    DEEDS,
    Act,
    ActOutcome,
    AddNote,
    LogCentreContact,
    OutcomeKind,
    RecordJudgement,
    SubmitReport,
    WithdrawJudgement,
)
from app.domain.attached import AttachedFile
from app.domain.evidence import Evidence
from app.domain.moderation import IssuedReport, Judgement, ModerationRequest, Note, Sample
from app.domain.people import Grant, Person, Role
from app.wire import messages as m
from app.wire.acts import act_message, act_of, outcome_message, outcome_of, payload_hash, payload_of
from app.wire.codec import KINDS, Codec, UpdateNeeded, body_of, person_of, tokens_of
from tests.support.records import evidence, judgement, note, request, sample

words = st.text(max_size=40)
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
hashes = st.one_of(st.just(""), st.binary(min_size=32, max_size=32).map(bytes.hex))
sizes = st.integers(0, 2**62)
files = st.builds(AttachedFile, sha256=hashes, size=sizes)
records: st.SearchStrategy[Any] = st.one_of(
    st.from_type(ModerationRequest),
    st.from_type(Sample),
    st.builds(Evidence, sha256=hashes, size=sizes),
    st.builds(Judgement, recorded_at=moments),
    st.builds(Note, written_at=moments, files=st.lists(files, max_size=3).map(tuple)),
    st.builds(IssuedReport, issued_at=moments, pdf_sha256=hashes, pdf_size=sizes),
)
deeds = st.one_of(
    st.builds(RecordJudgement),
    st.builds(WithdrawJudgement),
    st.builds(AddNote),
    st.builds(SubmitReport),
    st.builds(LogCentreContact),
)


def root_of(record: Any) -> str:
    root: str = record.id if isinstance(record, ModerationRequest) else record.request_id
    return root


@given(records)
def test_every_record_survives_the_way_there_and_back(record: Any) -> None:
    kind, body = body_of(record)
    assert Codec().record(kind, record.id, root_of(record), record.rev, body) == record


@given(deeds, moments, st.integers(0, 2**40), st.lists(words, max_size=3))
def test_every_act_survives_and_keeps_its_hash(deed: Any, at: datetime, seen: int, rests: list[str]) -> None:
    act = Act("act-1", "device-1", "person-1", seen, at, deed, rests_on=tuple(rests))
    sent = msgspec.json.encode(m.Push(device_id="device-1", acts=[act_message(act)]))
    message = msgspec.json.decode(sent, type=m.Push).acts[0]
    assert payload_hash(bytes(message.payload)) == message.payload_sha256
    assert act_of(message, "device-1", "person-1") == act


@given(deeds)
def test_equal_deeds_have_equal_payloads(deed: Any) -> None:
    assert payload_of(deed) == payload_of(msgspec.json.decode(payload_of(deed), type=type(deed)))


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (request(), "state"),
        (request(), "nation"),
        (judgement(), "decision"),
        (evidence(), "kind"),
        (note(), "stage"),
    ],
)
def test_an_unknown_enumeration_value_asks_for_an_update_of_that_record_only(record: Any, field: str) -> None:
    kind, body = body_of(record)
    told = msgspec.json.decode(body)
    told[field] = "of_tomorrow"
    with pytest.raises(UpdateNeeded) as error:
        Codec().record(kind, record.id, root_of(record), 1, msgspec.json.encode(told))
    assert "newer version" in error.value.says


@pytest.mark.parametrize("record", [request(), sample(), evidence(), judgement(), note()])
def test_unknown_fields_are_harmless(record: Any) -> None:
    kind, body = body_of(record)
    told = msgspec.json.decode(body) | {"of_tomorrow": {"any": ["thing"]}}
    assert Codec().record(kind, record.id, root_of(record), record.rev, msgspec.json.encode(told)) == record


def test_an_unknown_kind_of_record_or_act_asks_for_an_update() -> None:
    with pytest.raises(UpdateNeeded):
        Codec().record("hologram", "1", "1", 1, b"{}")
    act = Act("a", "d", "p", 1, datetime(2026, 1, 1, tzinfo=UTC), AddNote("r", "", "x"))
    message = act_message(act)
    message.kind = "DanceJig"
    with pytest.raises(UpdateNeeded):
        act_of(message, "d", "p")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"number": 3}', b"\xff", b'{"name": ' + b"[" * 50_000])
def test_a_broken_body_asks_for_an_update_and_does_not_crash(body: bytes) -> None:
    for kind in KINDS:
        with pytest.raises(UpdateNeeded):
            Codec().record(kind, "1", "1", 1, body)


@pytest.mark.parametrize("sha256", ["../../etc/x", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_file_named_by_anything_but_a_hash_asks_for_an_update(sha256: str) -> None:
    _, body = body_of(evidence(sha256="a" * 64))
    with pytest.raises(UpdateNeeded):
        Codec().record(
            "evidence", "1", "1", 1, body.replace(b"a" * 64, sha256.encode().replace(b"\n", b"\\n"))
        )


def test_M52_a_request_carries_no_telephone_and_no_email_of_the_centre() -> None:
    fields = {field.name for field in msgspec.structs.fields(m.RequestBody)}
    assert not {
        name for name in fields if any(word in name for word in ("phone", "mail", "contact", "address"))
    }


@given(st.sampled_from(list(OutcomeKind)), words, words)
def test_every_outcome_survives(kind: OutcomeKind, code: str, says: str) -> None:
    outcome = ActOutcome("act-1", kind, code, says)
    assert outcome_of(outcome_message(outcome)) == outcome


def test_an_outcome_of_tomorrow_is_kept_for_the_persons_attention() -> None:
    told = outcome_of(m.OutcomeMessage(act_id="a", outcome="postponed"))
    assert told.kind is OutcomeKind.REJECTED
    assert "postponed" in told.says


def test_M03_roles_travel_with_their_centre_and_unknown_ones_are_left_out() -> None:
    person = Person("p", "a@example.invalid", "A", (Grant(Role.MODERATOR), Grant(Role.CENTRE_STAFF, "c1")))
    tokens = tokens_of(person, "access", 60)
    tokens.grants.append(m.GrantMessage(role="archivist"))
    assert person_of(tokens) == person


def test_every_deed_has_a_name_to_travel_under() -> None:
    assert set(DEEDS) == {
        "RecordJudgement",
        "WithdrawJudgement",
        "AddNote",
        "SubmitReport",
        "LogCentreContact",
        "LogNomineeContact",
        "DeclareConsortium",
        "DecideScope",
        "AgreeDate",
        "RecordQuality",
        "AddVisitEvidence",
        "WithdrawVisitEvidence",
        "RecordMeeting",
        "SignOffAction",
        "SubmitVisitReport",
        "DecideBlock",
    }
