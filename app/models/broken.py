"""Reading a database file that SQLite will not open any more: page by page, whatever of it is still sound.

A SQLCipher file is a row of pages of 4,096 bytes. Each ends with its own random start value and a seal (HMAC) over
content and page number; so each page can be read, and proved, without any other. The salt of the seals is the file's
first 16 bytes. In the log, pages lie in frames with a chained checksum; the last frame of a transaction says so.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
_RESERVED = 80
_USABLE = PAGE - _RESERVED
_START, _SEAL, _SALT = 16, 64, 16
_LOG_HEADER, _FRAME_HEADER = 32, 24
_BIG_ENDIAN = 0x377F0683
_LEAF = 0x0D
_FIRST_HEADER = 100
_LARGEST = 1 << 30

Value = int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies in a page: which table it belongs to is not written there."""

    rowid: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    commits: bool
    follows: bool
    salts: bytes
    content: bytes


class BrokenFile:
    """What can be read of a database and its log. ``unreadable``: pages that are damaged, or missing at the end."""

    def __init__(self, path: Path, key: str) -> None:
        """``key``: 64 hexadecimal digits. Never raises for what the files hold."""
        content = path.read_bytes() if path.exists() else b""
        frames = _sound_frames(_frames(log_of(path)))
        self._key = bytes.fromhex(key)
        self._pages: dict[int, bytes] = {}
        self._order: dict[int, int] = {}
        self.unreadable = 0
        salt = self._salt(content, frames)
        self.proved = salt is not None
        """Whether the seals could be checked; without the salt a page counts when its rows make sense."""
        seal_key = b"" if salt is None else _seal_key(self._key, salt)
        for number in range(1, len(content) // PAGE + 1):
            self._take(number, content[(number - 1) * PAGE : number * PAGE], seal_key, order=0)
        self.unreadable += bool(len(content) % PAGE)
        for order, frame in enumerate(frames, 1):
            self._take(frame.page, frame.content, seal_key, order)

    def rows(self) -> Iterator[Row]:
        """Every row of every readable page, older versions of a page's rows before newer ones."""
        for number in sorted(self._pages, key=lambda page: (self._order[page], page)):
            yield from self._rows_of(number)

    def _take(self, number: int, page: bytes, seal_key: bytes, order: int) -> None:
        if seal_key and not _sealed(number, page, seal_key):
            self.unreadable += 1
            return
        self._pages[number] = self._opened(number, page)
        self._order[number] = order

    def _salt(self, content: bytes, frames: Iterable[_Frame]) -> bytes | None:
        """The first sixteen bytes of page 1, if with them any page proves sound."""
        pages = [(place // PAGE + 1, content[place : place + PAGE]) for place in range(0, len(content), PAGE)]
        pages += [(frame.page, frame.content) for frame in frames]
        firsts = dict.fromkeys(page[:_SALT] for number, page in pages if number == 1)
        for salt in firsts:
            seal_key = _seal_key(self._key, salt)
            if any(_sealed(number, page, seal_key) for number, page in pages):
                return salt
        return None

    def _opened(self, number: int, page: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        skipped = _SALT if number == 1 else 0
        reader = Cipher(algorithms.AES(self._key), modes.CBC(page[_USABLE : _USABLE + _START])).decryptor()
        return bytes(skipped) + reader.update(page[skipped:_USABLE]) + reader.finalize()

    def _rows_of(self, number: int) -> Iterator[Row]:
        page = self._pages[number]
        start = _FIRST_HEADER if number == 1 else 0
        if page[start] != _LEAF:
            return
        (count,) = struct.unpack_from(">H", page, start + 3)
        for index in range(min(count, _USABLE // 4)):
            (place,) = struct.unpack_from(">H", page, start + 8 + 2 * index)
            try:
                yield self._row(page, place)
            except (ValueError, IndexError, struct.error):
                continue

    def _row(self, page: bytes, place: int) -> Row:
        length, place = _number(page, place)
        rowid, place = _number(page, place)
        if length > _LARGEST:
            raise ValueError("no row is as long as that")
        whole = self._payload(page, place, length)
        header, at = _number(whole, 0)
        types = []
        while at < header:
            kind, at = _number(whole, at)
            types.append(kind)
        values = []
        for kind in types:
            value, at = _value(whole, at, kind)
            values.append(value)
        if at != length:
            raise ValueError("the row does not end where it should")
        return Row(rowid, tuple(values))

    def _payload(self, page: bytes, place: int, length: int) -> bytes:
        """The whole of a row, the rest of a long one fetched from the pages it runs over into."""
        largest = _USABLE - 35
        here = length
        if length > largest:
            smallest = (_USABLE - 12) * 32 // 255 - 23
            here = smallest + (length - smallest) % (_USABLE - 4)
            here = here if here <= largest else smallest
        pieces = [page[place : place + here]]
        missing = length - here
        following = struct.unpack_from(">I", page, place + here)[0] if missing else 0
        while missing > 0:
            more = self._pages.get(following)
            if more is None:
                raise ValueError("a page that the row runs over into cannot be read")
            pieces.append(more[4 : 4 + min(missing, _USABLE - 4)])
            missing -= len(pieces[-1])
            following = struct.unpack_from(">I", more, 0)[0]
        return b"".join(pieces)


def log_of(path: Path) -> bytes:
    """The write-ahead log beside a database; empty when there is none."""
    log = path.with_name(path.name + "-wal")
    return log.read_bytes() if log.exists() else b""


def is_log_broken(path: Path, key: str) -> bool:
    """Whether SQLite would forget finished transactions of the log beside a database, or mix another's into it.

    SQLite takes a damaged frame for the end of the log and says nothing. A transaction begins only when the one
    before it lies safely on the disk, and the log's header before all of them; so a frame that follows a finished
    transaction proves that this was whole, and any frame that the header was. To be asked before SQLite opens the
    file: on closing it carries the log into the file and removes it.
    """
    log = log_of(path)
    frames = _frames(log)
    if not frames:
        return False
    good = next((place for place, frame in enumerate(frames) if not frame.follows), len(frames))
    behind = range(good, len(frames) - 1)
    if not _header_holds(log) or any(frames[n].commits and frames[n + 1].follows for n in behind):
        return True
    with path.open("rb") as file:
        seal_key = _seal_key(bytes.fromhex(key), file.read(_SALT))
    return not all(_sealed(frame.page, frame.content, seal_key) for frame in frames[:good])


def _frames(log: bytes) -> list[_Frame]:
    """Every frame of the log's present round, sound or not."""
    if len(log) < _LOG_HEADER + _FRAME_HEADER + PAGE:
        return []
    order = _byte_order(log)
    # A header that is damaged names no round; then it is the one of the first frame.
    salts = log[16:24] if _header_holds(log) else log[_LOG_HEADER + 8 : _LOG_HEADER + 16]
    before = struct.unpack(">II", log[24:32])
    found = []
    size = _FRAME_HEADER + PAGE
    for place in range(_LOG_HEADER, len(log) - size + 1, size):
        header, content = log[place : place + _FRAME_HEADER], log[place + _FRAME_HEADER : place + size]
        number, commits, _, _, *stored = struct.unpack(">IIIIII", header)
        follows = False
        if header[8:16] == salts:
            follows = _checksum(order, content, _checksum(order, header[:8], before)) == tuple(stored)
        found.append(_Frame(number, bool(commits), follows, header[8:16], content))
        before = (stored[0], stored[1])
    # What an earlier round left behind it stands in the file already.
    while found and found[-1].salts != salts:
        found.pop()
    return found


def _byte_order(log: bytes) -> str:
    return ">" if log[:4] == struct.pack(">I", _BIG_ENDIAN) else "<"


def _header_holds(log: bytes) -> bool:
    return _checksum(_byte_order(log), log[:24], (0, 0)) == struct.unpack(">II", log[24:32])


def _sound_frames(frames: list[_Frame]) -> list[_Frame]:
    """The frames of finished transactions, in order; those behind a damaged one too, if they are proved finished."""
    sound: list[_Frame] = []
    run: list[_Frame] = []
    broken = False
    for place, frame in enumerate(frames):
        if not frame.follows:
            broken = broken or place > 0
            run = [frame]
        else:
            run.append(frame)
        proved = place + 1 < len(frames) and frames[place + 1].follows
        if frame.commits and (not broken or proved):
            sound += run
            run = []
    return sound


def _checksum(order: str, data: bytes, before: tuple[int, int]) -> tuple[int, int]:
    first, second = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for place in range(0, len(words), 2):
        first = (first + words[place] + second) & 0xFFFFFFFF
        second = (second + words[place + 1] + first) & 0xFFFFFFFF
    return first, second


def _seal_key(key: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)


def _sealed(number: int, page: bytes, seal_key: bytes) -> bool:
    if len(page) != PAGE:
        return False
    skipped = _SALT if number == 1 else 0
    seal = hmac.new(seal_key, page[skipped : _USABLE + _START] + struct.pack("<I", number), hashlib.sha512)
    return hmac.compare_digest(seal.digest(), page[_USABLE + _START : _USABLE + _START + _SEAL])


def _number(data: bytes, place: int) -> tuple[int, int]:
    """SQLite's number of one to nine bytes, and the place behind it."""
    value = 0
    for count in range(8):
        byte = data[place + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count + 1
    return value << 8 | data[place + 8], place + 9


_WHOLE: Mapping[int, int] = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _value(data: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, place
    if kind in (8, 9):
        return kind - 8, place
    if kind in _WHOLE:
        end = place + _WHOLE[kind]
        return int.from_bytes(data[place:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack_from(">d", data, place)[0], place + 8
    if kind < 12:
        raise ValueError("no such kind of value")
    end = place + (kind - 12) // 2
    return (data[place:end].decode() if kind % 2 else data[place:end]), end
