"""Links where Touchstone's own folders should be: what they point to is nobody's to clear. And copies by their root."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.vault.disk import private_folder
from app.vault.files import FileStore, HandedOver, SealedFile


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of the person's own, elsewhere."""
    folder = tmp_path / "photos"
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask of the account that runs this
    (folder / "holiday.jpg").write_bytes(b"not ours")
    return folder


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[SealedFile]:
    store = FileStore(tmp_path / "files")
    with store.open(*store.add(b"the learner's own work")) as opened:
        yield opened


def test_a_link_in_place_of_the_folder_is_replaced_and_what_it_points_to_stays(
    tmp_path: Path, photos: Path, sealed: SealedFile
) -> None:
    place = tmp_path / "handed-over"
    place.symlink_to(photos, target_is_directory=True)
    handed = HandedOver(place)
    assert not place.is_symlink()
    handed.lend("a.txt", sealed)
    assert handed.purge() == []
    assert [path.name for path in photos.iterdir()] == ["holiday.jpg"]
    assert photos.stat().st_mode & 0o777 == 0o755


def test_a_link_put_there_later_is_not_followed_either(
    tmp_path: Path, photos: Path, sealed: SealedFile
) -> None:
    handed = HandedOver(tmp_path / "handed-over")
    handed.folder.rmdir()
    handed.folder.symlink_to(photos, target_is_directory=True)
    assert handed.paths() == []
    assert handed.purge() == []
    assert [path.name for path in photos.iterdir()] == ["holiday.jpg"]
    handed.folder.rmdir()
    handed.folder.symlink_to(photos, target_is_directory=True)
    path = handed.lend("a.txt", sealed, "request-1")
    assert photos not in path.resolve().parents


def test_a_dangling_link_is_replaced_too(tmp_path: Path) -> None:
    place = tmp_path / "handed-over"
    place.symlink_to(tmp_path / "nowhere")
    assert HandedOver(place).folder.is_dir()
    assert not (tmp_path / "nowhere").exists()


def test_no_folder_of_its_own_is_a_link(tmp_path: Path, photos: Path) -> None:
    place = tmp_path / "files"
    place.symlink_to(photos, target_is_directory=True)
    with pytest.raises(KnownError) as refused:
        private_folder(place)
    assert refused.value.code == "folder_linked"
    assert photos.stat().st_mode & 0o777 == 0o755


def test_the_copies_of_one_root_go_with_what_lies_beside_them_and_the_others_stay(
    tmp_path: Path, sealed: SealedFile
) -> None:
    handed = HandedOver(tmp_path / "handed-over")
    gone = handed.lend("plan.docx", sealed, "request-1")
    stays = handed.lend("plan.docx", sealed, "request-2")
    assert gone.name == stays.name == "plan.docx"
    assert gone.parent.stat().st_mode & 0o777 == 0o700
    (gone.parent / "~plan.tmp").write_text("what the other program kept beside it")
    assert set(handed.roots()) == {"request-1", "request-2"}
    assert handed.purge_root("request-1") == []
    assert handed.paths() == [stays]
    assert handed.roots() == ("request-2",)
    assert handed.purge_root("request-9") == []
    again = handed.lend("plan.docx", sealed, "request-1")
    assert again.is_file()
    assert handed.purge() == []
    assert handed.paths() == []
