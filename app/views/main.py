"""Where the window begins: the application, its look, its log, and the first paint before anything is loaded."""

from __future__ import annotations

import gc
import logging
import re
import sys
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.domain.resources import resources_folder
from app.views.places import log_file, window_file
from app.views.shell.first_look import FirstLook
from app.views.shell.trouble import Watch
from app.views.shell.window import MainWindow

if TYPE_CHECKING:
    from app.views.sign_in.page import SignIn
    from app.workspace.desk import Desk

_log = logging.getLogger("touchstone.window")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def open_application(
    argv: Sequence[str], *, look: Path | None = None, log: Path | None = None
) -> QApplication:
    """The one QApplication, named and dressed, with warnings and unforeseen errors going to a log file.

    look, log: other files than the computer's own, for tests and demonstrations.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(list(argv))
    QCoreApplication.setApplicationName("touchstone")
    QCoreApplication.setOrganizationName("touchstone")
    QApplication.setApplicationDisplayName("Touchstone")
    QApplication.setDesktopFileName("touchstone")
    app.setWindowIcon(QIcon(str(resources_folder() / "icons" / "touchstone.svg")))
    _open_log(log or log_file())
    qInstallMessageHandler(_qt_says)
    sys.excepthook = Watch(_log.error)
    FirstLook(look or window_file()).dress(app)
    return app


def new_window(*, look: Path | None = None, sign_in: SignIn | None = None) -> MainWindow:
    """An empty window, not shown yet; its text is kept when something fails that nobody foresaw.

    sign_in: takes service address, e-mail and password and opens the desk, if not in the ordinary way.
    """
    window = MainWindow(FirstLook(look or window_file()), sign_in)
    if isinstance(sys.excepthook, Watch):
        sys.excepthook.keep = window.save_now
    # What exists once the window is ready stays until the end. Looked through again and again while a first sync
    # brings thousands of rows, it made the window stand still for 50 to 70 ms each time.
    window.ready.connect(lambda: gc.freeze())
    return window


def open_window(desk: Desk, *, look: Path | None = None) -> MainWindow:
    """A window on this desk, shown. Closing it closes the desk."""
    window = new_window(look=look)
    window.show()
    window.take(desk)
    return window


def run(argv: Sequence[str], start: Callable[[], Desk | None], sign_in: SignIn | None = None) -> int:
    """Show the window at once, fetch the desk behind it, and stay until it is closed. Returns the exit code.

    sign_in: another way to sign in than the ordinary one.
    start: opens the desk on a worker thread; None, or a KnownError, leads to the sign-in page.
    """
    app = open_application(argv)
    window = new_window(sign_in=sign_in)
    window.left.connect(app.quit)
    window.show()
    # After the first paint: what opening a desk imports would otherwise be waited for before anything shows.
    QTimer.singleShot(0, lambda: window.open_with(start))
    return app.exec()


def _open_log(path: Path) -> None:
    if _log.handlers:
        return
    _log.propagate = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            path, maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        # No place for a log is no reason not to work; warnings then go where a terminal would show them.
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)


# What Qt quotes may be a person's: the name of a file, a text in a field.
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|“[^”]*”|file:\S+""")


def _qt_says(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    words = _QUOTED.sub("…", message)
    _log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "qt", words)
