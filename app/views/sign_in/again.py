"""Signing in again: the service no longer takes the token, the work goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.views.parts import button, label
from app.views.sign_in.password import PasswordField
from app.views.style import set_property, spacing
from app.views.style.palette import Tone
from app.views.tasks import run_task


class SignInAgain(QDialog):
    """The service wants the password again. Nothing that was recorded is touched by it."""

    def __init__(self, parent: QWidget, email: str, sign_in: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.setObjectName("signInAgain")
        self.setWindowTitle(self.tr("Sign in again"))
        self._sign_in = sign_in
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        column.addWidget(label(self.tr("Sign in again"), "title"))
        column.addWidget(
            label(
                self.tr("Your work is kept on this computer and is sent once you are signed in."), wrap=True
            )
        )
        words = label(self.tr("&Password for {email}").format(email=email))
        self._password = PasswordField("signInAgainPassword")
        words.setBuddy(self._password.field)
        words.setTextFormat(Qt.TextFormat.AutoText)
        column.addWidget(words)
        column.addWidget(self._password)
        self._error = label("", tone=Tone.BAD, wrap=True)
        self._error.hide()
        column.addWidget(self._error)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button(self.tr("Not now"), self.reject))
        self._button = button(self.tr("Sign in"), self.try_it, kind="primary", name="signInAgainButton")
        self._button.setDefault(True)
        row.addWidget(self._button)
        column.addLayout(row)
        self._password.field.returnPressed.connect(self.try_it)
        self.setMinimumWidth(44 * self.fontMetrics().horizontalAdvance("n"))
        self._password.setFocus()

    def try_it(self) -> None:
        """Ask the service with the password that is typed."""
        password = self._password.field.text()
        if not password or not self._button.isEnabled():
            self._password.setFocus()
            return
        self._button.setEnabled(False)
        self._password.hide_password()
        run_task(self, lambda: self._sign_in(password), lambda _: self.accept(), self._could_not)

    def _could_not(self, error: KnownError) -> None:
        self._button.setEnabled(True)
        self._error.setText(f"{error.says} {error.do}".strip())
        self._error.show()
        set_property(self._password.field, "wrong", "true")
        self._password.setFocus()
        self._password.field.selectAll()
