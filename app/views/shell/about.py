"""What this program is, which version, and on whose work it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.views.parts import button, label
from app.views.style import spacing

PARTS = (
    ("Qt and PySide6", "LGPL-3.0"),
    ("SQLAlchemy, Alembic", "MIT"),
    ("SQLite, SQLCipher", "public domain, BSD-3-Clause"),
    ("cryptography", "Apache-2.0 or BSD-3-Clause"),
    ("PDFium, pypdfium2", "BSD-3-Clause, Apache-2.0"),
    ("ReportLab", "BSD-3-Clause"),
    ("Requests, keyring, msgspec, Pillow", "Apache-2.0, MIT, BSD-3-Clause, MIT-CMU"),
    ("Noto Sans, DejaVu Sans", "OFL-1.1, Bitstream Vera"),
)
"""Parts by others, and their licences."""


def version_words() -> str:
    """The version of Touchstone, as its metadata tells it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("touchstone")
    except PackageNotFoundError:
        # Run from a folder that was never installed, as in a bundle without metadata.
        return "unknown"


class AboutDialog(QDialog):
    """Name, version, licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About Touchstone"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.ROOMY)
        column.setSpacing(spacing.BASE)
        head = QHBoxLayout()
        head.setSpacing(spacing.ROOMY)
        picture = QLabel()
        picture.setPixmap(QApplication.windowIcon().pixmap(48, 48))
        head.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label("Touchstone", "title"))
        words.addWidget(
            label(
                self.tr("Version {version}, Qt {qt}").format(version=version_words(), qt=qVersion()), "muted"
            )
        )
        head.addLayout(words, 1)
        column.addLayout(head)
        column.addWidget(
            label(
                self.tr("Moderation and quality review, on your own computer, with or without a network."),
                wrap=True,
            )
        )
        column.addWidget(label(self.tr("Made with"), "overline"))
        column.addWidget(label("\n".join(f"{name} ({licence})" for name, licence in PARTS), wrap=True))
        row = QHBoxLayout()
        row.addStretch()
        close = button(self.tr("Close"), self.accept)
        close.setDefault(True)
        row.addWidget(close)
        column.addLayout(row)
        self.setMinimumWidth(60 * self.fontMetrics().horizontalAdvance("n"))
        close.setFocus()
