"""Pictures through Pillow: turned as the camera meant them, one frame, never larger than memory allows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from app.evidence.findings import NOTHING_OFF, Finding, damaged, hostile
from app.evidence.sources import ByteSource, as_stream
from app.evidence.viewer import MOST_PIXELS, Box, Drawn, Opened, RefusalError, fitting_scale

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

# A picture's pixel counts as 1/96 of an inch, so that at 96 pixels per inch it is drawn pixel for pixel.
_POINTS_PER_PIXEL = 72 / 96
# JPEG can be decoded at a fraction of its size; everything else must fit into memory whole.
_MOST_PIXELS_WHOLE = 100_000_000
_MOST_PIXELS_JPEG = 400_000_000
_PLUGINS = ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
# A JPEG with several pictures (MPO) is opened as JPEG and then says what it is.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP")


class Picture:
    """An opened picture: one page."""

    def __init__(self, source: ByteSource) -> None:
        """Raises ``RefusalError``: ``evidence_unreadable``, ``evidence_too_large``."""
        picture = _open(source)
        width, height = picture.size
        remarks = [_frames_left_out(picture)]
        try:
            self._pixels = _decode(picture)
        except (OSError, SyntaxError, ValueError):
            # The rest of a picture cut short is better than nothing, as long as it is said.
            self._pixels = _decode(_open(source), cut_short=True)
            remarks.append("This picture is damaged or cut short: what can be read of it is shown.")
        if (self._pixels.width > self._pixels.height) != (width > height):
            width, height = height, width
        size = (width * _POINTS_PER_PIXEL, height * _POINTS_PER_PIXEL)
        self.opened = Opened("image", [size], " ".join(remark for remark in remarks if remark))

    def render(self, page: int, scale: float) -> Drawn:
        """Draws the picture at ``scale`` pixels per point (1/72 inch) on white."""
        from PIL import Image

        if page != 0:
            raise RefusalError("evidence_page_unreadable", f"there is no page {page}")
        points = self.opened.sizes[0]
        used = fitting_scale(*points, scale)
        size = (max(1, round(points[0] * used)), max(1, round(points[1] * used)))
        drawn = self._pixels
        if drawn.size != size:
            drawn = drawn.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        return Drawn(*size, used, drawn.tobytes("raw", "BGRA"))

    def page_text(self, page: int) -> str:
        """A picture has no words."""
        return ""

    def find(self, needle: str) -> list[tuple[int, list[Box]]]:
        """A picture has no words to find."""
        return []

    def text(self) -> str:
        """A picture has no text."""
        return ""


def look_into_picture(source: ByteSource, what: str) -> Finding:
    """Only the picture's description is read: a picture too large to be decoded, or none at all?"""
    try:
        _open(source).close()
    except RefusalError as refusal:
        if refusal.code == "evidence_too_large":
            return hostile(f"{what} is so large that opening it could exhaust the computer's memory.")
        return damaged(what)
    return NOTHING_OFF


def _open(source: ByteSource) -> ImageFile:
    from PIL import Image

    # Loaded one by one, so that Pillow's many other formats, of no use here and only more to attack, stay out.
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}ImagePlugin")
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS_JPEG
    try:
        picture = Image.open(as_stream(source), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusalError("evidence_too_large", str(error)) from error
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        raise RefusalError("evidence_unreadable", repr(error)) from error
    pixels = picture.width * picture.height
    if pixels > (_MOST_PIXELS_JPEG if picture.format in ("JPEG", "MPO") else _MOST_PIXELS_WHOLE):
        picture.close()
        raise RefusalError("evidence_too_large", f"{picture.width} × {picture.height} pixels")
    return picture


def _frames_left_out(picture: ImageFile) -> str:
    try:
        frames = getattr(picture, "n_frames", 1)
    except (OSError, SyntaxError, ValueError):
        return ""
    # Cameras put a small preview beside the photograph and call it a second frame.
    if frames < 2 or picture.format == "MPO":
        return ""
    return f"This picture has {frames} frames or pages; the first is shown."


def _decode(picture: ImageFile, *, cut_short: bool = False) -> Image.Image:
    """The first frame, upright, opaque on white, of at most ``MOST_PIXELS`` pixels."""
    from PIL import ImageFile, ImageOps

    shrink = min(1.0, (MOST_PIXELS / (picture.width * picture.height)) ** 0.5)
    fitting = (max(1, int(picture.width * shrink)), max(1, int(picture.height * shrink)))
    if shrink < 1:
        picture.draft(None, fitting)
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = cut_short
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        if cut_short:
            raise RefusalError("evidence_unreadable", repr(error)) from error
        raise
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    upright: Image.Image = picture
    try:
        upright = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, ZeroDivisionError):
        # Broken camera data costs the turning, not the picture.
        upright = picture
    if shrink < 1:
        upright.thumbnail((max(fitting), max(fitting)))
    return _on_white(upright)


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if picture.mode.startswith("I"):
        # 16 bits a pixel: what is converted as it is would come out all white.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        see_through = picture.convert("RGBA")
        white = Image.new("RGBA", see_through.size, (255, 255, 255, 255))
        white.alpha_composite(see_through)
        return white
    return picture.convert("RGB").convert("RGBA")
