"""Lines that fit, letters that join, pages that hold together: the parts a report is made with."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.resources import resources_folder
from app.reports import style
from app.reports.fonts import bundled_fonts
from app.reports.pages import paginate
from app.reports.right_to_left import as_seen, join_letters
from app.reports.setting import Typesetter
from app.reports.strips import Strip
from app.reports.typed import as_typed, in_one_line

PLAIN = st.text(
    alphabet=st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["Cc", "Cf"])
)


def said(setter: Typesetter, text: str, room: float) -> list[str]:
    return ["".join(piece for _, piece in line.runs) for line in setter.lines(text, style.BODY, room)]


@settings(deadline=None)
@given(PLAIN, st.floats(min_value=20.0, max_value=400.0))
def test_every_line_fits_its_room_and_no_letter_is_lost(text: str, room: float) -> None:
    setter = Typesetter(bundled_fonts())
    lines = setter.lines(text, style.BODY, room)
    assert all(line.width <= room + 0.01 for line in lines)
    whole = "".join(said(setter, text, room))
    assert "".join(whole.split()) == "".join(as_typed(text).split())


def test_words_stay_whole_where_they_fit() -> None:
    sentence = "a sentence of words that are short enough"
    lines = said(Typesetter(bundled_fonts()), f"{sentence} " * 4, 120.0)
    assert len(lines) > 3
    assert " ".join(lines).split() == sentence.split() * 4


def test_an_address_breaks_behind_its_punctuation() -> None:
    lines = said(
        Typesetter(bundled_fonts()), "https://example.invalid/part-one/part-two/part-three/part-four", 110.0
    )
    assert len(lines) > 1
    assert all(line.endswith(("/", "-", ".")) for line in lines[:-1])


def test_furniture_that_does_not_fit_ends_in_an_ellipsis() -> None:
    line = Typesetter(bundled_fonts()).line("A very long name of an awarding body", style.BODY, 60.0)
    assert "".join(piece for _, piece in line.runs).endswith("…")
    assert line.width <= 60.0


def test_a_character_falls_back_to_the_other_font_alone() -> None:
    (line,) = Typesetter(bundled_fonts()).lines("A ✓ B", style.BODY, 200.0)
    assert [(name.rsplit("-", 1)[-1], text) for name, text in line.runs] == [
        ("Regular", "A "),
        ("DejaVuSans", "✓"),
        ("Regular", " B"),
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\r\nb\rc\u2029d", "a\nb\nc\nd"),
        ("a\tb", "a    b"),
        ("e\u0301", "é"),
        ("a\x00b", "a�b"),
        ("a\uf6c5b\ufffec", "a�b�c"),
        ("a\u202eb\u00ad\ufeff", "ab"),
        ("a\u2003b\u00a0c", "a b\u00a0c"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_typed_text_is_made_fit_to_be_set(typed: str, shown: str) -> None:
    assert as_typed(typed) == shown


def test_a_heading_is_one_line() -> None:
    assert in_one_line(" two\n lines ") == "two lines"


def test_arabic_letters_take_the_form_their_neighbours_ask_for() -> None:
    # Lam initial, yeh medial, lam medial, alef maksura final.
    assert [f"{ord(letter):04X}" for letter in join_letters("ليلى")] == ["FEDF", "FEF4", "FEE0", "FEF0"]
    # Lam and alef become one; the letter after them starts anew.
    assert [f"{ord(letter):04X}" for letter in join_letters("سلام")] == ["FEB3", "FEFC", "FEE1"]


@pytest.mark.parametrize(
    ("logical", "right_to_left", "seen"),
    [
        ("abc", False, "abc"),
        ("אבג", True, "גבא"),
        ("unit אבג (two)", False, "unit גבא (two)"),
        ("אבג 123 דה", True, "הד 123 גבא"),
        ("אבג (דה)", True, "(הד) גבא"),
        ("אבג abc.", True, ".abc גבא"),
        ("price 12,50 אב", False, "price 12,50 בא"),
    ],
)
def test_a_line_is_seen_in_the_order_it_is_read(logical: str, right_to_left: bool, seen: str) -> None:
    assert as_seen(logical, right_to_left=right_to_left) == seen


STRIPS = st.lists(
    st.builds(Strip, st.floats(min_value=1.0, max_value=90.0), hold=st.booleans(), gap=st.booleans()),
    max_size=60,
)


@given(STRIPS)
def test_pages_never_overflow_and_lose_nothing_but_gaps(strips: list[Strip]) -> None:
    pages = paginate(strips, 100.0)
    assert all(page.filled <= 100.02 for page in pages)
    placed = [item.strip for page in pages for item in page.placed]
    assert [id(strip) for strip in placed if not strip.gap] == [
        id(strip) for strip in strips if not strip.gap
    ]
    assert not any(page.placed and page.placed[0].strip.gap for page in pages)


def test_strips_that_hold_go_to_the_next_page_together() -> None:
    strips = [Strip(70.0), Strip(20.0, hold=True), Strip(20.0)]
    first, second = paginate(strips, 100.0)
    assert [item.strip for item in first.placed] == strips[:1]
    assert [item.strip for item in second.placed] == strips[1:]


def test_the_head_of_a_table_is_repeated_where_it_goes_on() -> None:
    head = Strip(10.0, hold=True)
    strips = [head, *(Strip(30.0, head=(head,)) for _ in range(4))]
    pages = paginate(strips, 100.0)
    assert len(pages) == 2
    assert all(page.placed[0].strip is head for page in pages)


def test_the_fonts_travel_with_their_licences() -> None:
    folder = resources_folder() / "fonts"
    for face in style.Face:
        assert (folder / f"{face.value}.ttf").is_file()
    assert "SIL OPEN FONT LICENSE" in (folder / "NotoSans-LICENCE.txt").read_text("utf-8")
    assert "Bitstream Vera" in (folder / "DejaVuSans-LICENCE.txt").read_text("utf-8")


def test_a_frozen_program_finds_its_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys._MEIPASS", "/frozen/program", raising=False)
    assert resources_folder().as_posix() == "/frozen/program/resources"
