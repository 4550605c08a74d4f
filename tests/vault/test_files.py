"""Files at rest: any place can be read, nothing can be changed unnoticed, nothing half-received can be read."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.vault.files import CHUNK, FileStore
from tests.vault.children import said_by_a_child

HEADER, OVERHEAD = 20, 28
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 12_345]


def plaintext(size: int, seed: int = 0) -> bytes:
    return hashlib.shake_256(f"{size} {seed}".encode()).digest(size)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def only_file(store: FileStore) -> Path:
    (path,) = store.folder.iterdir()
    return path


@pytest.mark.parametrize("size", SIZES)
def test_what_was_kept_is_what_is_read(store: FileStore, size: int) -> None:
    data = plaintext(size)
    sha256, key = store.add(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert len(key) == 32
    assert store.has(sha256)
    with store.open(sha256, key) as sealed:
        assert sealed.size == size
        assert sealed.sha256 == sha256
        assert b"".join(sealed.chunks()) == data
        assert sealed.read_at(0, size + 10) == data
        assert sealed.read_at(size, 1) == b""


@pytest.fixture(scope="module")
def opened() -> Iterator[list[tuple[bytes, Callable[[int, int], bytes]]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))
        files = []
        for size in SIZES:
            data = plaintext(size)
            files.append((data, store.open(*store.add(data))))
        yield [(data, sealed.read_at) for data, sealed in files]
        for _, sealed in files:
            sealed.close()


@settings(deadline=None, max_examples=300)
@given(file=st.integers(0, len(SIZES) - 1), where=st.data())
def test_reading_at_any_place_is_a_slice_of_the_plaintext(
    opened: list[tuple[bytes, Callable[[int, int], bytes]]], file: int, where: st.DataObject
) -> None:
    data, read_at = opened[file]
    edges = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
    offset = where.draw(edges | st.integers(0, len(data) + 10))
    length = where.draw(edges | st.integers(0, len(data) + 10))
    assert read_at(offset, length) == data[offset : offset + length]


@settings(deadline=None, max_examples=30)
@given(size=st.sampled_from(SIZES), pieces=st.lists(st.integers(1, 2 * CHUNK), max_size=8))
def test_a_file_may_arrive_in_any_pieces(size: int, pieces: list[int]) -> None:
    data = plaintext(size, 1)
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))
        sha256 = hashlib.sha256(data).hexdigest()
        with store.receive(sha256, size) as incoming:
            start = 0
            for piece in [*pieces, size]:
                incoming.write(data[start : start + piece])
                start = min(size, start + piece)
                assert incoming.received == start
                assert not store.has(sha256)
            key = incoming.complete()
        with store.open(sha256, key) as sealed:
            assert sealed.read_at(0, size) == data


def test_negative_places_and_bad_names_are_bugs_not_errors_for_people(store: FileStore) -> None:
    sha256, key = store.add(b"abc")
    with store.open(sha256, key) as sealed, pytest.raises(ValueError, match="negative"):
        sealed.read_at(-1, 1)
    for name in ("../../etc/passwd", sha256.upper(), sha256[:-1], sha256 + "\n"):
        with pytest.raises(ValueError, match="SHA-256"):
            store.has(name)


def read_all(store: FileStore, sha256: str, key: bytes) -> bytes:
    with store.open(sha256, key) as sealed:
        return b"".join(sealed.chunks())


def assert_damaged(store: FileStore, sha256: str, key: bytes) -> None:
    with pytest.raises(KnownError) as refusal:
        read_all(store, sha256, key)
    assert refusal.value.code == "file_damaged"


@settings(deadline=None, max_examples=120)
@given(place=st.data(), size=st.sampled_from([0, 5, CHUNK, CHUNK + 7]))
def test_any_flipped_bit_is_noticed(place: st.DataObject, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))
        sha256, key = store.add(plaintext(size))
        path = only_file(store)
        sealed = bytearray(path.read_bytes())
        edges = st.sampled_from([*range(HEADER + 12), len(sealed) - 1, len(sealed) - 16])
        at = place.draw(edges | st.integers(0, len(sealed) - 1))
        sealed[at] ^= 1 << place.draw(st.integers(0, 7))
        path.write_bytes(sealed)
        assert_damaged(store, sha256, key)


@settings(deadline=None, max_examples=60)
@given(cut=st.data())
def test_any_truncation_and_any_added_byte_is_noticed(cut: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))
        sha256, key = store.add(plaintext(2 * CHUNK + 3))
        path = only_file(store)
        whole = path.read_bytes()
        edges = st.sampled_from([0, 1, HEADER, HEADER + CHUNK + OVERHEAD, len(whole) - 31])
        path.write_bytes(whole[: cut.draw(edges | st.integers(0, len(whole) - 1))])
        assert_damaged(store, sha256, key)
        path.write_bytes(whole + b"\0")
        assert_damaged(store, sha256, key)


def chunk_at(index: int) -> slice:
    start = HEADER + index * (CHUNK + OVERHEAD)
    return slice(start, start + CHUNK + OVERHEAD)


def test_chunks_out_of_order_are_noticed(store: FileStore) -> None:
    sha256, key = store.add(plaintext(3 * CHUNK))
    path = only_file(store)
    whole = path.read_bytes()
    swapped = bytearray(whole)
    swapped[chunk_at(0)], swapped[chunk_at(2)] = whole[chunk_at(2)], whole[chunk_at(0)]
    path.write_bytes(swapped)
    assert_damaged(store, sha256, key)
    doubled = bytearray(whole)
    doubled[chunk_at(1)] = whole[chunk_at(0)]
    path.write_bytes(doubled)
    assert_damaged(store, sha256, key)


def test_a_shorter_file_made_of_true_chunks_is_noticed(store: FileStore) -> None:
    sha256, key = store.add(plaintext(3 * CHUNK))
    path = only_file(store)
    whole = path.read_bytes()
    shorter = bytearray(whole[: chunk_at(2).start])
    shorter[8:16] = (2 * CHUNK).to_bytes(8, "big")
    path.write_bytes(shorter)
    assert_damaged(store, sha256, key)


def test_chunks_of_another_file_under_the_same_key_are_noticed(store: FileStore) -> None:
    key = bytes(range(32))
    one, _ = store.add(plaintext(CHUNK, 1), key)
    two, _ = store.add(plaintext(CHUNK, 2), key)
    (store.folder / f"{one}.sealed").write_bytes((store.folder / f"{two}.sealed").read_bytes())
    assert_damaged(store, one, key)
    assert read_all(store, two, key) == plaintext(CHUNK, 2)


@pytest.mark.parametrize("size", [0, 10, CHUNK + 1])
def test_a_wrong_key_opens_nothing(store: FileStore, size: int) -> None:
    sha256, key = store.add(plaintext(size))
    assert_damaged(store, sha256, bytes(32))
    assert read_all(store, sha256, key) == plaintext(size)


def test_the_plaintext_is_nowhere_on_the_disk_and_the_file_is_private(store: FileStore) -> None:
    secret = b"Ines Quillfeather, unit 502. " * 100
    store.add(secret)
    assert secret[:29] not in only_file(store).read_bytes()
    assert stat.S_IMODE(only_file(store).stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_the_same_content_is_sealed_differently_each_time(store: FileStore) -> None:
    _, first_key = store.add(b"same")
    first = only_file(store).read_bytes()
    _, second_key = store.add(b"same")
    assert first_key != second_key
    assert only_file(store).read_bytes() != first


def test_a_file_whose_key_is_known_can_be_received_again_under_it(store: FileStore) -> None:
    sha256, key = store.add(b"evidence that waits to be sent")
    assert store.add(b"evidence that waits to be sent", key) == (sha256, key)
    assert read_all(store, sha256, key) == b"evidence that waits to be sent"


def test_a_missing_file_is_said_in_words(store: FileStore) -> None:
    sha256, key = store.add(b"here")
    store.remove(sha256)
    store.remove(sha256)
    assert not store.has(sha256)
    with pytest.raises(KnownError) as refusal:
        store.open(sha256, key)
    assert refusal.value.code == "file_missing"


def test_a_wrong_hash_leaves_nothing_behind(store: FileStore) -> None:
    data = plaintext(CHUNK + 5)
    announced = hashlib.sha256(b"something else").hexdigest()
    with store.receive(announced, len(data)) as incoming:
        incoming.write(data)
        with pytest.raises(KnownError) as refusal:
            incoming.complete()
    assert refusal.value.code == "file_changed_on_the_way"
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("sent", [0, 9, 11])
def test_a_file_shorter_or_longer_than_announced_leaves_nothing_behind(store: FileStore, sent: int) -> None:
    sha256 = hashlib.sha256(bytes(10)).hexdigest()

    def receive() -> None:
        with store.receive(sha256, 10) as incoming:
            incoming.write(bytes(sent))
            incoming.complete()

    with pytest.raises(KnownError) as refusal:
        receive()
    assert refusal.value.code == "file_changed_on_the_way"
    assert list(store.folder.iterdir()) == []


def test_a_transfer_given_up_leaves_nothing_and_keeps_the_old_file(store: FileStore) -> None:
    data = plaintext(2 * CHUNK)
    sha256, key = store.add(data)
    with store.receive(sha256, len(data)) as incoming:
        incoming.write(data[:CHUNK])
        assert len(list(store.folder.glob("*.part"))) == 1
    with pytest.raises(ValueError, match="no longer"):
        incoming.write(b"more")
    assert [path.suffix for path in store.folder.iterdir()] == [".sealed"]
    assert read_all(store, sha256, key) == data


def test_parts_of_a_killed_process_are_swept_and_never_readable(store: FileStore) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.vault.files import FileStore\n"
        "incoming = FileStore(Path(sys.argv[1])).receive('a' * 64, 3 << 20)\n"
        "incoming.write(bytes(2 << 20)); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(store.folder)], check=False, timeout=60)
    assert [path.suffix for path in store.folder.iterdir()] == [".part"]
    assert not store.has("a" * 64)
    complete, _ = store.add(b"complete")
    assert store.sweep_parts() == 1
    assert [path.name for path in store.folder.iterdir()] == [f"{complete}.sealed"]


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits the size of a process's files")
def test_a_full_disk_is_one_plain_sentence_and_leaves_nothing(store: FileStore) -> None:
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from app.domain.errors import KnownError\n"
        "from app.vault.files import FileStore\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))\n"
        "try:\n"
        "    FileStore(Path(sys.argv[1])).add(bytes(3 << 20))\n"
        "except KnownError as refusal:\n"
        "    print(refusal.code)\n"
    )
    assert said_by_a_child(script, store.folder) == "disk_full\n"
    assert list(store.folder.iterdir()) == []


def test_memory_stays_flat_while_a_large_file_comes_and_goes(store: FileStore) -> None:
    script = (
        "import hashlib, sys, tracemalloc\n"
        "from pathlib import Path\n"
        "from app.vault.files import FileStore\n"
        "import cryptography.hazmat.primitives.ciphers.aead\n"
        "store, piece, count = FileStore(Path(sys.argv[1])), bytes(1 << 16), 1024\n"
        "whole = hashlib.sha256()\n"
        "for _ in range(count): whole.update(piece)\n"
        "tracemalloc.start()\n"
        "with store.receive(whole.hexdigest(), count << 16) as incoming:\n"
        "    for _ in range(count): incoming.write(piece)\n"
        "    key = incoming.complete()\n"
        "with store.open(whole.hexdigest(), key) as sealed:\n"
        "    total = sum(len(chunk) for chunk in sealed.chunks())\n"
        "print(total, tracemalloc.get_traced_memory()[1])\n"
    )
    total, peak = map(int, said_by_a_child(script, store.folder).split())
    assert total == 64 << 20
    assert peak < 6 << 20


def test_many_threads_may_read_one_file(store: FileStore) -> None:
    data = plaintext(4 * CHUNK + 99)
    sha256, key = store.add(data)
    wrong: list[int] = []
    with store.open(sha256, key) as sealed:

        def read(seed: int) -> None:
            for turn in range(40):
                offset = (seed * 7919 + turn * 104_729) % len(data)
                if sealed.read_at(offset, 300_000) != data[offset : offset + 300_000]:
                    wrong.append(offset)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_closed_file_reads_nothing_more(store: FileStore) -> None:
    sealed = store.open(*store.add(plaintext(100)))
    assert sealed.read_at(0, 3) == plaintext(100)[:3]
    sealed.close()
    sealed.close()
    with pytest.raises(ValueError, match="closed"):
        sealed.read_at(0, 3)
