"""Pictures drawn here: a mind map, a scanned record, a photographed wall of notes, receipts, an animation."""

from __future__ import annotations

import io
import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONTS = Path(__file__).resolve().parents[2] / "fonts"
_INK = (34, 44, 60)


def _font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    # Without the shaping library, so that text falls alike wherever Pillow has it and where not.
    return ImageFont.truetype(
        str(_FONTS / f"NotoSans-{weight}.ttf"), size, layout_engine=ImageFont.Layout.BASIC
    )


def mind_map() -> bytes:
    """PNG: the stakeholders of a swimming pool around one word."""
    image = Image.new("RGB", (1500, 1050), (252, 251, 247))
    draw = ImageDraw.Draw(image)
    middle = (750, 525)
    branches = (
        ("Members", (205, 228, 243), ("lanes free", "warm showers", "opening by six")),
        ("Swimming club", (214, 236, 214), ("certain hours", "storage", "history")),
        ("Council", (248, 226, 196), ("attendance", "value", "no headlines")),
        ("Schools", (240, 214, 228), ("safe lessons", "somebody answers", "price known")),
        ("My team", (226, 220, 243), ("fair rota", "training", "being asked")),
        ("Neighbours", (232, 232, 222), ("quiet before 7", "parking")),
    )
    for number, (name, colour, leaves) in enumerate(branches):
        angle = math.tau * number / len(branches) - 0.4
        x, y = middle[0] + 330 * math.cos(angle), middle[1] + 250 * math.sin(angle)
        draw.line([middle, (x, y)], fill=(120, 132, 146), width=6)
        for leaf, words in enumerate(leaves):
            spread = angle + (leaf - (len(leaves) - 1) / 2) * 0.33
            lx, ly = middle[0] + 585 * math.cos(spread), middle[1] + 445 * math.sin(spread)
            draw.line([(x, y), (lx, ly)], fill=(170, 178, 188), width=3)
            _label(draw, (lx, ly), words, _font(24), (255, 255, 255))
        _label(draw, (x, y), name, _font(32, "Bold"), colour)
    _label(draw, middle, "Early mornings\nat the pool", _font(38, "Bold"), (45, 95, 138), (255, 255, 255))
    return _saved(image, "PNG", optimize=True)


def _label(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    font: ImageFont.FreeTypeFont,
    fill: tuple[int, int, int],
    ink: tuple[int, int, int] = _INK,
) -> None:
    left, top, right, foot = draw.multiline_textbbox(at, words, font=font, anchor="mm", align="center")
    box = (left - 18, top - 12, right + 18, foot + 12)
    draw.rounded_rectangle(box, 16, fill=fill, outline=(120, 132, 146), width=2)
    draw.multiline_text(at, words, font=font, fill=ink, anchor="mm", align="center")


def observation_record() -> bytes:
    """JPEG: a scanned form, stored lying on its side with the EXIF flag that turns it upright."""
    paper = Image.new("RGB", (1240, 1754), (249, 247, 240))
    draw = ImageDraw.Draw(paper)
    draw.text((110, 110), "Observation record", font=_font(54, "Bold"), fill=_INK)
    facts = (
        ("Learner", "Priya Oakhurst"),
        ("Unit", "502 Managing stakeholder relationships"),
        ("Observed", "Second meeting of the early-morning group"),
        ("Date and length", "22 October 2025, 55 minutes"),
        ("Observer", "Imogen Sedgeley"),
    )
    for row, (name, value) in enumerate(facts):
        y = 230 + row * 62
        draw.text((110, y), name, font=_font(26, "Bold"), fill=(90, 98, 110))
        draw.text((390, y - 3), value, font=_font(30, "Italic"), fill=(32, 52, 120))
        draw.line([(380, y + 42), (1130, y + 42)], fill=(180, 182, 186), width=2)
    remarks = (
        ("1.2", "Asks what a good morning looks like for the club before showing any figures."),
        ("1.2", "Lets the chair finish. Sums up his interest in her own words; he agrees."),
        ("2.1", "Says plainly who decides, and repeats it when asked."),
        ("2.2", "Writes the agreement on the board and reads it out."),
        ("3.1", "Notes afterwards: figures should have been shown earlier."),
    )
    y = 600
    draw.text((110, y - 60), "Criterion", font=_font(26, "Bold"), fill=(90, 98, 110))
    draw.text((290, y - 60), "What was seen and heard", font=_font(26, "Bold"), fill=(90, 98, 110))
    for criterion, words in remarks:
        draw.rectangle((100, y, 1140, y + 140), outline=(140, 146, 154), width=2)
        draw.line([(270, y), (270, y + 140)], fill=(140, 146, 154), width=2)
        draw.text((150, y + 50), criterion, font=_font(30, "Italic"), fill=(32, 52, 120))
        draw.multiline_text(
            (295, y + 22), _folded(words, 50), font=_font(29, "Italic"), fill=(32, 52, 120), spacing=10
        )
        y += 140
    draw.text((110, y + 70), "Signed", font=_font(26, "Bold"), fill=(90, 98, 110))
    _signature(draw, (330, y + 95))
    draw.line([(290, y + 130), (800, y + 130)], fill=(140, 146, 154), width=2)
    scan = _grained(paper.rotate(-0.7, fillcolor=(226, 224, 218), resample=Image.Resampling.BICUBIC), 7, 5)
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned a quarter to the right.
    exif[0x010F] = "Larch Scanners"
    return _saved(
        scan.transpose(Image.Transpose.ROTATE_90).resize((1240, 877)), "JPEG", quality=72, exif=exif
    )


