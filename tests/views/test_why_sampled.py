"""“Why this learner?” on the bench: the reason and the sums in words, whole at any size of text (M-27, M-28, D-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.domain.moderation import Sample
from app.domain.sampling import ClaimedUnit, SamplingHistory, draw, sampling_words, sums
from app.domain.schemes import Risk, scheme_for
from app.views import style
from app.workspace.desk import Desk
from tests.support.desks import make_profile, one_request, open_desk
from tests.views.bench_window import OnBench, Settled, sample

LONGEST = "for unit 501; assessor not sampled since December 2025; this learner again to cover it"


def told() -> tuple[str, list[str]]:
    """What the domain says of a claim that has too little, and of its first picks; and the longest reason there is."""
    lines = [
        ClaimedUnit(f"{place}", f"L{place}", f"{500 + place % 3}", f"A{place % 2}") for place in range(1, 60)
    ]
    of = sums(scheme_for("CMI").policy, Risk.HIGH, 230, 12)
    picks = draw(lines, 20, SamplingHistory({}, {"A1": date(2025, 12, 1)}), "81c4f00d81c4f00d")
    return sampling_words(of, picks), [LONGEST, picks[0].reason, picks[-1].reason]


def opened(folder: Path, words: str, reasons: list[str]) -> Desk:
    records, files = one_request(len(reasons), sampling_words=words)
    made: list[Any] = []
    for record in records:
        is_sample = isinstance(record, Sample)
        made.append(replace(record, reason=reasons[record.position - 1]) if is_sample else record)
    return open_desk(make_profile(folder, made, files))


@pytest.fixture
def on(tmp_path: Path, qtbot: QtBot, settled: Settled) -> Iterator[OnBench]:
    words, reasons = told()
    desk = opened(tmp_path, words, reasons)
    yield OnBench(desk, qtbot, settled)
    desk.close()


def fact(on: OnBench, name: str) -> QLabel:
    (found,) = [item for item in on.bench.pane.facts.findChildren(QLabel) if item.accessibleName() == name]
    return found


def is_whole(shown: QLabel) -> bool:
    """Whether the label has room for all its lines and for its longest word."""
    widest = max(shown.fontMetrics().horizontalAdvance(word) for word in shown.text().split())
    return shown.height() >= shown.heightForWidth(shown.width()) and shown.width() >= widest


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_M27_the_reason_and_the_sums_are_read_whole_at_any_size(
    on: OnBench, settled: Settled, scale: float
) -> None:
    words, reasons = told()
    assert words.startswith(
        "High risk: 81 needed for 230 learner-units claimed this quarter (35 %, at least 5)."
    )
    assert "12 were drawn before. 20 are drawn from this claim. It has no more" in words
    assert reasons[-1] == "random, seed 81c4…"
    style.look().put_on("light", scale)
    settled()
    why, how = fact(on, "Why sampled"), fact(on, "How the sample came about")
    for place, reason in enumerate(reasons, start=1):
        on.bench.choose(sample(place))
        settled()
        assert (why.text(), how.text()) == (reason, words)
        on.qtbot.waitUntil(lambda: is_whole(why) and is_whole(how))
        area = on.bench.pane.area
        for shown in (why, how):
            assert shown.accessibleDescription() == shown.text()
            assert shown.mapTo(area.page, shown.rect().topRight()).x() <= area.viewport().width()
            assert shown.textInteractionFlags(), "it can be selected and copied"


def test_M27_a_request_of_former_times_without_sums_shows_none(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = opened(tmp_path, "", ["only unit 501"])
    on = OnBench(desk, qtbot, settled)
    assert fact(on, "Why sampled").text() == "only unit 501"
    assert fact(on, "How the sample came about").isHidden()
    desk.close()
