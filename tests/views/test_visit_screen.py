"""The Visit screen over a real desk: what is shown, kept as it is typed, found missing, disputed and signed off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.moderation import Standing
from app.domain.review_terms import Level, Source
from app.domain.reviews import QualityJudgement, VisitEvidence
from app.views.moderation.keeper import SAVE_AFTER_MS
from app.views.visits.words import Show
from app.workspace.desk import Desk
from app.workspace.snapshots import Changes
from tests.support.elsewhere import LATER, arrives
from tests.support.visits import (
    REVIEW,
    REVIEWER,
    judge_one,
    picture,
    visit_desk,
)
from tests.views.visit_window import OnVisit, Settled, bring_news, three_reviews

Key = Qt.Key


@pytest.fixture
def reviewing(tmp_path: Path, settled: Settled) -> Iterator[Desk]:
    desk = visit_desk(tmp_path / "reviewer", three_reviews())
    yield desk
    settled()
    desk.close()


@pytest.fixture
def on(reviewing: Desk, qtbot: QtBot, settled: Settled) -> OnVisit:
    return OnVisit(reviewing, qtbot, settled)


def judged_elsewhere(identifier: str, code: str, level: Level, commentary: str) -> QualityJudgement:
    """Another reviewer's judgement, which knows of no other."""
    return QualityJudgement(
        identifier, REVIEW, code, level, "", commentary, (), (), (), "person-7", "Sam Oduya", LATER
    )


# -- the tree -----------------------------------------------------------------------------------------------------


def test_the_tree_filters_by_state_and_keeps_what_is_open(on: OnVisit) -> None:
    for item in on.desk.visits.sheet(REVIEW).items[:3]:
        judge_one(on.desk, item, level=Level.NOT_MET if item.code == "QO.1.2" else None)
    bring_news(on)
    tree = on.screen.measures.tree
    assert [tree.filter.itemText(place) for place in range(4)] == [
        "All (24)", "Not judged (21)", "Not met (1)", "No commentary (21)",
    ]  # fmt: skip
    on.screen.measures.choose("QO.4.1")
    tree.filter_to(Show.NOT_MET)
    assert [item.code for item in tree.model.shown] == ["QO.1.2", "QO.4.1"]
    on.press(Key.Key_K)
    assert on.code == "QO.1.2"
    tree.filter_to(Show.NO_COMMENTARY)
    assert "QO.1.1" not in [item.code for item in tree.model.shown]


def test_Q27_a_measure_shows_guidance_what_the_centre_says_and_what_is_suggested(on: OnVisit) -> None:
    on.screen.measures.choose("QO.1.3")
    basis, item = on.screen.measures.basis, on.item("QO.1.3")
    assert item.measure is not None
    shown = {label.text().removeprefix("•  ") for label in basis.findChildren(type(basis._title))}
    assert set(item.measure.guidance) <= shown
    assert "How we serve Centre management systems." in shown
    assert [row.id for row in basis.suggested.rows] == [one.id for one in item.measure.suggested]
    assert "malpractice-policy.txt (Engagement Document)" in [
        card.accessibleName() for card in basis.noted.cards
    ]
    (guide, *_) = on.screen.header.guidance.menu().actions()
    guide.trigger()
    assert on.browsed == [on.desk.visits.sheet(REVIEW).framework.links[0].url]


# -- evidence -----------------------------------------------------------------------------------------------------


