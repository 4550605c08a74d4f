"""Shows one file: its pages, its picture or its text; or says in words why it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.evidence.cards import AbsentCard, NothingCard, OutsideCard, QuestionCard, TroubleCard
from app.views.evidence.documents import OneDocument
from app.views.evidence.files import FileRow
from app.views.evidence.find_bar import FindBar
from app.views.evidence.handing import Handing, LentStrip, open_with_system
from app.views.evidence.layout import Fit
from app.views.evidence.linking import LinkCard, Linking, open_in_browser
from app.views.evidence.pages import PageView
from app.views.evidence.searching import Searching
from app.views.evidence.source import Document, HasFiles
from app.views.evidence.text import TextView
from app.views.evidence.tools import ViewTools
from app.workspace.snapshots import EvidenceItem

READING_ENDINGS = ("txt", "text", "md")
"""Texts meant to be read; all others are shown in letters of equal width."""


class EvidenceView(QWidget):
    """One file at a time. told, refused: as of a screen. fetch_wanted, stop_wanted: about fetching."""

    told = Signal(str)
    refused = Signal(object)
    fetch_wanted = Signal()
    stop_wanted = Signal()

    def __init__(
        self,
        desk: HasFiles,
        opener: Callable[[str], bool] = open_with_system,
        browse: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__()
        self.setObjectName("evidenceView")
        self._desk = desk
        self._request_id = ""
        self._item: EvidenceItem | None = None
        self._places: dict[str, dict[str, Any]] = {}
        self._documents = OneDocument(self)
        self.pages = PageView()
        self.text = TextView()
        self.nothing = NothingCard()
        self.outside = OutsideCard()
        self.absent = AbsentCard()
        self.link = LinkCard()
        self.question = QuestionCard()
        self.trouble = TroubleCard()
        self.tools = ViewTools()
        self.find_bar = FindBar()
        self.strip = LentStrip()
        self.handing = Handing(self, desk, self.strip, opener)
        self.linking = Linking(self, browse)
        self._searching = Searching(self, self.find_bar, self.pages, self.text)
        self._build()
        self._wire()
        self.show_nothing()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self.find_bar)
        self._stack = QStackedWidget()
        cards = (self.nothing, self.outside, self.absent, self.link, self.question, self.trouble)
        for page in (*cards, self.pages, self.text):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)

    def _wire(self) -> None:
        self._documents.opened.connect(self._opened)
        self._documents.failed.connect(self._failed)
        self.pages.moved.connect(self._say_page)
        self.pages.sized.connect(self._say_zoom)
        self.text.sized.connect(self._say_zoom)
        self.tools.page_wanted.connect(self.pages.go_to_page)
        self.tools.zoom_wanted.connect(self.zoom)
        self.tools.fit_wanted.connect(self.pages.set_fit)
        self.tools.turn_wanted.connect(self.pages.turn)
        self.tools.letters_wanted.connect(self.text.set_fixed)
        self.tools.find_wanted.connect(self.open_find)
        self.question.agreed.connect(self._open_all_the_same)
        for wish in (
            self.tools.outside_wanted,
            self.outside.wanted,
            self.question.outside_wanted,
            self.trouble.wanted,
        ):
            wish.connect(self.ask_outside)
        self.absent.fetch_wanted.connect(self.fetch_wanted)
        self.absent.stop_wanted.connect(self.stop_wanted)
        self.link.wanted.connect(self._ask_link)
        self.link.copied.connect(lambda: self.told.emit(self.tr("The address is on the clipboard.")))
        self.linking.refused.connect(self.refused)
        self.handing.told.connect(self.told)
        self.handing.refused.connect(self.refused)

    # What is shown

    @property
    def item(self) -> EvidenceItem | None:
        """The file that is shown or told about."""
        return self._item

    @property
    def document(self) -> Document | None:
        return self._documents.document if self._shows_document() else None

    @property
    def ready(self) -> bool:
        """Whether what was asked for is on screen: every page in sight drawn, the text laid out, or a card."""
        current = self._stack.currentWidget()
        if current is self.pages:
            return self.pages.drawn
        return current is not self.nothing or self._item is None

    def show_row(self, request_id: str, row: FileRow | None) -> None:
        """Show a file; a row without a file tells why there is none, and None that there is no evidence."""
        if row is not None and row.item is not None:
            self._show_item(request_id, row.item)
            return
        self._leave()
        if row is None:
            self.nothing.show_no_evidence()
        else:
            self.nothing.show_row(row)
        self._put(self.nothing)

    def show_nothing(self) -> None:
        """Nothing is open."""
        self._leave()
        self.nothing.show_no_evidence()
        self._put(self.nothing)

    def _show_item(self, request_id: str, item: EvidenceItem) -> None:
        same = self._item is not None and self._item.evidence == item.evidence
        if (
            same
            and self._request_id == request_id
            and self._item is not None
            and self._item.here == item.here
        ):
            return
        self._leave()
        self._request_id, self._item = request_id, item
        if item.evidence.link_only:
            self.link.show_item(item)
            self._put(self.link)
        elif not item.here:
            self.absent.show_item(item)
            self._put(self.absent)
        elif not item.shown_inside:
            self.outside.show_item(item)
            self._put(self.outside)
            self.handing.look()
        else:
            self._open(request_id, item)

    def _open(self, request_id: str, item: EvidenceItem, *, agreed: bool = False) -> None:
        """Off this thread; ``agreed``: the person was asked, and wants it opened here all the same."""
        self.nothing.show_opening(item.evidence.name)
        self._put(self.nothing)
        desk, evidence_id = self._desk, item.evidence.id
        self._documents.open(lambda: desk.evidence.open(request_id, evidence_id, agreed=agreed))

    def _open_all_the_same(self) -> None:
        if self._item is not None:
            self._open(self._request_id, self._item, agreed=True)

    def _leave(self) -> None:
        """Remember the place in the file that is left, and let go of it."""
        if self._item is not None and self._shows_document():
            self._places[self._item.evidence.id] = self.place()
        self._item = None
        self._searching.close()
        self.pages.clear()
        self._documents.leave()

    def _opened(self, document: Document, text: str | None) -> None:
        if self._item is None:
            return
        evidence = self._item.evidence
        name = evidence.name
        self.tools.show_for(document.kind, remark=document.remark)
        if text is None:
            self.pages.setAccessibleName(name)
            self.pages.show_document(document, fit=Fit.PAGE if document.kind == "image" else Fit.WIDTH)
            self._put(self.pages)
            self.pages.recall(self._places.get(evidence.id, {}))
        else:
            self.text.setAccessibleName(name)
            ending = name.rpartition(".")[2].casefold()
            self.text.show_text(text, fixed=ending not in READING_ENDINGS)
            self._put(self.text)
            self.text.recall(self._places.get(evidence.id, {}))
        self._say_zoom()

    def _failed(self, error: KnownError) -> None:
        if self._item is None:
            return
        if error.code == "evidence_not_shown":
            self.outside.show_item(self._item)
            self._put(self.outside)
        elif error.code == "evidence_asks":
            self.question.show_question(self._item, error.says)
            self._put(self.question)
        else:
            self.trouble.show_error(self._item, error)
            self._put(self.trouble)

    def _put(self, page: QWidget) -> None:
        document = page in (self.pages, self.text)
        self.tools.setVisible(document)
        if not document:
            self._searching.close()
        self._stack.setCurrentWidget(page)

    def _shows_document(self) -> bool:
        return self._stack.currentWidget() in (self.pages, self.text)

    # Size, place, search

    def zoom(self, step: int) -> bool:
        """Larger (1), smaller (-1) or 100 % (0); False when there is nothing to enlarge."""
        current = self._stack.currentWidget()
        if current is self.pages:
            self.pages.step_zoom(step)
        elif current is self.text:
            self.text.step_zoom(step)
        else:
            return False
        return True

    def place(self) -> dict[str, Any]:
        """Where one is in the file that is shown, as JSON values."""
        if self._stack.currentWidget() is self.pages:
            return self.pages.memory()
        return self.text.memory() if self._stack.currentWidget() is self.text else {}

    def remember_place(self, evidence_id: str, place: dict[str, Any]) -> None:
        """Where to begin when that file is shown next, such as after a restart."""
        self._places[evidence_id] = place

    def open_find(self) -> None:
        """Ctrl+F: search this document, if it has words."""
        document = self.document
        if document is not None and document.kind != "image":
            self._searching.open(document)

    def ask_outside(self) -> None:
        """Open the file with the system's program, after a question."""
        if self._item is not None and self._item.here:
            self.handing.ask(self._request_id, self._item)

    def _ask_link(self) -> None:
        if self._item is not None and self._item.evidence.link_only:
            self.linking.ask(self._item.evidence.url)

    def focus_view(self) -> None:
        """Put the keyboard where the file is shown."""
        current = self._stack.currentWidget()
        if current is self.outside:
            self.outside.open.setFocus()
        elif current is self.link:
            self.link.copy.setFocus()
        elif current is self.trouble:
            self.trouble.open.setFocus()
        elif current is self.absent and not self.absent.fetch.isHidden():
            self.absent.fetch.setFocus()
        elif current is not None:
            current.setFocus()

    def selected_text(self) -> str:
        """What is marked in a text, to be quoted; empty otherwise."""
        if self._stack.currentWidget() is not self.text:
            return ""
        return self.text.textCursor().selectedText().replace("\u2029", "\n")

    def _say_page(self) -> None:
        page, count = self.pages.page, self.pages.page_count
        self.tools.say_page(page, count)
        self.pages.setAccessibleDescription(
            self.tr("Page {number} of {count}").format(number=page, count=count)
        )

    def _say_zoom(self) -> None:
        if self._stack.currentWidget() is self.text:
            self.tools.say_zoom(self.text.zoom)
            self.tools.say_letters(self.text.fixed)
        else:
            self.tools.say_zoom(self.pages.zoom, self.pages.fit)
            self._say_page()
