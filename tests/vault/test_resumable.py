"""A file that comes in any order and goes on after it was broken off: nothing twice, nothing wrong, nothing readable
too early."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.vault.files import CHUNK, FileStore, Resumable
from tests.vault.children import said_by_a_child

KEY = bytes(range(32))
SIZE = 5 * CHUNK + 4_321
DATA = hashlib.shake_256(b"evidence").digest(SIZE)
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def resume(store: FileStore, key: bytes = KEY) -> Resumable:
    return store.resume(SHA, SIZE, key)


def fill(incoming: Resumable, most: int = SIZE, limit: int = 100) -> list[tuple[int, int]]:
    """Fills so many stretches; where they lay."""
    filled = []
    while len(filled) < limit and (stretch := incoming.claim(most)) is not None:
        with stretch:
            stretch.write(DATA[stretch.start : stretch.end])
        filled.append((stretch.start, stretch.end))
    return filled


def content(store: FileStore, key: bytes = KEY) -> bytes:
    with store.open(SHA, key) as sealed:
        return b"".join(sealed.chunks())


def test_stretches_cover_the_file_once_and_it_is_whole_then(store: FileStore) -> None:
    with resume(store) as incoming:
        assert incoming.here == 0
        filled = fill(incoming, 2 * CHUNK)
        assert filled == [(0, 2 * CHUNK), (2 * CHUNK, 4 * CHUNK), (4 * CHUNK, SIZE)]
        assert incoming.here == SIZE
        assert not store.has(SHA)
        incoming.complete()
    assert content(store) == DATA
    assert [path.suffix for path in store.folder.iterdir()] == [".sealed"]


def test_what_has_arrived_is_not_asked_for_again(store: FileStore) -> None:
    with resume(store) as incoming:
        fill(incoming, CHUNK, limit=2)
        stretch = incoming.claim(2 * CHUNK)
        assert stretch is not None
        with stretch:
            stretch.write(DATA[2 * CHUNK : 3 * CHUNK + 77])
    assert [path.suffix for path in store.folder.iterdir()] == [".part"]
    with resume(store) as incoming:
        # A chunk that came half is the only thing that comes twice.
        assert incoming.here == 3 * CHUNK
        assert fill(incoming) == [(3 * CHUNK, SIZE)]
        incoming.complete()
    assert content(store) == DATA


def test_gaps_are_found_and_filled(store: FileStore) -> None:
    with resume(store) as incoming:
        stretches = [incoming.claim(CHUNK) for _ in range(6)]
        for number in (1, 4, 5):
            stretch = stretches[number]
            assert stretch is not None
            stretch.write(DATA[stretch.start : stretch.end])
        for stretch in stretches:
            assert stretch is not None
            stretch.close()
    with resume(store) as incoming:
        assert incoming.here == 2 * CHUNK + 4_321
        assert fill(incoming) == [(0, CHUNK), (2 * CHUNK, 4 * CHUNK)]
        incoming.complete()
    assert content(store) == DATA


@pytest.mark.parametrize("seed", range(8))
def test_threads_that_fill_it_side_by_side_make_the_same_file(store: FileStore, seed: int) -> None:
    chance = random.Random(seed)
    with resume(store) as incoming:

        def work(pieces: random.Random) -> None:
            while (stretch := incoming.claim(pieces.choice([1, 2]) * CHUNK)) is not None:
                with stretch:
                    at = stretch.start
                    while at < stretch.end:
                        end = min(stretch.end, at + pieces.randrange(1, 2 * CHUNK))
                        stretch.write(DATA[at:end])
                        at = end

        threads = [threading.Thread(target=work, args=(random.Random(chance.random()),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        incoming.complete()
    assert content(store) == DATA


def test_killed_while_it_comes_nothing_that_came_whole_comes_again(store: FileStore) -> None:
    script = (
        "import hashlib, os, signal, sys\n"
        "from pathlib import Path\n"
        "from app.vault.files import CHUNK, FileStore\n"
        f"data = hashlib.shake_256(b'evidence').digest({SIZE})\n"
        f"incoming = FileStore(Path(sys.argv[1])).resume({SHA!r}, {SIZE}, bytes(range(32)))\n"
        f"stretch = incoming.claim({SIZE})\n"
        "stretch.write(data[: 3 * CHUNK + 500_000])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child = subprocess.run([sys.executable, "-c", script, str(store.folder)], check=False, timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert not store.has(SHA)
    assert store.sweep_parts() == 0
    with resume(store) as incoming:
        assert incoming.here == 3 * CHUNK
        fill(incoming)
        incoming.complete()
    assert content(store) == DATA


@pytest.mark.parametrize("at", [20, 20 + CHUNK + 28 + 5, 20 + 3 * (CHUNK + 28) - 1])
def test_a_chunk_that_the_disk_changed_counts_as_missing(store: FileStore, at: int) -> None:
    with resume(store) as incoming:
        fill(incoming, 3 * CHUNK, limit=1)
    (part,) = store.folder.iterdir()
    bits = bytearray(part.read_bytes())
    bits[at] ^= 1
    part.write_bytes(bits)
    with resume(store) as incoming:
        assert incoming.here == 2 * CHUNK
        fill(incoming)
        incoming.complete()
    assert content(store) == DATA


@pytest.mark.parametrize("left", [0, 7, 20, 21, 20 + CHUNK + 27, 20 + CHUNK + 28 + 11])
def test_a_part_that_a_power_cut_left_shorter_is_gone_on_with(store: FileStore, left: int) -> None:
    with resume(store) as incoming:
        fill(incoming, 2 * CHUNK, limit=1)
    (part,) = store.folder.iterdir()
    part.write_bytes(part.read_bytes()[:left])
    with resume(store) as incoming:
        assert incoming.here == (CHUNK if left > 20 + CHUNK + 27 else 0)
        fill(incoming)
        incoming.complete()
    assert content(store) == DATA


def test_another_key_and_another_size_begin_anew(store: FileStore) -> None:
    with resume(store) as incoming:
        fill(incoming, 2 * CHUNK, limit=1)
    with resume(store, key=bytes(32)) as incoming:
        assert incoming.here == 0
        fill(incoming, CHUNK, limit=1)
    with store.resume(SHA, SIZE + 1, bytes(32)) as incoming:
        assert incoming.here == 0
    with resume(store, key=bytes(32)) as incoming:
        assert incoming.here == 0
        fill(incoming)
        incoming.complete()
    assert content(store, bytes(32)) == DATA


def test_nothing_is_kept_of_what_brought_no_whole_chunk(store: FileStore) -> None:
    with resume(store) as incoming:
        stretch = incoming.claim(SIZE)
        assert stretch is not None
        with stretch:
            stretch.write(DATA[: CHUNK - 1])
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("broken_off", [False, True])
def test_a_wrong_whole_is_thrown_away(store: FileStore, broken_off: bool) -> None:
    wrong = bytearray(DATA)
    wrong[2 * CHUNK] ^= 1
    for start, end in ((0, 3 * CHUNK), (3 * CHUNK, SIZE)) if broken_off else ((0, SIZE),):
        with resume(store) as incoming:
            stretch = incoming.claim(end - start)
            assert stretch is not None
            with stretch:
                stretch.write(wrong[start:end])
            if end == SIZE:
                with pytest.raises(KnownError) as refused:
                    incoming.complete()
                assert refused.value.code == "file_changed_on_the_way"
    assert list(store.folder.iterdir()) == []


def test_a_file_with_a_gap_is_never_completed(store: FileStore) -> None:
    with resume(store) as incoming:
        fill(incoming, CHUNK, limit=5)
        with pytest.raises(KnownError) as refused:
            incoming.complete()
    assert refused.value.code == "file_changed_on_the_way"
    assert not store.has(SHA)


def test_more_than_there_is_room_for_is_refused_for_all(store: FileStore) -> None:
    with resume(store) as incoming:
        first, second = incoming.claim(CHUNK), incoming.claim(CHUNK)
        assert first is not None
        assert second is not None
        with pytest.raises(KnownError) as refused:
            first.write(DATA[: CHUNK + 1])
        assert refused.value.code == "file_changed_on_the_way"
        with pytest.raises(KnownError):
            second.write(DATA[CHUNK : 2 * CHUNK])
    assert list(store.folder.iterdir()) == []


def test_a_file_removed_while_it_comes_does_not_come_back(store: FileStore) -> None:
    with resume(store) as incoming:
        fill(incoming)
        store.remove(SHA)
        with pytest.raises(KnownError) as refused:
            incoming.complete()
    assert refused.value.code == "file_removed"
    assert list(store.folder.iterdir()) == []


def test_an_empty_file_needs_nothing(store: FileStore) -> None:
    sha256 = hashlib.sha256(b"").hexdigest()
    with store.resume(sha256, 0, KEY) as incoming:
        assert incoming.claim(CHUNK) is None
        incoming.complete()
    with store.open(sha256, KEY) as sealed:
        assert list(sealed.chunks()) == [b""]


def test_restarting_forgets_what_came(store: FileStore) -> None:
    with resume(store) as incoming:
        stretch = incoming.claim(2 * CHUNK)
        assert stretch is not None
        with stretch:
            stretch.write(bytes(2 * CHUNK))
        incoming.restart()
        assert incoming.here == 0
        assert fill(incoming) == [(0, SIZE)]
        incoming.complete()
    assert content(store) == DATA


def test_what_one_transfer_gives_up_another_takes(store: FileStore) -> None:
    with resume(store) as incoming:
        first = incoming.claim(3 * CHUNK)
        assert first is not None
        with first:
            first.write(DATA[: CHUNK + 5])
        assert fill(incoming, CHUNK, limit=1) == [(CHUNK, 2 * CHUNK)]
        fill(incoming)
        incoming.complete()
    assert content(store) == DATA


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of a process's files")
def test_a_full_disk_gives_the_room_back_and_is_said_in_words(store: FileStore) -> None:
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from app.domain.errors import KnownError\n"
        "from app.vault.files import FileStore\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))\n"
        "try:\n"
        "    with FileStore(Path(sys.argv[1])).resume('a' * 64, 4 << 20, bytes(32)) as incoming:\n"
        "        incoming.claim(4 << 20).write(bytes(4 << 20))\n"
        "except KnownError as refusal:\n"
        "    print(refusal.code)\n"
    )
    assert said_by_a_child(script, store.folder) == "disk_full\n"
    assert list(store.folder.iterdir()) == []


def test_the_plaintext_is_nowhere_on_the_disk_while_it_comes(store: FileStore) -> None:
    secret = (b"Ines Quillfeather, unit 502. " * 40_000)[:CHUNK]
    with store.resume(hashlib.sha256(secret).hexdigest(), CHUNK, KEY) as incoming:
        stretch = incoming.claim(CHUNK)
        assert stretch is not None
        stretch.write(secret)
        assert secret[:29] not in next(store.folder.iterdir()).read_bytes()
