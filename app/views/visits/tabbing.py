"""The order of Tab where fields come and go: new ones stand in it where they stand on the screen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_before(anchor: QWidget, widgets: Iterable[QWidget]) -> None:
    """Put these into the order of Tab, one after the other, in front of ``anchor``, which can have the focus."""
    new = list(widgets)
    before: QWidget = anchor
    while True:
        # Qt passes over an order that begins at what cannot have the focus.
        before = before.previousInFocusChain() or anchor
        if before is anchor or (before not in new and before.focusPolicy() != Qt.FocusPolicy.NoFocus):
            break
    for one in new:
        QWidget.setTabOrder(before, one)
        before = one
