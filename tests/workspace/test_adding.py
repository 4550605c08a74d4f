"""Taking a file in: told how far it is, refused in time, stopped, and never broken off in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.workspace.adding import Watch
from app.workspace.desk import Desk
from tests.support.desks import open_desk

REQUEST = "request-1"
FIRST = f"{REQUEST}/sample-1"
SIZE = 5 << 20


def nothing_kept(desk: Desk) -> bool:
    return desk._work.uploads.all() == () and not list((desk.profile.folder / "files").iterdir())


def test_M53_how_far_a_file_is_is_told_to_its_end(desk: Desk, tmp_path: Path) -> None:
    film = tmp_path / "film.mov"
    film.write_bytes(bytes(SIZE))
    told: list[tuple[int, int]] = []
    desk.attach(REQUEST, film, (), Watch(lambda done, total: told.append((done, total))))
    assert told == sorted(told)
    assert told[-1] == (SIZE, SIZE)
    assert len({done for done, _ in told}) > 5


def test_a_file_that_does_not_fit_is_refused_by_name_before_it_is_read(desk: Desk, tmp_path: Path) -> None:
    huge = tmp_path / "huge.mov"
    with huge.open("wb") as file:
        file.truncate(12 * 10**12)  # a hole: it takes no room itself
    read: list[int] = []
    with pytest.raises(KnownError) as refused:
        desk.attach(REQUEST, huge, (), Watch(lambda done, _: read.append(done), lambda: len(read) > 2))
    assert refused.value.code == "disk_full"
    assert refused.value.says.startswith("“huge.mov” does not fit: it has 12 TB, and ")
    assert "free on this computer" in refused.value.says
    assert read == []
    assert nothing_kept(desk)


@pytest.mark.parametrize("at", [0, SIZE // 4, SIZE // 2, SIZE - 1])
def test_a_file_that_is_given_up_leaves_nothing(desk: Desk, tmp_path: Path, at: int) -> None:
    film = tmp_path / "film.mov"
    film.write_bytes(bytes(SIZE))
    told = [0]
    watch = Watch(lambda done, _: told.append(done), lambda: told[-1] >= at)
    with pytest.raises(KnownError) as stopped:
        desk.attach(REQUEST, film, (), watch)
    assert stopped.value.code == "adding_stopped"
    assert "“film.mov”" in stopped.value.says
    assert nothing_kept(desk)


def test_what_was_broken_off_is_told_once_at_the_next_start(desk: Desk) -> None:
    desk.adding.end(desk.adding.begin(REQUEST, FIRST, "done.txt"))
    desk.adding.begin(REQUEST, FIRST, "huge.mov")
    desk.adding.begin(REQUEST, "", "plan.pdf")
    folder = desk.profile.folder
    desk.close()
    again = open_desk(folder)
    assert again.adding.broken_off() == (
        "“huge.mov” was not attached to your note (Sample 1 of MR-2041).",
        "“plan.pdf” was not attached to your note (Request MR-2041).",
    )
    assert again.adding.broken_off() == ()
    again.close()
