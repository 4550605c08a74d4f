"""A password field that can be looked into."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.views.parts import icon_button
from app.views.style import spacing
from app.views.style.icons import dress


class PasswordField(QWidget):
    """A password with a button that shows it while one looks."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.TIGHT)
        self.field = QLineEdit()
        self.field.setObjectName(name)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Password"))
        self._eye = icon_button("eye", self.tr("Show the password"), None, f"{name}Show")
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._show)
        row.addWidget(self.field, 1)
        row.addWidget(self._eye)
        self.setFocusProxy(self.field)

    def hide_password(self) -> None:
        """Back to dots, for instance when it was sent."""
        self._eye.setChecked(False)

    def _show(self, on: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)
        says = self.tr("Hide the password") if on else self.tr("Show the password")
        self._eye.setAccessibleName(says)
        self._eye.setToolTip(says)
        dress(self._eye, "eye-off" if on else "eye")
