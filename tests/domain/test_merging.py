"""Three-way merging: what fits together is merged, what does not is kept from both sides, and no word gets lost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.merging import (
    Fields,
    How,
    Marked,
    MergedField,
    Value,
    both,
    lost,
    merge,
    same,
    told,
    words_between,
)

# Few different words, so that sides often agree, repeat each other and touch the same entries.
WORDS = st.sampled_from(["", " ", "a", "b", "c", "a b", "Re-mark.", "not_agreed", "agreed", " a "])
LISTS = st.lists(WORDS, max_size=5).map(tuple)
FIELDS = st.fixed_dictionaries({"decision": WORDS, "rationale": st.text(max_size=8), "actions": LISTS})
MIRRORED = {How.MINE: How.THEIRS, How.THEIRS: How.MINE}


def texts(value: Value) -> Counter[str]:
    plain = told(value)
    return Counter([plain] if isinstance(plain, str) else plain)


def one(before: Value, mine: Value, theirs: Value) -> MergedField:
    (merged,) = merge({"field": before}, {"field": mine}, {"field": theirs})
    return merged


@given(FIELDS, FIELDS, FIELDS)
def test_nothing_that_either_side_wrote_is_lost(before: Fields, mine: Fields, theirs: Fields) -> None:
    for field in merge(before, mine, theirs):
        assert (field.before, field.mine, field.theirs) == (
            before[field.name],
            mine[field.name],
            theirs[field.name],
        )
        if field.how is How.CLASH:
            continue  # both are kept side by side, and a person decides
        for side in (field.mine, field.theirs):
            written = texts(side) - texts(field.before)
            assert not written - texts(field.value)


@given(FIELDS, FIELDS, FIELDS)
def test_merging_is_the_same_from_both_sides_up_to_the_names(
    before: Fields, mine: Fields, theirs: Fields
) -> None:
    other = {field.name: field for field in merge(before, theirs, mine)}
    for ours in merge(before, mine, theirs):
        mirrored = other[ours.name]
        assert mirrored.how is MIRRORED.get(ours.how, ours.how)
        if ours.how is not How.CLASH:
            assert same(ours.value, mirrored.value)


@given(FIELDS, FIELDS, FIELDS)
def test_merging_is_deterministic_and_merging_again_changes_nothing(
    before: Fields, mine: Fields, theirs: Fields
) -> None:
    merged = merge(before, mine, theirs)
    assert merged == merge(before, mine, theirs)
    # On the new ground, what was merged is mine or settled, and never clashes.
    settled = [field for field in merged if field.how is not How.CLASH]
    ground = {field.name: field.theirs for field in settled}
    again = merge(ground, {field.name: field.value for field in settled}, ground)
    assert all(field.how in (How.UNCHANGED, How.MINE) for field in again)
    assert [field.value for field in again] == [field.value for field in settled]


@given(FIELDS, FIELDS)
def test_sides_that_say_the_same_never_clash(before: Fields, both_sides: Fields) -> None:
    assert all(
        field.how in (How.SAME, How.UNCHANGED) for field in merge(before, both_sides, dict(both_sides))
    )


@given(FIELDS, FIELDS)
def test_a_side_that_changed_nothing_gives_way_to_the_other(before: Fields, changed: Fields) -> None:
    for field in merge(before, before, changed):
        assert same(field.value, changed[field.name])
        assert field.how in (How.UNCHANGED, How.THEIRS)
    for field in merge(before, changed, before):
        assert same(field.value, changed[field.name])
        assert field.how in (How.UNCHANGED, How.MINE)


def test_different_fields_fit_together() -> None:
    before: Fields = {"decision": "agreed", "rationale": "", "actions": ()}
    mine: Fields = {"decision": "agreed", "rationale": "Thin.", "actions": ()}
    theirs: Fields = {"decision": "not_agreed", "rationale": "", "actions": ("Re-mark.",)}
    merged = {field.name: (field.how, field.value) for field in merge(before, mine, theirs)}
    assert merged == {
        "decision": (How.THEIRS, "not_agreed"),
        "rationale": (How.MINE, "Thin."),
        "actions": (How.THEIRS, ("Re-mark.",)),
    }
    assert How.THEIRS.merged
    assert not How.MINE.merged


def test_the_same_field_keeps_both() -> None:
    clash = one("So.", "Not so.", "So it is.")
    assert (clash.how, clash.mine, clash.theirs) == (How.CLASH, "Not so.", "So it is.")


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "united"),
    [
        (("a",), ("a", "b"), ("c", "a"), ("c", "a", "b")),
        ((), ("y", "z"), ("x",), ("x", "y", "z")),
        (("a", "d"), ("a", "b", "d"), ("a", "c", "d", "e"), ("a", "b", "c", "d", "e")),
        # What both added stands once, wherever each of them put it.
        (("a",), ("x", "a", "b"), ("a", "x"), ("x", "a", "b")),
    ],
)
def test_actions_that_both_sides_added_are_united(
    before: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...], united: tuple[str, ...]
) -> None:
    merged = one(before, mine, theirs)
    assert (merged.how, merged.value) == (How.UNITED, united)


def test_an_action_that_one_side_changed_and_the_other_side_added_to_is_a_clash() -> None:
    assert one(("Re-mark.",), ("Re-mark all.",), ("Re-mark.", "Send the sheet.")).how is How.CLASH


def test_blanks_around_a_text_are_no_change() -> None:
    assert one("So.", "So.\n", "Not so.").how is How.THEIRS
    assert one(("a",), ("a", " "), ("a", "b")).how is How.THEIRS


@given(st.text(max_size=12), st.text(max_size=12))
def test_both_texts_stand_in_what_is_joined_with_who_and_when_between_them(mine: str, theirs: str) -> None:
    joined = both(mine, theirs, "Jules, 12 March 2026, 10:42")
    assert isinstance(joined, str)
    assert mine.strip() in joined
    assert theirs.strip() in joined
    apart = bool(mine.strip()) and bool(theirs.strip()) and not same(mine, theirs)
    assert ("— Jules, 12 March 2026, 10:42 —" in joined) is apart


@given(LISTS, LISTS)
def test_both_lists_are_united_each_entry_once(mine: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    joined = both(mine, theirs, "Jules")
    assert set(joined) == set(texts(mine)) | set(texts(theirs))
    assert len(set(joined)) == len(joined)


@given(WORDS | LISTS, WORDS | LISTS)
def test_what_was_not_chosen_is_named_to_be_set_aside(chosen: Value, side: Value) -> None:
    gone = lost(chosen, side)
    for text in texts(side):
        assert not text or text in gone or any(text in kept for kept in texts(chosen))
    assert lost(side, side) == ()


def test_a_word_inside_another_word_is_lost_all_the_same() -> None:
    assert lost("not_agreed", "agreed") == ("agreed",)
    assert lost("Well. As it should be.", "As it should be.") == ()


@given(st.text(max_size=30), st.text(max_size=30))
def test_runs_of_words_give_both_texts_back(earlier: str, later: str) -> None:
    runs = words_between(earlier, later)
    assert "".join(text for mark, text in runs if mark is not Marked.REMOVED) == later
    assert "".join(text for mark, text in runs if mark is not Marked.ADDED) == earlier


def test_runs_of_words_mark_what_was_added_and_removed() -> None:
    assert words_between("The plan is thin.", "The plan is good.") == (
        (Marked.KEPT, "The plan is "),
        (Marked.REMOVED, "thin"),
        (Marked.ADDED, "good"),
        (Marked.KEPT, "."),
    )


def test_very_long_texts_are_marked_as_a_whole() -> None:
    long = "word " * 5_000
    assert [mark for mark, _ in words_between(long, long + "more")] == [Marked.REMOVED, Marked.ADDED]
    assert words_between(long, long) == ((Marked.KEPT, long),)