def test_Q29_suggested_evidence_is_ticked_unticked_and_set_not_applicable(on: OnVisit) -> None:
    on.screen.measures.choose("QO.1.4")
    rows = on.screen.measures.basis.suggested.rows
    rows[0].seen.click()
    seen = on.item("QO.1.4").suggestions[0]
    assert seen.seen
    assert on.screen.measures.quality.cited.cites == (seen.evidence_id,)
    rows[0].seen.click()
    assert not on.item("QO.1.4").suggestions[0].evidence_id
    assert on.screen.measures.quality.cited.cites == ()
    applies = next(row for row in rows if row.absent is not None)
    assert applies.absent is not None
    applies.absent.click()
    ticks = {one.suggestion.id: one for one in on.item("QO.1.4").suggestions}
    assert not ticks[applies.id].applies
    assert on.screen.measures.quality.cited.cites == ()
    applies.seen.click()
    ticks = {one.suggestion.id: one for one in on.item("QO.1.4").suggestions}
    assert ticks[applies.id].seen
    assert not applies.absent.isChecked()


def test_photos_are_pasted_kept_with_the_draft_shown_and_taken_back(on: OnVisit, tmp_path: Path) -> None:
    (tmp_path / "shelf.jpg").write_bytes(picture(7))
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "shelf.jpg"))])
    QApplication.clipboard().setMimeData(files)
    on.press(Key.Key_V)
    on.press(Key.Key_V, modifier=Qt.KeyboardModifier.ControlModifier)
    on.settled()
    assert [photo.file.name for photo in on.desk.visits.draft(REVIEW, "QO.1.1").files] == ["shelf.jpg"]
    page = on.screen.measures
    page.choose("QO.1.2")
    assert page.basis.new.photos == ()
    page.choose("QO.1.1")
    assert [photo.file.name for photo in page.basis.new.photos] == ["shelf.jpg"]
    page.basis.new.add_typed()
    card = next(card for card in page.basis.noted.cards if card.away is not None)
    card.controls()[-1].click()  # type: ignore[attr-defined]
    on.settled()
    assert page.middle.currentWidget() is page.file
    on.qtbot.waitUntil(lambda: page.file.view.document is not None, timeout=20_000)
    on.press(Key.Key_Return)
    assert page.middle.currentWidget() is page.basis
    card.away.click()  # type: ignore[union-attr]
    assert all(one.noted is None for one in on.item("QO.1.1").citable)
    assert page.quality.cited.cites == ()


def test_evidence_that_was_sent_is_withdrawn_with_a_reason_and_no_longer_cited(on: OnVisit) -> None:
    sent = VisitEvidence(
        "e-1",
        REVIEW,
        "QO.1.1",
        Source.VERBAL,
        "Said in the corridor.",
        "",
        (),
        (),
        REVIEWER.id,
        REVIEWER.name,
        LATER,
    )
    arrives(on.desk, sent)
    bring_news(on)
    page = on.screen.measures
    page.quality.cited.boxes["e-1"].click()
    away = next(card.away for card in page.basis.noted.cards if card.id == "e-1")
    assert away is not None
    away.setFocus()
    away.click()  # type: ignore[attr-defined]
    question = on.screen.judging.question
    assert question is not None
    on.qtbot.waitUntil(question.isActiveWindow)
    question.reason.insertPlainText("Hearsay.")
    question.do.click()
    on.back_to_window()
    assert [one.id for one in on.item("QO.1.1").citable if one.noted is not None] == []
    assert page.quality.cited.cites == ()


def test_Q26_evidence_of_another_measure_can_be_cited(on: OnVisit) -> None:
    noted = on.desk.visits.add_evidence(REVIEW, "QO.1.2", Source.SEEN, "The policy folder.").undo
    bring_news(on)
    elsewhere = on.screen.measures.quality.cited.elsewhere
    place = elsewhere.findData(noted)
    assert elsewhere.itemText(place).startswith("QO.1.2: ")
    elsewhere.setCurrentIndex(place)
    elsewhere.activated.emit(place)
    on.screen.measures.focus_tree()
    on.press(Key.Key_1)
    judged = on.item("QO.1.1").judgement
    assert judged is not None
    assert judged.cites == (noted,)


# -- typing -------------------------------------------------------------------------------------------------------


