"""Where pages lie in the scroll, what is in sight, and the levels of zoom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.evidence.layout import MARGIN, POINT, STEPS, Fit, lay_out, next_step, turned

A4 = (595.0, 842.0)
WINDOW = (600, 800)

sizes = st.lists(
    st.tuples(st.floats(10, 3000), st.floats(10, 3000)),
    min_size=1,
    max_size=30,
)


def test_100_percent_shows_a_point_as_four_thirds_of_a_pixel() -> None:
    layout = lay_out([A4], window=WINDOW, fit=Fit.FREE, zoom=1.0)
    assert layout.places[0].width == round(595 * POINT)
    assert layout.scale == pytest.approx(96 / 72)


def test_fitting_the_width_leaves_the_margins() -> None:
    layout = lay_out([A4, (400.0, 400.0)], window=WINDOW, fit=Fit.WIDTH, zoom=1.0)
    assert layout.places[0].width == 600 - 2 * MARGIN
    assert layout.places[1].left > layout.places[0].left


def test_fitting_the_page_shows_the_whole_of_it() -> None:
    layout = lay_out([A4], window=(900, 500), fit=Fit.PAGE, zoom=1.0)
    place = layout.places[0]
    assert place.height <= 500 - 2 * MARGIN
    assert place.left > MARGIN


def test_turning_by_a_quarter_swaps_the_sides() -> None:
    assert turned(A4, 1) == (842.0, 595.0)
    assert turned(A4, 2) == A4
    layout = lay_out([A4], window=WINDOW, fit=Fit.FREE, zoom=1.0, quarter_turns=3)
    assert layout.places[0].width > layout.places[0].height


def test_no_pages_lie_nowhere() -> None:
    layout = lay_out([], window=WINDOW, fit=Fit.WIDTH, zoom=1.0)
    assert list(layout.visible(0, 800)) == []


@given(sizes, st.sampled_from(Fit), st.floats(0.5, 4.0), st.integers(0, 3))
def test_pages_never_overlap_and_every_height_belongs_to_one(
    pages: list[tuple[float, float]], fit: Fit, zoom: float, turns: int
) -> None:
    layout = lay_out(pages, window=WINDOW, fit=fit, zoom=zoom, quarter_turns=turns)
    assert len(layout.places) == len(pages)
    for above, below in zip(layout.places, layout.places[1:], strict=False):
        assert below.top == above.bottom + MARGIN
    for number, place in enumerate(layout.places):
        assert layout.page_at(place.top) == number
        assert number in layout.visible(place.top, place.top + 1)
        assert place.left >= 0
        assert place.left + place.width <= max(layout.width, WINDOW[0])
    assert list(layout.visible(0, layout.height)) == list(range(len(pages)))


@given(st.floats(0.1, 6.0))
def test_zoom_steps_move_on_and_stay_within_50_and_400_percent(zoom: float) -> None:
    larger, smaller = next_step(zoom, 1), next_step(zoom, -1)
    assert larger in STEPS
    assert smaller in STEPS
    assert larger > zoom or larger == 4.0
    assert smaller < zoom or smaller == 0.5
