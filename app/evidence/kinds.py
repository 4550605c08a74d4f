"""What kind of thing a file is: by its first bytes where these tell, else by the ending of its name."""

from __future__ import annotations

import re
from enum import StrEnum

# Enough for every signature here, and for the first lines of a mail.
HEAD = 4_096


class FileKind(StrEnum):
    """What a person would call the file."""

    PDF = "pdf"
    IMAGE = "image"
    """A picture Touchstone draws itself: PNG, JPEG, GIF, BMP, TIFF, WebP."""
    PICTURE = "picture"
    """A picture only other programs draw: HEIC, AVIF, SVG, camera formats."""
    TEXT = "text"
    WORD = "word"
    SHEET = "sheet"
    SLIDES = "slides"
    OPEN_DOCUMENT = "opendocument"
    RTF = "rtf"
    MAIL = "mail"
    WEB = "web"
    ARCHIVE = "archive"
    AUDIO = "audio"
    VIDEO = "video"
    PROGRAM = "program"
    """Something that runs when it is opened: programs, scripts, shortcuts."""
    OTHER = "other"


SHOWN_INSIDE = frozenset({FileKind.PDF, FileKind.IMAGE, FileKind.TEXT})

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
RAR = (b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00")

_BY_ENDING: dict[str, tuple[FileKind, str]] = {
    "pdf": (FileKind.PDF, "application/pdf"),
    "png": (FileKind.IMAGE, "image/png"),
    "jpg": (FileKind.IMAGE, "image/jpeg"),
    "jpeg": (FileKind.IMAGE, "image/jpeg"),
    "gif": (FileKind.IMAGE, "image/gif"),
    "bmp": (FileKind.IMAGE, "image/bmp"),
    "tif": (FileKind.IMAGE, "image/tiff"),
    "tiff": (FileKind.IMAGE, "image/tiff"),
    "webp": (FileKind.IMAGE, "image/webp"),
    "heic": (FileKind.PICTURE, "image/heic"),
    "heif": (FileKind.PICTURE, "image/heif"),
    "avif": (FileKind.PICTURE, "image/avif"),
    "svg": (FileKind.PICTURE, "image/svg+xml"),
    "psd": (FileKind.PICTURE, "image/vnd.adobe.photoshop"),
    "dng": (FileKind.PICTURE, "image/x-adobe-dng"),
    "cr2": (FileKind.PICTURE, "image/x-canon-cr2"),
    "nef": (FileKind.PICTURE, "image/x-nikon-nef"),
    "txt": (FileKind.TEXT, "text/plain"),
    "text": (FileKind.TEXT, "text/plain"),
    "log": (FileKind.TEXT, "text/plain"),
    "csv": (FileKind.TEXT, "text/csv"),
    "tsv": (FileKind.TEXT, "text/tab-separated-values"),
    "md": (FileKind.TEXT, "text/markdown"),
    "json": (FileKind.TEXT, "application/json"),
    "xml": (FileKind.TEXT, "application/xml"),
    "ini": (FileKind.TEXT, "text/plain"),
    "srt": (FileKind.TEXT, "text/plain"),
    "vtt": (FileKind.TEXT, "text/vtt"),
    "doc": (FileKind.WORD, "application/msword"),
    "dot": (FileKind.WORD, "application/msword"),
    "docx": (FileKind.WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "dotx": (FileKind.WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    "docm": (FileKind.WORD, "application/vnd.ms-word.document.macroenabled.12"),
    "xls": (FileKind.SHEET, "application/vnd.ms-excel"),
    "xlsx": (FileKind.SHEET, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xlsm": (FileKind.SHEET, "application/vnd.ms-excel.sheet.macroenabled.12"),
    "xlsb": (FileKind.SHEET, "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    "ppt": (FileKind.SLIDES, "application/vnd.ms-powerpoint"),
    "pps": (FileKind.SLIDES, "application/vnd.ms-powerpoint"),
    "pptx": (FileKind.SLIDES, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "ppsx": (FileKind.SLIDES, "application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    "pptm": (FileKind.SLIDES, "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    "odt": (FileKind.OPEN_DOCUMENT, "application/vnd.oasis.opendocument.text"),
    "ods": (FileKind.OPEN_DOCUMENT, "application/vnd.oasis.opendocument.spreadsheet"),
    "odp": (FileKind.OPEN_DOCUMENT, "application/vnd.oasis.opendocument.presentation"),
    "odg": (FileKind.OPEN_DOCUMENT, "application/vnd.oasis.opendocument.graphics"),
    "rtf": (FileKind.RTF, "application/rtf"),
    "eml": (FileKind.MAIL, "message/rfc822"),
    "msg": (FileKind.MAIL, "application/vnd.ms-outlook"),
    "mbox": (FileKind.MAIL, "application/mbox"),
    "htm": (FileKind.WEB, "text/html"),
    "html": (FileKind.WEB, "text/html"),
    "mht": (FileKind.WEB, "multipart/related"),
    "mhtml": (FileKind.WEB, "multipart/related"),
    "zip": (FileKind.ARCHIVE, "application/zip"),
    "rar": (FileKind.ARCHIVE, "application/vnd.rar"),
    "7z": (FileKind.ARCHIVE, "application/x-7z-compressed"),
    "gz": (FileKind.ARCHIVE, "application/gzip"),
    "tgz": (FileKind.ARCHIVE, "application/gzip"),
    "bz2": (FileKind.ARCHIVE, "application/x-bzip2"),
    "xz": (FileKind.ARCHIVE, "application/x-xz"),
    "tar": (FileKind.ARCHIVE, "application/x-tar"),
    "mp3": (FileKind.AUDIO, "audio/mpeg"),
    "m4a": (FileKind.AUDIO, "audio/mp4"),
    "aac": (FileKind.AUDIO, "audio/aac"),
    "wav": (FileKind.AUDIO, "audio/wav"),
    "ogg": (FileKind.AUDIO, "audio/ogg"),
    "opus": (FileKind.AUDIO, "audio/ogg"),
    "flac": (FileKind.AUDIO, "audio/flac"),
    "wma": (FileKind.AUDIO, "audio/x-ms-wma"),
    "amr": (FileKind.AUDIO, "audio/amr"),
    "mp4": (FileKind.VIDEO, "video/mp4"),
    "m4v": (FileKind.VIDEO, "video/mp4"),
    "mov": (FileKind.VIDEO, "video/quicktime"),
    "avi": (FileKind.VIDEO, "video/x-msvideo"),
    "mkv": (FileKind.VIDEO, "video/x-matroska"),
    "webm": (FileKind.VIDEO, "video/webm"),
    "wmv": (FileKind.VIDEO, "video/x-ms-wmv"),
    "mpg": (FileKind.VIDEO, "video/mpeg"),
    "mpeg": (FileKind.VIDEO, "video/mpeg"),
    "3gp": (FileKind.VIDEO, "video/3gpp"),
}
_RUNS_WHEN_OPENED = frozenset(
    {"app", "appimage", "application", "bat", "cmd", "com", "command", "cpl", "deb", "desktop", "dll", "dmg", "exe",
     "gadget", "hta", "inf", "jar", "js", "jse", "lnk", "msc", "msi", "msp", "pif", "pkg", "ps1", "psm1", "reg", "rpm",
     "scf", "scr", "sh", "url", "vb", "vbe", "vbs", "ws", "wsc", "wsf", "wsh", "xll"}
)  # fmt: skip

# (offset, signature, ending that says the rest)
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\x00", "tif"),
    (0, b"MM\x00*", "tif"),
    (0, b"8BPS", "psd"),
    (0, b"{\\rtf", "rtf"),
    (0, SEVEN_ZIP, "7z"),
    (0, RAR[0], "rar"),
    (0, RAR[1], "rar"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (257, b"ustar", "tar"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"#!AMR", "amr"),
    (0, b"\x1aE\xdf\xa3", "mkv"),
    (0, b"\x00\x00\x01\xba", "mpg"),
    (0, b"\x00\x00\x01\xb3", "mpg"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "wmv"),
)
_RIFF = {b"WAVE": "wav", b"AVI ": "avi", b"WEBP": "webp"}
_PICTURE_BRANDS = {
    b"heic": "heic", b"heix": "heic", b"hevc": "heic", b"heim": "heic", b"mif1": "heif", b"msf1": "heif",
    b"avif": "avif", b"avis": "avif",
}  # fmt: skip
_BRANDS = {**_PICTURE_BRANDS, b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a", b"M4V ": "m4v"}
_PROGRAM_SIGNATURES = (
    b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_MAIL_START = re.compile(
    rb"(?:From \S+ |(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|Date|From|Subject): ?)",
    re.IGNORECASE,
)
_MAIL_LINE = re.compile(
    rb"^(?:from|to|subject|date|message-id|mime-version|received):", re.IGNORECASE | re.MULTILINE
)
_WEB_START = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_SVG_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg[\s>]", re.I | re.S
)

# Kinds that begin with a sign of their own: a file that only has their ending is not what it says.
_BY_THEIR_SIGN = frozenset(
    {"7z", "avi", "avif", "bmp", "bz2", "doc", "docm", "docx", "dot", "dotx", "flac", "gif", "gz", "heic", "heif",
     "jpeg", "jpg", "mkv", "msg", "odg", "odp", "ods", "odt", "ogg", "opus", "pdf", "png", "pps", "ppsx", "ppt", "pptm",
     "pptx", "psd", "rar", "rtf", "tgz", "tif", "tiff", "wav", "webm", "webp", "xls", "xlsb", "xlsm", "xlsx", "xz",
     "zip"}
)  # fmt: skip
# Plain words that are meant to be read as they are, whatever they happen to begin with.
_PLAIN_WORDS = frozenset({"txt", "text", "md", "csv", "log"})


def ending_of(name: str) -> str:
    """What follows the last dot, in small letters; empty when there is none."""
    _, dot, ending = name.strip().rpartition(".")
    return ending.lower() if dot else ""


def kind_of(head: bytes, name: str) -> FileKind:
    """The kind of a file from its first bytes (``HEAD`` of them are enough) and its name."""
    return kind_and_media_type(head, name)[0]


def kind_and_media_type(head: bytes, name: str) -> tuple[FileKind, str]:
    """The kind and the media type of a file from its first bytes and its name."""
    told = _told_by_signature(head, name)
    if told in _BY_ENDING:
        return _BY_ENDING[told]
    ending = ending_of(name)
    if told == _PROGRAM or (ending in _RUNS_WHEN_OPENED and told != _WORDS):
        return FileKind.PROGRAM, "application/octet-stream"
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    # A script is plain words too: to be read here is the one safe thing that can happen to it.
    if told == _WORDS:
        return FileKind.TEXT, "text/plain"
    return FileKind.OTHER, "application/octet-stream"


def runs_when_opened(head: bytes, name: str) -> bool:
    """True when the system would run the file rather than show it: a program, script, installer or shortcut."""
    return ending_of(name) in _RUNS_WHEN_OPENED or _told_by_signature(head, name) == _PROGRAM


def is_not_what_its_name_says(head: bytes, name: str) -> bool:
    """True when the ending promises a format with a sign of its own and the file begins with no sign at all."""
    return ending_of(name) in _BY_THEIR_SIGN and _told_by_signature(head, name) in ("", _WORDS)


def pretends_to_be_a_document(head: bytes, name: str) -> bool:
    """True for a program that goes by a document's name: ``work.pdf`` that is none, or ``work.pdf.exe``."""
    ending = ending_of(name)
    if ending not in _RUNS_WHEN_OPENED:
        return ending in _BY_ENDING and _told_by_signature(head, name) == _PROGRAM
    before = _BY_ENDING.get(ending_of(name.strip().rpartition(".")[0]), (FileKind.OTHER, ""))[0]
    return before in _DOCUMENTS or _WRITTEN_BACKWARDS in name


def is_tar(head: bytes) -> bool:
    """True for a tar that is not packed."""
    return head[257:262] == b"ustar"


def can_show(kind: FileKind) -> bool:
    """True for what Touchstone shows inside its own window; everything else is handed to another program."""
    return kind in SHOWN_INSIDE


def _told_by_signature(head: bytes, name: str) -> str:
    """An ending that stands for what the first bytes say; or a program, plain words, an unknown OLE, or nothing."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(ZIP):
        return _told_by_zip(head, name)
    if head.startswith(OLE):
        return _told_by_name(name, _IN_OLE) or _OLE
    for offset, signature, ending in _SIGNATURES:
        if head.startswith(signature, offset):
            return _narrowed(ending, name)
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "bmp"
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _told_by_brand(head, name)
    if reads_as_text(head):
        return _told_by_words(head, name)
    if head.startswith(_PROGRAM_SIGNATURES):
        return _PROGRAM
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3"
    # Some makers put a few bytes in front.
    return "pdf" if b"%PDF-" in head[:1024] else ""


def _told_by_name(name: str, among: frozenset[FileKind]) -> str:
    """The name's ending when it is one of these kinds, or when it is a program's; else nothing."""
    ending = ending_of(name)
    if ending in _RUNS_WHEN_OPENED:
        return _PROGRAM
    return ending if _BY_ENDING.get(ending, (FileKind.OTHER, ""))[0] in among else ""


_WORDS, _PROGRAM, _OLE = "(plain words)", "(a program)", "(an unknown OLE)"
_WRITTEN_BACKWARDS = "\u202e"
_IN_OLE = frozenset({FileKind.WORD, FileKind.SHEET, FileKind.SLIDES, FileKind.MAIL})
_IN_ZIP = frozenset({FileKind.WORD, FileKind.SHEET, FileKind.SLIDES, FileKind.OPEN_DOCUMENT})


_DOCUMENTS = _IN_OLE | _IN_ZIP | {FileKind.PDF, FileKind.IMAGE, FileKind.PICTURE, FileKind.RTF}


def _narrowed(ending: str, name: str) -> str:
    """The name's own ending where it is a finer word for the same thing."""
    own = ending_of(name)
    finer = {"tif": {"dng", "cr2", "nef"}, "mkv": {"webm"}, "ogg": {"opus"}, "wmv": {"wma"}, "gz": {"tgz"}}
    return own if own in finer.get(ending, ()) else ending


def _told_by_zip(head: bytes, name: str) -> str:
    if head[30:38] == b"mimetype":
        for own in ("odt", "ods", "odp", "odg"):
            if _BY_ENDING[own][1].encode() in head[38:150]:
                return own
    told = _told_by_name(name, _IN_ZIP)
    if told:
        return told
    for part, own in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
        if b"[Content_Types].xml" in head and part in head:
            return own
    return "zip"


def _told_by_brand(head: bytes, name: str) -> str:
    told = _BRANDS.get(head[8:12])
    if told:
        return told
    # A general brand first and the telling one among the compatible ones.
    for start in range(16, min(int.from_bytes(head[:4], "big"), 128, len(head)), 4):
        if head[start : start + 4] in _PICTURE_BRANDS:
            return _PICTURE_BRANDS[head[start : start + 4]]
    ending = ending_of(name)
    return ending if ending in ("m4a", "m4v", "3gp", "mov") else "mp4"


def _told_by_words(head: bytes, name: str) -> str:
    if ending_of(name) in _PLAIN_WORDS:
        return _WORDS
    if _SVG_START.match(head):
        return "svg"
    if _WEB_START.match(head):
        return "html"
    if _MAIL_START.match(head) and len(_MAIL_LINE.findall(head)) >= 3:
        return "eml"
    return _WORDS


def reads_as_text(head: bytes) -> bool:
    """True when the bytes look like text in some character set: a byte order mark, or hardly any control signs."""
    if not head:
        return False
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(1 for byte in head if byte < 9 or (13 < byte < 32 and byte != 27))
    return b"\0" not in head and controls * 100 <= len(head)
