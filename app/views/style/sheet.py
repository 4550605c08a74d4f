"""The one style sheet, built from the palette. Widgets choose a rule by ``role``, ``kind`` or ``tone`` property."""

from __future__ import annotations

from pathlib import Path

from app.views.style import spacing
from app.views.style.palette import Colours, Tone


def build(colours: Colours, points: float, scale: float, pictures: Path) -> str:
    """The sheet for these colours. points: size of ordinary text. scale: 1.0 to 2.0, by
    which small pictures grow with it. pictures: folder of check marks and arrows."""
    scheme = "dark" if colours.dark else "light"

    def picture(name: str) -> str:
        return f'url("{(pictures / f"{name}-{scheme}.svg").as_posix()}")'

    return "\n".join(
        (
            _words(colours, points),
            _buttons(colours, scale),
            _fields(colours, scale, picture("down"), picture("up")),
            _choices(colours, scale, picture("check"), picture("dot")),
            _lists(colours, points),
            _frames(colours, points),
        )
    )


def _words(c: Colours, points: float) -> str:
    tones = "\n".join(f'QLabel[tone="{tone}"] {{ color: {c.tone(tone).ink}; }}' for tone in Tone)
    return f"""
QMainWindow, QDialog {{ background: {c.window}; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {points * 1.5:.2f}pt; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {points * 1.18:.2f}pt; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {c.muted}; }}
QLabel[role="small"] {{ color: {c.muted}; font-size: {points * 0.92:.2f}pt; }}
QLabel[role="overline"] {{ color: {c.muted}; font-size: {points * 0.92:.2f}pt; font-weight: 600; }}
QLabel[role="key"] {{ background: {c.sunken}; border: 1px solid {c.line}; border-radius: 4px;
  padding: 1px 6px; font-weight: 600; }}
{tones}
QLabel:disabled {{ color: {c.muted}; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; padding: 4px 6px; }}
"""


def _buttons(c: Colours, scale: float) -> str:
    radius = spacing.RADIUS
    # Pressed to its least height a button still shows its glyph and its words whole.
    height = round(spacing.ICON * scale)
    return f"""
QPushButton, QToolButton {{ icon-size: {round(spacing.ICON * scale)}px; }}
QPushButton, QToolButton[kind] {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.edge};
  border-radius: {radius}px; padding: 5px 13px; min-height: {height}px; }}
QPushButton:hover, QToolButton[kind]:hover {{ background: {c.hover}; }}
QPushButton:pressed, QToolButton[kind]:pressed {{ background: {c.sunken}; }}
QPushButton:focus, QToolButton[kind]:focus {{ border: 2px solid {c.focus}; padding: 4px 12px; }}
QPushButton:disabled, QToolButton[kind]:disabled {{ color: {c.muted}; border-color: {c.line};
  background: {c.window}; }}
QPushButton[kind="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
  font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {c.accent_strong}; border-color: {c.accent_strong}; }}
QPushButton[kind="primary"]:pressed {{ background: {c.accent_strong}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.sunken}; color: {c.muted}; border-color: {c.line}; }}
QPushButton[kind="danger"] {{ color: {c.bad.ink}; border-color: {c.bad.mark}; }}
QPushButton[kind="danger"]:hover {{ background: {c.bad.wash}; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent;
  border-color: transparent; padding: 5px 9px; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {c.hover}; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{ border-color: {c.focus}; padding: 4px 8px; }}
QPushButton[kind="quiet"]:disabled, QToolButton[kind="quiet"]:disabled {{ background: transparent;
  border-color: transparent; }}
QToolButton[kind="quiet"]:checked, QPushButton[kind="quiet"]:checked {{ background: {c.accent_wash};
  color: {c.text}; }}
QPushButton[kind="pill"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 14px;
  padding: 4px 13px; }}
QPushButton[kind="pill"]:hover {{ background: {c.hover}; border-color: {c.edge}; }}
QPushButton[kind="pill"]:focus {{ border: 2px solid {c.focus}; padding: 3px 12px; }}
QPushButton[kind="link"] {{ background: transparent; border-color: transparent; color: {c.accent};
  padding: 5px 5px; text-align: left; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border-color: {c.focus}; padding: 4px 4px; }}
QToolButton[kind="quiet"]::menu-indicator {{ image: none; }}
"""