def wall_of_notes() -> bytes:
    """WebP: a photograph, as it were, of a wall with paper notes from a workshop."""
    chance = random.Random(501)
    wall = Image.new("RGB", (1400, 1000), (214, 208, 196))
    draw = ImageDraw.Draw(wall)
    for y in range(0, 1000, 4):
        shade = 214 - y // 26
        draw.rectangle((0, y, 1400, y + 4), fill=(shade, shade - 6, shade - 18))
    draw.text((80, 40), "What comes back, and why?", font=_font(58, "Bold"), fill=(70, 66, 60))
    notes = (
        "no photo", "wrong part", "nobody in", "cannot read", "job not finished", "two jobs in one", "tap again!",
        "which door?", "key missing", "written twice", "who ordered?", "no signature", "pink slip lost",
        "spelling", "stock was out", "ask the planner",
    )  # fmt: skip
    colours = ((250, 236, 128), (250, 190, 160), (180, 226, 190), (170, 210, 240))
    for number, words in enumerate(notes):
        column, row = number % 4, number // 4
        note = Image.new("RGBA", (250, 170), (*colours[(column + row) % 4], 255))
        pen = ImageDraw.Draw(note)
        pen.text((125, 85), words, font=_font(31, "Italic"), fill=(44, 44, 60), anchor="mm")
        turned = note.rotate(chance.uniform(-6, 6), expand=True, resample=Image.Resampling.BICUBIC)
        x, y = 90 + column * 320 + chance.randint(-14, 14), 150 + row * 205 + chance.randint(-10, 10)
        shadow = Image.new("RGBA", turned.size, (60, 54, 44, 90))
        wall.paste(shadow, (x + 8, y + 10), turned.getchannel("A").point(lambda a: a // 3))
        wall.paste(turned, (x, y), turned)
    soft = wall.filter(ImageFilter.GaussianBlur(0.8))
    return _saved(_grained(soft, 11, 6), "WEBP", quality=68, method=6)


def receipts() -> bytes:
    """TIFF of two pages, black and white as a scanner in an office makes it."""
    pages = []
    shops = (
        (
            "Harrow Lane Cash & Carry",
            (("Rice 25 kg", 3140), ("Sunflower oil 20 l", 4480), ("Red lentils 10 kg", 1875)),
        ),
        (
            "Beckside Refrigeration",
            (("Call-out, weekend", 26000), ("Compressor relay", 31500), ("Labour 1.5 h", 11500)),
        ),
    )
    for shop, items in shops:
        page = Image.new("L", (900, 1200), 250)
        draw = ImageDraw.Draw(page)
        draw.text((450, 130), shop, font=_font(42, "Bold"), fill=20, anchor="mm")
        draw.text((450, 190), "Receipt", font=_font(30), fill=40, anchor="mm")
        y = 300
        for name, pence in items:
            draw.text((150, y), name, font=_font(30), fill=20)
            draw.text((750, y), f"£{pence / 100:.2f}", font=_font(30), fill=20, anchor="ra")
            y += 62
        draw.line([(150, y + 10), (750, y + 10)], fill=30, width=3)
        total = sum(pence for _, pence in items)
        draw.text((150, y + 34), "Total", font=_font(34, "Bold"), fill=10)
        draw.text((750, y + 34), f"£{total / 100:.2f}", font=_font(34, "Bold"), fill=10, anchor="ra")
        draw.text((450, y + 170), "Paid by card. Thank you.", font=_font(26), fill=40, anchor="mm")
        turned = page.rotate(0.9, fillcolor=235, resample=Image.Resampling.BICUBIC)
        pages.append(turned.point(lambda value: 255 if value > 140 else 0).convert("1"))
    return _saved(
        pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(110, 110)
    )


def steps_of_change() -> bytes:
    """GIF: the steps of a change light up one after another."""
    names = ("Urgency", "Group", "Obstacles", "Training", "Start", "Early win", "Anchoring")
    frames = []
    for lit in range(len(names)):
        frame = Image.new("RGB", (840, 260), (250, 250, 248))
        draw = ImageDraw.Draw(frame)
        draw.text((420, 40), "One step at a time", font=_font(28, "Bold"), fill=_INK, anchor="mm")
        for number, name in enumerate(names):
            x = 62 + number * 119
            draw.line([(x - 60, 130), (x + 60, 130)], fill=(190, 198, 206), width=4)
            fill = (45, 95, 138) if number <= lit else (222, 227, 232)
            draw.ellipse((x - 26, 104, x + 26, 156), fill=fill)
            draw.text(
                (x, 130), str(number + 1), font=_font(22, "Bold"), fill=(255, 255, 255) if number <= lit else _INK,
                anchor="mm",
            )  # fmt: skip
            draw.text((x, 190), name, font=_font(17), fill=_INK, anchor="mm")
        frames.append(frame.quantize(32, dither=Image.Dither.NONE))
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=900, loop=0)


def exam_notice() -> bytes:
    """A photo of the notice at the door of an exam room, as a telephone takes it: with the place in its metadata."""
    image = Image.new("RGB", (1200, 900), "#c9b79a")
    draw = ImageDraw.Draw(image)
    draw.rectangle((250, 110, 950, 790), fill="#fbfaf5", outline="#8d8674", width=4)
    draw.ellipse((585, 130, 615, 160), fill="#9c2f2f")
    draw.text((320, 200), "EXAMINATION ROOM", font=_font(52, "Bold"), fill="#1f2a36")
    lines = (
        "Doors open at 8.45. Nobody enters after 9.30.",
        "Telephones and watches stay outside.",
        "Bring the document that shows who you are.",
        "",
        "Invigilator: see the list of the day.",
        "Exams office: room 14, L. Garside",
    )
    for number, line in enumerate(lines):
        draw.text((320, 320 + 66 * number), line, font=_font(27), fill="#1f2a36")
    where = Image.Exif()
    where[0x8825] = {1: "N", 2: (54.0, 10.0, 30.0), 3: "W", 4: (2.0, 40.0, 12.0)}
    return _saved(_grained(image, 5, 10), "JPEG", quality=82, exif=where)


def _signature(draw: ImageDraw.ImageDraw, at: tuple[float, float]) -> None:
    points = [
        (at[0] + 2.6 * t, at[1] + 22 * math.sin(t / 6.0) * math.cos(t / 19.0) - t / 9.0) for t in range(140)
    ]
    draw.line(points, fill=(32, 52, 120), width=4, joint="curve")


def _grained(image: Image.Image, seed: int, strength: int) -> Image.Image:
    """Paper and sensor are never quite even."""
    chance = random.Random(seed)
    width, height = image.width // 2, image.height // 2
    noise = Image.frombytes(
        "L", (width, height), bytes(128 + chance.randint(-strength, strength) for _ in range(width * height))
    )
    grain = noise.resize(image.size).convert("RGB")
    return Image.blend(image, grain, 0.06)


def _folded(words: str, limit: int) -> str:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) >= limit:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
