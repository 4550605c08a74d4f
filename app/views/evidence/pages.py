"""Pages in one long scroll, with zoom, turning, panning and the hits of a search. An image is one page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.views import style
from app.views.evidence.drawing import DrawnPages
from app.views.evidence.layout import POINT, Fit, PageLayout, Place, lay_out, next_step
from app.views.evidence.source import Box, Hit, Pages

PAPER, PAPER_INK = "#ffffff", "#535d6c"
"""Paper stays white in the dark: evidence is shown as the centre made it."""

HIT, CHOSEN_HIT = "#ffe566", "#ffb300"


class PageView(QAbstractScrollArea):
    """A document's pages. moved: another part is in sight. sized: zoom or fit changed."""

    moved = Signal()
    sized = Signal()

    def __init__(self, parent: QWidget | None = None, *, lane: str = "evidence") -> None:
        super().__init__(parent)
        self._document: Pages | None = None
        self._fit = Fit.WIDTH
        self._zoom = 1.0
        self._turns = 0
        self._layout = PageLayout((), 0, 0, 1.0)
        self._pictures = DrawnPages(self, lane)
        self._pictures.changed.connect(self.viewport().update)
        self._found: tuple[Hit, ...] = ()
        self._chosen = -1
        self._dragged_from: QPoint | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setSingleStep(48)
        self.horizontalScrollBar().setSingleStep(48)
        self.verticalScrollBar().valueChanged.connect(self._after_move)
        self.horizontalScrollBar().valueChanged.connect(self._after_move)
        style.look().changed.connect(self.viewport().update)

    # What is shown

    def show_document(self, document: Pages, *, fit: Fit = Fit.WIDTH) -> None:
        """Show another document from its first page. The caller keeps it, and closes it later."""
        self.clear()
        self._document, self._fit = document, fit
        self._pictures.take(document)
        self._place_pages()
        self.verticalScrollBar().setValue(0)
        self._after_move()
        self.sized.emit()

    def replace_document(self, document: Pages) -> None:
        """The same document in a newer form: place, zoom and the old pictures stay until new ones are drawn."""
        anchor = self._anchor()
        self._document = document
        self._pictures.take(document, keep_pictures=True)
        self._found, self._chosen = (), -1
        self._place_pages()
        self._go_to_anchor(anchor)
        self._after_move()

    def clear(self) -> None:
        """Show nothing; drawings under way are dropped."""
        self._document = None
        self._pictures.take(None)
        self._found, self._chosen, self._turns = (), -1, 0
        self._place_pages()
        self.viewport().update()

    @property
    def page_count(self) -> int:
        return len(self._layout.places)

    @property
    def page(self) -> int:
        """Number (from 1) of the page that fills the upper middle of the window; 0 without a document."""
        if not self._layout.places:
            return 0
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum() > 0:
            return self.page_count
        return self._layout.page_at(bar.value() + self.viewport().height() // 3) + 1

    def go_to_page(self, number: int) -> None:
        """Scroll so that this page (from 1) begins at the upper edge."""
        if self._layout.places:
            place = self._layout.places[max(1, min(number, self.page_count)) - 1]
            self.verticalScrollBar().setValue(max(0, place.top - 6))

    @property
    def drawn(self) -> bool:
        """Whether every page in sight is drawn for its size, or told as broken."""
        return self._document is not None and all(self._pictures.is_done(page) for page in self._in_sight())

    # Size

    @property
    def fit(self) -> Fit:
        return self._fit

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self._layout.scale / POINT

    def set_fit(self, fit: Fit) -> None:
        """Keep fitting pages to the window from now on."""
        self._resize_pages(fit, self.zoom)

    def set_zoom(self, zoom: float) -> None:
        """A free zoom, 0.5 to 4.0."""
        self._resize_pages(Fit.FREE, max(0.5, min(4.0, zoom)))

    def step_zoom(self, direction: int) -> None:
        """The next larger (1) or smaller (-1) level; 0 goes back to 100 %."""
        self.set_zoom(next_step(self.zoom, direction) if direction else 1.0)

    def turn(self) -> None:
        """Turn all pages clockwise by a quarter."""
        page = self.page
        self._turns = (self._turns + 1) % 4
        self._place_pages()
        self.go_to_page(page)
        self._after_move()
        self.sized.emit()

    # Search

    def show_found(self, found: tuple[Hit, ...], chosen: int = -1) -> None:
        """Mark what a search found, and bring the chosen one into sight."""
        self._found, self._chosen = found, chosen
        if 0 <= chosen < len(found):
            self._bring_into_sight(found[chosen])
        self.viewport().update()

    # Memory

    def memory(self) -> dict[str, Any]:
        """Where one is in the document, as JSON values."""
        page, share = self._anchor()
        return {"page": page, "share": share, "fit": self._fit.value, "zoom": self.zoom, "turns": self._turns}

    def recall(self, memory: dict[str, Any]) -> None:
        """Go back there; anything that does not fit this document is passed over."""
        try:
            turns = int(memory.get("turns", 0)) % 4
            fit = Fit(memory.get("fit", self._fit.value))
            zoom = max(0.5, min(4.0, float(memory.get("zoom", 1.0))))
            anchor = int(memory.get("page", 0)), float(memory.get("share", 0.0))
        except (TypeError, ValueError):
            return
        self._turns, self._fit, self._zoom = turns, fit, zoom
        self._place_pages()
        self._go_to_anchor(anchor)
        self._after_move()
        self.sized.emit()

    # Geometry

    def _in_sight(self) -> range:
        top = self.verticalScrollBar().value()
        return self._layout.visible(top, top + self.viewport().height())

    def _place_pages(self) -> None:
        sizes = self._document.page_sizes if self._document is not None else ()
        # Room for the scroll bar is kept free, or fitting by width would flicker between two sizes.
        area = self.maximumViewportSize()
        window = (area.width() - self.verticalScrollBar().sizeHint().width(), area.height())
        self._layout = lay_out(
            sizes, window=window, fit=self._fit, zoom=self._zoom, quarter_turns=self._turns
        )
        view = self.viewport().size()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setRange(0, max(0, self._layout.width - view.width()))
        across.setPageStep(view.width())
        down.setRange(0, max(0, self._layout.height - view.height()))
        down.setPageStep(view.height())
        can_pan = across.maximum() > 0 or down.maximum() > 0
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if can_pan else Qt.CursorShape.ArrowCursor)

    def _resize_pages(self, fit: Fit, zoom: float) -> None:
        anchor = self._anchor()
        self._fit, self._zoom = fit, zoom
        self._place_pages()
        across = self.horizontalScrollBar()
        across.setValue(across.maximum() // 2)
        self._go_to_anchor(anchor)
        self._after_move()
        self.sized.emit()

    def _anchor(self) -> tuple[int, float]:
        """The page at the upper edge (from 0) and which share of it lies above."""
        if not self._layout.places:
            return 0, 0.0
        top = self.verticalScrollBar().value()
        page = self._layout.page_at(top)
        place = self._layout.places[page]
        return page, round((top - place.top) / place.height, 4)

    def _go_to_anchor(self, anchor: tuple[int, float]) -> None:
        page, share = anchor
        if 0 <= page < self.page_count:
            place = self._layout.places[page]
            self.verticalScrollBar().setValue(round(place.top + share * place.height))

    def _bring_into_sight(self, found: Hit) -> None:
        if not (0 <= found.page < self.page_count) or not found.rects:
            return
        place = self._layout.places[found.page]
        box = self._on_page(found.page, found.rects[0])
        view = self.viewport()
        for bar, start, size, room in (
            (self.verticalScrollBar(), place.top + box.top(), box.height(), view.height()),
            (self.horizontalScrollBar(), place.left + box.left(), box.width(), view.width()),
        ):
            if not bar.value() + 20 <= start <= bar.value() + room - size - 20:
                bar.setValue(round(start - room / 3))

    def _on_page(self, page: int, box: Box) -> QRectF:
        """A box in points as logical pixels from the corner of the page as it is turned now."""
        assert self._document is not None
        width, height = self._document.page_sizes[page]
        left, top, right, bottom = box
        match self._turns:
            case 1:
                left, top, right, bottom = height - bottom, left, height - top, right
            case 2:
                left, top, right, bottom = width - right, height - bottom, width - left, height - top
            case 3:
                left, top, right, bottom = top, width - right, bottom, width - left
        scale = self._layout.scale
        return QRectF(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale)

    def _after_move(self) -> None:
        sight = self._in_sight()
        beside = [page for page in (sight.stop, sight.start - 1) if 0 <= page < self.page_count]
        self._pictures.want((*sight, *beside), self._layout.scale * self.devicePixelRatioF())
        self.viewport().update()
        self.moved.emit()

    # Qt's own calls

    def sizeHint(self) -> QSize:
        return QSize(520, 520)

    def resizeEvent(self, event: QResizeEvent) -> None:
        anchor = self._anchor()
        super().resizeEvent(event)
        self._place_pages()
        self._go_to_anchor(anchor)
        self._after_move()
        self.sized.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._after_move()
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        down = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Home:
                down.setValue(0)
            case Qt.Key.Key_End:
                down.setValue(down.maximum())
            case Qt.Key.Key_Space:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                down.setValue(down.value() + (-1 if back else 1) * round(down.pageStep() * 0.9))
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned = event.angleDelta().y()
            if turned:
                self.step_zoom(1 if turned > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = event.position().toPoint()
            if self.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor:
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            here = event.position().toPoint()
            moved = here - self._dragged_from
            self._dragged_from = here
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        if self.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        shades = style.colours()
        painter.fillRect(event.rect(), QColor(shades.sunken))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        for page in self._in_sight():
            place = self._layout.places[page]
            painter.save()
            painter.translate(place.left - across, place.top - down)
            self._paint_page(painter, page, place)
            painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(QColor(shades.focus), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_page(self, painter: QPainter, page: int, place: Place) -> None:
        whole = QRectF(0, 0, place.width, place.height)
        painter.fillRect(whole, QColor(PAPER))
        picture = self._pictures.picture(page)
        if picture is not None:
            self._paint_picture(painter, picture, place)
        else:
            painter.setPen(QColor(PAPER_INK))
            words = self._pictures.trouble(page) or self.tr("Page {number}").format(number=page + 1)
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(whole.adjusted(24, 24, -24, -24), flags, words)
        for number, found in enumerate(self._found):
            if found.page == page:
                for box in found.rects:
                    self._paint_hit(painter, self._on_page(page, box), number == self._chosen)
        painter.setPen(QPen(QColor(style.colours().line), 1))
        painter.drawRect(whole.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_picture(self, painter: QPainter, picture: QImage, place: Place) -> None:
        width, height = (place.height, place.width) if self._turns % 2 else (place.width, place.height)
        ratio = self.devicePixelRatioF()
        exact = picture.width() / ratio, picture.height() / ratio
        if not self._turns and abs(exact[0] - width) <= 2 and abs(exact[1] - height) <= 2:
            # Drawn for this very size: laid down pixel by pixel, since stretching by one pixel would blur it.
            painter.drawImage(QRectF(0, 0, *exact), picture)
            return
        painter.save()
        painter.translate(place.width / 2, place.height / 2)
        painter.rotate(90 * self._turns)
        painter.drawImage(QRectF(-width / 2, -height / 2, width, height), picture)
        painter.restore()

    def _paint_hit(self, painter: QPainter, box: QRectF, chosen: bool) -> None:
        box = box.adjusted(-1, -1, 1, 1)
        ink = QColor(CHOSEN_HIT if chosen else HIT)
        ink.setAlpha(120)
        painter.fillRect(box, ink)
        if chosen:
            painter.setPen(QPen(QColor(style.colours().warn.mark), 2))
            painter.drawRect(box)