def _fields(c: Colours, scale: float, down: str, up: str) -> str:
    radius = spacing.RADIUS
    fields = (
        "QLineEdit",
        "QPlainTextEdit",
        "QTextEdit",
        "QComboBox",
        "QSpinBox",
        "QKeySequenceEdit QLineEdit",
    )

    def each(state: str) -> str:
        return ", ".join(f"{field}{state}" for field in fields)

    side = round(24 * scale)
    return f"""
{each("")} {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.edge};
  border-radius: {radius}px; padding: 5px 8px; selection-background-color: {c.accent};
  selection-color: {c.on_accent}; placeholder-text-color: {c.muted}; }}
{each(":focus")} {{ border: 2px solid {c.focus}; padding: 4px 7px; }}
{each(":disabled")} {{ background: {c.window}; color: {c.muted}; border-color: {c.line}; }}
{each('[wrong="true"]')} {{ border-color: {c.bad.mark}; }}
QLineEdit:read-only, QPlainTextEdit[readOnly="true"], QTextEdit[readOnly="true"] {{ background: {c.window}; }}
QLineEdit, QComboBox, QSpinBox {{ min-height: {spacing.TARGET - 12}px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit, QComboBox QLineEdit:focus {{
  border: none; padding: 0 0 0 6px; min-height: 0; background: transparent; }}
QKeySequenceEdit {{ border: none; }}
QComboBox {{ padding-right: {side + 2}px; }}
QComboBox:focus {{ padding-right: {side + 1}px; }}
QComboBox::drop-down {{ border: none; width: {side}px; }}
QComboBox::down-arrow {{ image: {down}; width: {round(14 * scale)}px; height: {round(14 * scale)}px; }}
QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.edge}; padding: 2px;
  selection-background-color: {c.accent_wash}; selection-color: {c.text}; }}
QSpinBox {{ padding-right: {side + 2}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: {side}px; }}
QSpinBox::up-arrow {{ image: {up}; width: {round(12 * scale)}px; height: {round(12 * scale)}px; }}
QSpinBox::down-arrow {{ image: {down}; width: {round(12 * scale)}px; height: {round(12 * scale)}px; }}
"""


def _choices(c: Colours, scale: float, check: str, dot: str) -> str:
    both = ("QCheckBox", "QRadioButton")

    def each(rest: str) -> str:
        return ", ".join(f"{kind}{rest}" for kind in both)

    side = 2 * round(8 * scale)
    return f"""
{each("")} {{ spacing: 8px; padding: 3px 6px 3px 4px; border: 2px solid transparent;
  border-radius: {spacing.RADIUS}px; min-height: {spacing.TARGET - 10}px; }}
{each(":focus")} {{ border-color: {c.focus}; }}
{each(":hover")} {{ background: {c.hover}; }}
{each(":disabled")} {{ color: {c.muted}; background: transparent; }}
{each("::indicator")} {{ width: {side}px; height: {side}px; border: 1px solid {c.edge}; background: {c.surface}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: {side // 2 + 1}px; }}
{each("::indicator:checked")} {{ background: {c.accent}; border-color: {c.accent}; }}
{each("::indicator:disabled")} {{ background: {c.window}; border-color: {c.line}; }}
{each("::indicator:checked:disabled")} {{ background: {c.edge}; border-color: {c.edge}; }}
QCheckBox::indicator:checked {{ image: {check}; }}
QRadioButton::indicator:checked {{ image: {dot}; }}
"""