def test_typing_is_kept_within_300_ms_and_comes_back(on: OnVisit, qtbot: QtBot, settled: Settled) -> None:
    on.press(Key.Key_C)
    on.type("Half a sentence")
    keeper = on.screen.measures.keeper
    assert 0 <= keeper.due_in_ms <= SAVE_AFTER_MS <= 300
    qtbot.waitUntil(lambda: not keeper.touched)
    assert on.desk.visits.draft(REVIEW, "QO.1.1").commentary == "Half a sentence"
    on.press(Key.Key_Escape, Key.Key_J)
    assert on.screen.measures.basis.commentary.text == ""
    again = OnVisit(on.desk, qtbot, settled)
    assert again.screen.measures.basis.commentary.text == "Half a sentence"
    assert again.item("QO.1.1").draft is not None


def test_moving_on_writes_at_once_and_news_leaves_the_caret_alone(on: OnVisit) -> None:
    on.press(Key.Key_C)
    on.type("One")
    arrives(on.desk, judged_elsewhere("j9", "QO.9.1", Level.MET, "By Sam."))
    on.screen.apply(Changes(frozenset({REVIEW})))
    on.type(" and two")
    on.settled()
    assert on.focus == "commentary"
    assert on.screen.measures.basis.commentary.text == "One and two"
    on.screen.measures.choose("QO.9.1")
    assert on.desk.visits.draft(REVIEW, "QO.1.1").commentary == "One and two"
    assert on.screen.measures.basis.commentary.text == "By Sam."


def test_forms_are_kept_as_they_are_typed_and_a_deed_taken_back_fills_them_again(
    on: OnVisit, qtbot: QtBot, settled: Settled
) -> None:
    on.screen.turn_to("arranging")
    on.type("Ines Calloway")
    on.screen.save_now()
    again = OnVisit(on.desk, qtbot, settled)
    again.screen.turn_to("arranging")
    form = again.screen.arranging.contact
    assert form.who.text() == "Ines Calloway"
    form.means.setText("telephone")
    form.summary.setPlainText("Who I am.")
    form.log.click()
    assert [one.summary for one in again.desk.visits.sheet(REVIEW).contacts] == ["Who I am."]
    assert form.who.text() == ""
    changes = again.desk.take_back(again.told[-1][1])
    again.screen.tabs.setFocus()
    again.screen.apply(changes)
    again.settled()
    assert (form.who.text(), form.summary.text) == ("Ines Calloway", "Who I am.")


# -- disputes -----------------------------------------------------------------------------------------------------


def test_a_dispute_shows_both_texts_and_one_can_be_kept(on: OnVisit) -> None:
    judge_one(on.desk, on.desk.visits.sheet(REVIEW).items[0])
    arrives(on.desk, judged_elsewhere("j1", "QO.1.1", Level.MET, "Each approval is dated."))
    bring_news(on)
    assert on.item("QO.1.1").standing is Standing.DISPUTED
    versions = on.screen.measures.quality.versions
    assert versions.isVisible()
    assert len(versions.keep_buttons) == 2
    theirs = next(keep for keep in versions.keep_buttons if "Sam Oduya" in keep.accessibleName())
    theirs.setFocus()
    on.press(Key.Key_Return)
    settled = on.item("QO.1.1").judgement
    assert settled is not None
    assert (settled.level, settled.commentary) == (Level.MET, "Each approval is dated.")
    assert not versions.isVisible()
    assert len(on.item("QO.1.1").history) == 3


def test_where_one_was_is_found_again(on: OnVisit, qtbot: QtBot, settled: Settled) -> None:
    on.screen.measures.choose("QO.4.2")
    on.screen.turn_to("meetings")
    kept = on.screen.memory()
    again = OnVisit(on.desk, qtbot, settled, review="")
    again.screen.recall(kept)
    again.screen.open(REVIEW)
    again.settled()
    assert (again.screen.page, again.code) == ("meetings", "QO.4.2")
    assert replace(again.item("QO.4.2"), draft=None).code == "QO.4.2"
