"""The main window: menus, the page in front, and a proper end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views import style
from app.views.actions import ActionRegistry
from app.views.parts import label
from app.views.shell.first_look import FirstLook
from app.views.shell.offers import Offers
from app.views.shell.palette import CommandPalette
from app.views.style import icons, spacing
from app.views.tasks import run_task, runner
from app.workspace.snapshots import Reach

if TYPE_CHECKING:
    from app.views.shell.help import HelpWindow
    from app.views.shell.house import House
    from app.views.shell.leaving import LeavingFiles, LeavingWords
    from app.views.sign_in.page import SignIn, SignInPage
    from app.workspace.desk import Desk

PATIENCE = 5_000
"""Milliseconds to wait on closing for work under way, such as a round of sync."""


class MainWindow(QMainWindow):
    """The one window. It is shown before anything is loaded; ``open_with`` or ``take`` fill it.

    ready(): a desk is open and its Work list is shown. left(): the window is closed and the desk let go of.
    """

    ready = Signal()
    left = Signal()

    def __init__(self, look: FirstLook, sign_in: SignIn | None = None) -> None:
        super().__init__()
        self._sign_in = sign_in
        self._look = look
        self.house: House | None = None
        self._page: SignInPage | None = None
        self._help: HelpWindow | None = None
        self._offers: Offers | None = None
        self._menus: dict[str, QMenu] = {}
        self._ended = False
        self._agreed = False
        self._leaving: LeavingWords | LeavingFiles | None = None
        self.setWindowTitle("Touchstone")
        self.setMinimumSize(640, 420)
        self._pages = QStackedWidget()
        self.setCentralWidget(self._pages)
        self._waiting = label(self.tr("Opening…"), "muted")
        self._show_page(_centred(self._waiting))
        self.actions_: ActionRegistry = self._new_actions()
        self.palette_ = CommandPalette(self)
        look.place(self)

    # -- filling ----------------------------------------------------------------------------------------------

    def open_with(self, start: Callable[[], Desk | None]) -> None:
        """Fetch the desk off the GUI thread, then show it; without one, or with a KnownError, show the sign-in."""
        run_task(self, start, self._started, self._not_started)

    def _started(self, desk: Desk | None) -> None:
        if desk is None:
            self.show_sign_in()
        else:
            self.take(desk)

    def _not_started(self, error: KnownError) -> None:
        self.show_sign_in(error)

    def show_sign_in(self, error: KnownError | None = None) -> None:
        """The sign-in page; ``error`` says why the desk that was wanted could not be opened."""
        from app.views.sign_in.page import SignInPage

        self._page = SignInPage(error, self._sign_in)
        self._page.signed_in.connect(self.take)
        self._show_page(self._page)
        self._page.entered()

    def take(self, desk: Desk) -> None:
        """Show a desk. From here on the window owns it, and closes it."""
        from app.views.shell.house import House

        if self._ended:
            # It came up while the window was being closed.
            desk.close()
            return
        self._page = None
        self._renew_actions(for_a_desk=True)
        self.house = House(desk, self.actions_, self._look)
        self.house.title.connect(self._entitle)
        self.house.help_wanted.connect(self.show_help)
        self._show_page(self.house)
        self.house.begin()
        self.ready.emit()

    def leave(self) -> None:
        """Close this person's desk and ask who comes next."""
        self._let_go()
        self._renew_actions(for_a_desk=False)
        self.setWindowTitle("Touchstone")
        self.show_sign_in()

    # -- actions and menus ------------------------------------------------------------------------------------

    def _new_actions(self) -> ActionRegistry:
        registry = ActionRegistry(self)
        registry.added.connect(self._put_in_menu)
        registry.front_changed.connect(self._show_menus)
        self.menuBar().clear()
        self._menus = {}
        file, view, help_ = self.tr("&File"), self.tr("&View"), self.tr("&Help")
        go = self.tr("&Go")
        for title in (file, go, view, help_):
            self._menus[title] = self.menuBar().addMenu(title)
        self.actions_ = registry
        add = registry.add
        icons.dress(add("sync_now", self.tr("&Sync now"), self._sync, shortcut="F5", group=file), "sync")
        add("switch", self.tr("Sign in as somebody &else…"), self._switch, group=file)
        add("quit", self.tr("&Quit"), self.close, shortcut="Ctrl+Q", group=file)
        add("palette", self.tr("&Find anything…"), self.show_palette, shortcut="Ctrl+K", group=go)
        add(
            "text_larger",
            self.tr("&Larger text"),
            lambda: self.zoom(1),
            shortcut="Ctrl++; Ctrl+=",
            group=view,
        )
        add("text_smaller", self.tr("&Smaller text"), lambda: self.zoom(-1), shortcut="Ctrl+-", group=view)
        add("text_normal", self.tr("&Normal text size"), lambda: self.zoom(0), shortcut="Ctrl+0", group=view)
        add("full_screen", self.tr("&Full screen"), self._full_screen, shortcut="F11", group=view)
        add("help", self.tr("&Keys and guidance"), self.show_help, shortcut="F1", group=help_)
        add("about", self.tr("&About Touchstone"), self.show_about, group=help_)
        for id in ("sync_now", "switch", "palette"):
            registry.enable(id, False)
        self._show_menus()
        return registry

    def _renew_actions(self, *, for_a_desk: bool) -> None:
        """Another person's screens bring their own actions."""
        old = self.actions_
        if self._help is not None:
            self._help.close()
        self._new_actions()
        for id in ("sync_now", "switch", "palette"):
            self.actions_.enable(id, for_a_desk)
        self._show_menus()
        old.deleteLater()

    def _put_in_menu(self, id: str) -> None:
        entry = self.actions_.entry(id)
        if not entry.group:
            return
        if entry.group not in self._menus:
            before = self._menus[self.tr("&View")].menuAction()
            menu = QMenu(entry.group, self.menuBar())
            self.menuBar().insertMenu(before, menu)
            self._menus[entry.group] = menu
        self._menus[entry.group].addAction(entry.action)
        self._show_menus()

    def _show_menus(self) -> None:
        """A menu that has nothing for the screen in front is put away."""
        front = self.actions_.front
        seen: dict[str, bool] = {}
        for entry in self.actions_.all():
            here = entry.wanted if entry.screen is None else entry.screen is front
            seen[entry.group] = seen.get(entry.group, False) or here
        for title, menu in self._menus.items():
            menu.menuAction().setVisible(seen.get(title, True))

    # -- what the actions do ----------------------------------------------------------------------------------

    def show_palette(self) -> None:
        """Offer everything: actions, requests, and the samples of the request that is open."""
        if self.house is not None:
            if self._offers is not None:
                self._offers.deleteLater()
            self._offers = Offers(self.house, self.actions_, self.palette_)
            self._offers.show()

    def show_help(self) -> None:
        """Keys, guidance, then whom to ask."""
        from app.views.shell.help import HelpWindow
        from app.workspace.help import help_texts

        if self._help is not None:
            self._help.raise_()
            self._help.activateWindow()
            return
        texts = self.house.desk.help_contact() if self.house is not None else help_texts()
        self._help = HelpWindow(self, self.actions_, texts)
        self._help.finished.connect(self._help_closed)
        self._help.show()

    def _help_closed(self) -> None:
        if self._help is not None:
            self._help.deleteLater()
            self._help = None

    def show_about(self) -> None:
        """Version and licences."""
        from app.views.shell.about import AboutDialog

        AboutDialog(self).open()

    def zoom(self, step: int) -> None:
        """Enlarge what is in front: a page that has the focus, otherwise all text."""
        if self.house is not None and self.house.zoom(step):
            return
        here = style.look()
        scale = 1.0 if step == 0 else round((here.scale + 0.1 * step) * 10) / 10
        self._look.put_on(here.theme, scale)
        if self.house is not None:
            self.house.tell(self.tr("Text size {n} %").format(n=round(style.look().scale * 100)))

    def _sync(self) -> None:
        if self.house is not None:
            self.house.sync.now()

    def _switch(self) -> None:
        if self._may_leave(self.leave):
            self.leave()

    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # -- pages ------------------------------------------------------------------------------------------------

    def _show_page(self, page: QWidget) -> None:
        old = self._pages.currentWidget()
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        if old is not None:
            self._pages.removeWidget(old)
            old.deleteLater()

    def _entitle(self, place: str) -> None:
        assert self.house is not None
        name = self.house.desk.person.name
        self.setWindowTitle(self.tr("{place} · {name} · Touchstone").format(place=place, name=name))

    # -- the end ----------------------------------------------------------------------------------------------

    def save_now(self) -> bool:
        """Write every unsaved word at once; True when none is left."""
        return self.house is None or not self.house.flush()

    def _may_leave(self, go: Callable[[], object]) -> bool:
        """Whether this person's desk can be closed at once. Else the person is asked, and ``go`` is done if they agree.

        Asked is about words that could not be written, then about files that are being sent at this moment.
        """
        if self.house is None:
            return True
        if self._leaving is not None:
            self._leaving.raise_()
            self._leaving.activateWindow()
            return False
        unsaved = self.house.flush()
        if unsaved:
            from app.views.shell.leaving import LeavingWords

            self._ask(LeavingWords(self, unsaved, self.house.flush), go)
            return False
        status = self.house.desk.status()
        if status.files.count and status.reach in (Reach.ONLINE, Reach.SYNCING):
            from app.views.shell.leaving import LeavingFiles

            self._ask(LeavingFiles(self, status.files), go)
            return False
        return True

    def _ask(self, question: LeavingWords | LeavingFiles, go: Callable[[], object]) -> None:
        self._leaving = question
        question.finished.connect(self._asked)
        question.agreed.connect(go)
        question.open()

    def _asked(self) -> None:
        self._leaving = None

    def _close_anyway(self) -> None:
        self._agreed = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self._ended or self._agreed or self._may_leave(self._close_anyway)):
            event.ignore()
            return
        if not self._ended:
            self._ended = True
            self._look.remember(self)
            self.hide()
            self._let_go()
            self.left.emit()
        super().closeEvent(event)

    def _let_go(self) -> None:
        """Text first, then wait a little for what is under way, then close the desk."""
        house, self.house = self.house, None
        self.palette_.close_palette()
        if house is not None:
            house.end()
        _drain(PATIENCE)
        if house is not None:
            house.desk.close()


def _drain(patience: int) -> None:
    """Let work under way come to its end, for as many milliseconds at most."""
    if not runner().busy:
        return
    loop = QEventLoop()
    runner().idle.connect(loop.quit)
    QTimer.singleShot(patience, loop.quit)
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def _centred(widget: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(spacing.VAST, spacing.VAST, spacing.VAST, spacing.VAST)
    widget.setSizePolicy(widget.sizePolicy())
    column.addStretch()
    column.addWidget(widget)
    column.addStretch()
    return page
