"""Contrast, sizes, icons and the one style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.resources import resources_folder
from app.views import style
from app.views.style import icons, sheet
from app.views.style.palette import DARK, LIGHT, Colours, Tone, contrast, graphic_pairs, word_pairs

VIEWS = Path(style.__file__).resolve().parents[1]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_have_a_contrast_of_4_5_at_least(colours: Colours) -> None:
    poor = {name: contrast(ink, ground) for name, ink, ground in word_pairs(colours)}
    assert len(poor) > 50
    assert {name: ratio for name, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_shapes_have_a_contrast_of_3_at_least(colours: Colours) -> None:
    poor = {name: contrast(mark, ground) for name, mark, ground in graphic_pairs(colours)}
    assert {name: ratio for name, ratio in poor.items() if ratio < 3} == {}


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


def test_colours_are_named_nowhere_but_in_the_palette() -> None:
    strays = [
        f"{path.relative_to(VIEWS)}: {line.strip()}"
        for path in VIEWS.rglob("*.py")
        if path.name != "palette.py" or path.parent.name != "style"
        # Documents are shown on white paper in either theme; what is marked on it lies beside the paper.
        if path.parent.name != "evidence"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"#[0-9a-fA-F]{6}\b", line)
    ]
    assert strays == []


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_sheet_uses_only_colours_of_the_palette(colours: Colours) -> None:
    known = {getattr(colours, name) for name in Colours.__slots__ if isinstance(getattr(colours, name), str)}
    for tone in Tone:
        shade = colours.tone(tone)
        known |= {shade.ink, shade.wash, shade.mark}
    used = set(re.findall(r"#[0-9a-f]{6}", sheet.build(colours, 10, 1.0, Path("pictures"))))
    assert used
    assert used <= known


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_the_sheets_own_pictures_wear_the_palette(scheme: str, colours: Colours) -> None:
    folder = resources_folder() / "icons" / "sheet"
    for name in ("check", "dot"):
        assert colours.on_accent in (folder / f"{name}-{scheme}.svg").read_text()
    for name in ("down", "up"):
        assert colours.muted in (folder / f"{name}-{scheme}.svg").read_text()


def test_a_theme_changes_every_colour_at_once(qapp: QApplication) -> None:
    heard: list[bool] = []
    style.look().changed.connect(lambda: heard.append(style.colours().dark))
    style.apply(qapp, "dark")
    assert style.colours() is DARK
    assert qapp.palette().window().color() == QColor(DARK.window)
    style.apply(qapp, "light")
    assert qapp.palette().window().color() == QColor(LIGHT.window)
    assert heard == [True, False]


def test_the_system_theme_follows_the_system(qapp: QApplication) -> None:
    style.apply(qapp, "system")
    dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
    assert style.colours().dark is dark


def test_text_grows_to_twice_its_size_and_no_further(qapp: QApplication) -> None:
    normal = qapp.font().pointSizeF()
    style.apply(qapp, "light", 2.0)
    assert qapp.font().pointSizeF() == pytest.approx(2 * normal)
    style.apply(qapp, "light", 9.0)
    assert qapp.font().pointSizeF() == pytest.approx(2 * normal)
    style.apply(qapp, "light", 0.2)
    assert qapp.font().pointSizeF() == pytest.approx(normal)


def test_an_icon_is_tinted_again_when_the_theme_changes(qapp: QApplication, qtbot: object) -> None:
    button = QPushButton()
    icons.dress(button, "work", "accent")

    def ink() -> set[str]:
        image = button.icon().pixmap(32, 32).toImage()
        points = ((x, y) for x in range(image.width()) for y in range(image.height()))
        return {image.pixelColor(x, y).name() for x, y in points if image.pixelColor(x, y).alpha() == 255}

    assert LIGHT.accent in ink()
    style.apply(qapp, "dark")
    assert DARK.accent in ink()
    assert LIGHT.accent not in ink()
    button.deleteLater()


def test_every_icon_named_in_the_code_exists(settled: Callable[[], None]) -> None:
    there = {path.stem for path in (resources_folder() / "icons").glob("*.svg")}
    for path in (resources_folder() / "icons").glob("*.svg"):
        assert not icons.pixmap(path.stem, LIGHT.text, 24).isNull()
    assert set(icons.FOR_TONE.values()) <= there
    named = {
        name
        for path in VIEWS.rglob("*.py")
        for name in re.findall(r"icon=\"([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= there