def _lists(c: Colours, points: float) -> str:
    return f"""
QAbstractItemView {{ background: {c.surface}; alternate-background-color: {c.surface}; color: {c.text};
  border: 1px solid {c.line}; border-radius: {spacing.RADIUS}px; outline: none;
  selection-background-color: {c.accent_wash}; selection-color: {c.text}; }}
QAbstractItemView:focus {{ border: 2px solid {c.focus}; }}
QAbstractItemView[role="plain"] {{ border: 2px solid transparent; background: transparent; }}
QAbstractItemView[role="plain"]:focus {{ border: 2px solid {c.focus}; }}
QAbstractItemView[role="rows"] {{ border: 1px solid {c.line}; padding: 4px 2px; }}
QAbstractItemView[role="rows"]:focus {{ border: 1px solid {c.focus}; }}
QHeaderView {{ border: none; border-radius: 0; background: {c.sunken}; }}
QListView::item, QTreeView::item {{ padding: 4px 6px; min-height: {spacing.TARGET - 8}px; }}
QListView::item:hover, QTreeView::item:hover {{ background: {c.hover}; }}
QListView::item:selected, QTreeView::item:selected {{ background: {c.accent_wash}; color: {c.text}; }}
QHeaderView::section {{ background: {c.sunken}; color: {c.muted}; border: none;
  border-bottom: 1px solid {c.line}; padding: 5px 8px; font-size: {points * 0.92:.2f}pt; font-weight: 600; }}
QScrollBar:vertical {{ background: transparent; width: 13px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 13px; margin: 2px; }}
QScrollBar::handle {{ background: {c.edge}; border-radius: 4px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _frames(c: Colours, points: float) -> str:
    radius = spacing.RADIUS
    tones = "\n".join(
        f"""
QFrame[role="banner"][tone="{tone}"] {{ background: {c.tone(tone).wash}; border: none;
  border-left: 4px solid {c.tone(tone).mark}; }}
QFrame[role="badge"][tone="{tone}"] {{ background: {c.tone(tone).wash}; border-radius: {radius}px; }}
QFrame[role="badge"][tone="{tone}"] QLabel, QFrame[role="banner"][tone="{tone}"] QLabel {{
  color: {c.tone(tone).ink}; }}"""
        for tone in Tone
    )
    return f"""
QFrame[role="card"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; }}
QFrame[role="line"] {{ background: {c.line}; border: none; }}
QFrame[role="bar"] {{ background: {c.sunken}; border: none; border-bottom: 1px solid {c.line}; }}
QFrame[role="foot"] {{ background: {c.sunken}; border: none; border-top: 1px solid {c.line}; }}
QFrame[role="rail"] {{ background: {c.sunken}; border: none; border-right: 1px solid {c.line}; }}
QFrame[role="popup"] {{ background: {c.raised}; border: 1px solid {c.edge}; border-radius: 10px; }}
{tones}
QScrollArea {{ background: transparent; border: 2px solid transparent; }}
QScrollArea:focus {{ border: 2px solid {c.focus}; border-radius: 8px; }}
QScrollArea > QWidget > QWidget[role="page"] {{ background: transparent; }}
QGroupBox {{ border: 1px solid {c.line}; border-radius: 8px; margin-top: 10px; padding: 12px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 12px; padding: 0 4px; font-weight: 600; }}
QSplitter::handle {{ background: {c.line}; }}
QSplitter::handle:horizontal {{ width: 5px; }}
QSplitter::handle:vertical {{ height: 5px; }}
QSplitter::handle:hover {{ background: {c.focus}; }}
QMenuBar {{ background: {c.sunken}; color: {c.text}; border-bottom: 1px solid {c.line}; padding: 2px; }}
QMenuBar::item {{ background: transparent; padding: 5px 10px; border-radius: 4px; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {c.accent_wash}; color: {c.text}; }}
QMenu {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; padding: 4px; }}
QMenu::item {{ padding: 6px 28px 6px 24px; border-radius: 4px; min-height: 16px; }}
QMenu::item:selected {{ background: {c.accent_wash}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.muted}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 6px; }}
QToolBar {{ background: transparent; border: none; spacing: 4px; padding: 4px; }}
QTabBar::tab {{ background: transparent; color: {c.muted}; padding: 7px 14px; border: 2px solid transparent;
  border-radius: {radius}px; min-height: 16px; }}
QTabBar::tab:hover {{ background: {c.hover}; color: {c.text}; }}
QTabBar::tab:selected {{ background: {c.accent_wash}; color: {c.text}; font-weight: 600; }}
QTabBar:focus::tab:selected {{ border-color: {c.focus}; }}
QTabWidget::pane {{ border: none; }}
QProgressBar {{ background: {c.sunken}; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""
