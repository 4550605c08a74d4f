"""The sign-in page: who works here already, and how somebody new comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import KnownError
from app.views import style
from app.views.pages import ScrollPage
from app.views.parts import BusyBar, CopyButton, Picture, button, details_of, label
from app.views.sign_in.password import PasswordField
from app.views.style import set_property, spacing
from app.views.style.palette import Tone
from app.views.tasks import Task, run_task
from app.workspace import entrance
from app.workspace.help import help_texts

if TYPE_CHECKING:
    from app.workspace.desk import Desk
    from app.workspace.entrance import ProfileCard

_AT_EMAIL = frozenset({"login_not_email", "email_missing"})
_AT_PASSWORD = frozenset({"wrong_password", "password_missing"})
_AT_SERVICE = frozenset(
    {
        "service_unreachable",
        "service_missing",
        "service_newer",
        "service_older",
        "service_address_refused",
        "not_the_service",
    }
)
"""Which error belongs beside which field; any other stands under the form."""


SignIn = Callable[[str, str, str], "Desk"]
"""Takes service address, e-mail address and password, and opens the desk. Runs on a worker thread."""


class SignInPage(QWidget):
    """signed_in(Desk): somebody came in. Every error stands beside the field it is about, in plain words."""

    signed_in = Signal(object)

    def __init__(self, error: KnownError | None = None, sign_in: SignIn | None = None) -> None:
        super().__init__()
        self._ask = sign_in or entrance.sign_in
        self._task: Task | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollPage()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        centre = QGridLayout(scroll.page)
        centre.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        centre.setRowStretch(0, 2)
        centre.setRowStretch(2, 3)
        centre.setColumnStretch(0, 1)
        centre.setColumnStretch(2, 1)
        middle = QVBoxLayout()
        middle.setSpacing(spacing.ROOMY)
        middle.addLayout(self._head())
        self._profiles = QVBoxLayout()
        self._profiles.setSpacing(spacing.SNUG)
        middle.addLayout(self._profiles)
        middle.addWidget(self._form())
        middle.addWidget(self._help())
        centre.addLayout(middle, 1, 1)
        outer.addWidget(scroll)
        if error is not None:
            self._show_error(error)
        run_task(self, entrance.profiles, self._list_profiles)

    # -- building ---------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing.BASE)
        picture = QLabel()
        side = round(40 * style.look().scale)
        picture.setPixmap(QApplication.windowIcon().pixmap(QSize(side, side), self.devicePixelRatioF()))
        row.addWidget(picture)
        row.addWidget(label("Touchstone", "title"))
        row.addStretch()
        return row

    def _form(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        em = self.fontMetrics().horizontalAdvance("n")
        card.setMinimumWidth(min(64 * em, 560))
        column = QVBoxLayout(card)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        column.setSpacing(spacing.TIGHT)
        column.addWidget(label(self.tr("Sign in"), "heading"))
        column.addSpacing(spacing.SNUG)
        self._email = _field("signInEmail", self.tr("E-mail address"))
        self._password = PasswordField("signInPassword")
        self._service = _field("signInService", self.tr("Service address"))
        self._service.setPlaceholderText("https://")
        self._errors = {name: _error_label() for name in ("email", "password", "service", "form")}
        for text, field, editor, name in (
            (self.tr("&E-mail address of your account"), self._email, self._email, "email"),
            (self.tr("&Password"), self._password, self._password.field, "password"),
            (self.tr("&Address of the service"), self._service, self._service, "service"),
        ):
            words = label(text)
            words.setTextFormat(Qt.TextFormat.AutoText)
            words.setBuddy(editor)
            column.addWidget(words)
            column.addWidget(field)
            column.addWidget(self._errors[name])
            column.addSpacing(spacing.SNUG)
            editor.textEdited.connect(lambda _text, name=name: self._clear_error(name))
            editor.returnPressed.connect(self.sign_in)
        column.addWidget(self._errors["form"])
        self._more = QHBoxLayout()
        column.addLayout(self._more)
        self._busy = BusyBar()
        self._busy.cancelled.connect(self._cancel)
        self._busy.hide()
        column.addWidget(self._busy)
        self._button = button(self.tr("Sign in"), self.sign_in, kind="primary", name="signInButton")
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _help(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(spacing.TIGHT, 0, spacing.TIGHT, 0)
        row.setSpacing(spacing.SNUG)
        row.addWidget(Picture("help", "muted"), 0, Qt.AlignmentFlag.AlignTop)
        words = label(help_texts().support_says, "muted", wrap=True)
        words.setObjectName("signInHelp")
        words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row.addWidget(words, 1)
        return box

    def _list_profiles(self, cards: tuple[ProfileCard, ...]) -> None:
        if not cards:
            return
        self._profiles.addWidget(label(self.tr("On this computer"), "overline"))
        for card in cards[:5]:
            self._profiles.addWidget(_ProfileButton(card, self._enter))
        if not self._service.text():
            self._service.setText(next((card.service_url for card in cards if not card.demo), ""))

    # -- doing ------------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """Put the caret where typing begins."""
        (self._email if not self._email.text() else self._password).setFocus()

    def sign_in(self) -> None:
        """Ask the service; fields that are still empty are named instead."""
        if self._task is not None:
            return
        email, password = self._email.text().strip(), self._password.field.text()
        service = self._service.text().strip()
        for name in self._errors:
            self._clear_error(name)
        gaps = (
            (email, KnownError("email_missing", self.tr("Type the e-mail address of your account."))),
            (password, KnownError("password_missing", self.tr("Type your password."))),
            (service, KnownError("service_missing", self.tr("Type the address of the service."))),
        )
        missing = [error for value, error in gaps if not value]
        for error in reversed(missing):
            self._show_error(error)
        if not missing:
            self._password.hide_password()
            says = self.tr("Signing in…")
            self._start(says, lambda: self._ask(with_scheme(service), email, password))

    def _enter(self, card: ProfileCard) -> None:
        if self._task is None:
            self._start(self.tr("Opening…"), lambda: entrance.enter(card.folder))

    def _start(self, says: str, work: Callable[[], Desk]) -> None:
        self._busy.say(says)
        self._busy.show()
        self._button.setEnabled(False)
        self._task = run_task(self, work, self._came_in, self._could_not)

    def _cancel(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            # A desk that opens all the same must not stay open behind the page.
            task.cancel(lambda desk: desk.close())
        self._rest()

    def _rest(self) -> None:
        self._task = None
        self._busy.hide()
        self._button.setEnabled(True)

    def _came_in(self, desk: Desk) -> None:
        self._rest()
        self.signed_in.emit(desk)

    def _could_not(self, error: KnownError) -> None:
        self._rest()
        self._show_error(error)

    # -- errors -----------------------------------------------------------------------------------------------

    def _show_error(self, error: KnownError) -> None:
        editor: QLineEdit | None = None
        name = "form"
        if error.code in _AT_EMAIL:
            name, editor = "email", self._email
        elif error.code in _AT_PASSWORD:
            name, editor = "password", self._password.field
        elif error.code in _AT_SERVICE:
            name, editor = "service", self._service
        words = self._errors[name]
        words.setText(f"{error.says} {error.do}".strip())
        words.show()
        if editor is not None:
            set_property(editor, "wrong", "true")
            editor.setAccessibleDescription(words.text())
            editor.setFocus()
            editor.selectAll()
        if error.details and name in ("service", "form"):
            self._more.addWidget(CopyButton(details_of(error)))
            self._more.addStretch()

    def _clear_error(self, name: str) -> None:
        self._errors[name].hide()
        self._errors[name].clear()
        editor = {"email": self._email, "password": self._password.field, "service": self._service}.get(name)
        if editor is not None:
            set_property(editor, "wrong", "")
            editor.setAccessibleDescription("")
        while (item := self._more.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()


class _ProfileButton(QFrame):
    """One person known on this computer: a name, where, and a button that opens their desk."""

    def __init__(self, card: ProfileCard, enter: Callable[[ProfileCard], None]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.ROOMY, spacing.SNUG, spacing.BASE, spacing.SNUG)
        row.setSpacing(spacing.BASE)
        row.addWidget(Picture("person", "muted", 22))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(card.name or card.email, "strong", wrap=True))
        demo = " · " + self.tr("demonstration") if card.demo else ""
        words.addWidget(label(f"{card.email}{demo}", "small", wrap=True))
        words.addWidget(label(card.service_url, "small", wrap=True))
        row.addLayout(words, 1)
        opens = button(self.tr("Open"), lambda: enter(card))
        opens.setAccessibleName(self.tr("Open the desk of {name}").format(name=card.name or card.email))
        row.addWidget(opens)


def with_scheme(address: str) -> str:
    """An address as typed, with https:// before it where no scheme was typed, and http:// for this computer."""
    address = address.rstrip("/")
    if "://" in address:
        return address
    host = address.split("/")[0].rsplit(":", 1)[0]
    return f"{'http' if host in ('localhost', '127.0.0.1', '[::1]') else 'https'}://{address}"


def _field(name: str, says: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(says)
    return field


def _error_label() -> QLabel:
    words = label("", tone=Tone.BAD, wrap=True)
    words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
    words.hide()
    return words
