"""The digest both sides compare what they hold by."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.wire.manifest import Digest

RECORDS = st.tuples(st.text(max_size=8), st.text(max_size=8), st.integers(0, 2**62))


def digest_of(records: list[tuple[str, str, int]]) -> Digest:
    digest = Digest()
    for kind, identifier, rev in records:
        digest.add(kind, identifier, rev)
    return digest


def test_no_record_is_all_zeros() -> None:
    assert (Digest().text(), Digest().count) == ("0" * 32, 0)


def test_one_record_is_the_beginning_of_the_hash_of_kind_id_and_rev() -> None:
    expected = hashlib.sha256(b"note\x00some-id\x0012").hexdigest()[:32]
    assert digest_of([("note", "some-id", 12)]).text() == expected


@given(st.lists(RECORDS, max_size=8, unique=True), st.randoms())
def test_the_order_does_not_matter(records: list[tuple[str, str, int]], random: object) -> None:
    mixed = list(records)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert digest_of(mixed).text() == digest_of(records).text()
    assert digest_of(mixed).count == len(records)


@given(st.lists(RECORDS, min_size=1, max_size=8, unique=True))
def test_a_record_less_or_of_another_rev_is_seen(records: list[tuple[str, str, int]]) -> None:
    whole = digest_of(records).text()
    kind, identifier, rev = records[0]
    assert digest_of(records[1:]).text() != whole
    assert digest_of([(kind, identifier, rev + 1), *records[1:]]).text() != whole


def test_parts_cannot_run_into_one_another() -> None:
    assert digest_of([("a", "bc", 1)]).text() != digest_of([("ab", "c", 1)]).text()
    assert digest_of([("a", "b1", 2)]).text() != digest_of([("a", "b", 12)]).text()
