"""Everything else a centre sends: notes, tables, pages, letters, mail, packed folders, a recording."""

from __future__ import annotations

import csv
import io
import math
import random
import struct
import wave
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime


def meeting_notes() -> str:
    return """EARLY-MORNING GROUP - MY NOTES
Priya Oakhurst, unit 502

Meeting 1 - 8 October
  There: club chair, two members who complained, two who did not, our lifeguard supervisor
  Said at once: the operations manager decides, not this group
  Club: "We have swum at six since 1974."
  Members: paid for lanes, get ropes and whistles
  -> everybody writes down what a good morning looks like. Bring figures next time? Not yet.

Meeting 2 - 22 October (observed by I. Sedgeley)
  Asked the chair first. Two coaches must be at work by eight. THAT is why six.
  Showed the booking data: 6.00-6.30 median 9 swimmers in 6 lanes, 7.00-7.30 median 34 in 4 lanes
  Silence. Then the lifeguard: "So they are in at the wrong end."
  Should have shown this two weeks ago.

Meeting 3 - 29 October
  Proposal of the group: club 6.00-7.00 sharp, gives up 7.00-7.30, gets the whole pool Sunday 18.00-19.30
  To do: schools' lessons move by ten minutes - tell them (by letter. Should have been a call!)
  Ops manager agreed on 30 October. Start 3 November.
"""


def waiting_times() -> bytes:
    """CSV of four weeks of tickets: day, hour, tickets called, median wait, called twice without an answer."""
    chance = random.Random(503)
    base = {"Mon": 4, "Tue": 3, "Wed": 3, "Thu": 5, "Fri": 4, "Sat": 11}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["week", "day", "hour", "tickets", "median_wait_min", "no_answer"])
    for week in (20, 21, 22, 23):
        for day, wait in base.items():
            for hour in range(9, 17 if day == "Sat" else 19):
                busy = 1.5 if hour in (11, 12, 13) else 0.8
                tickets = round(chance.gauss(24 if day == "Sat" else 15, 3) * busy)
                median = max(0.5, round(chance.gauss(wait * busy, 0.8), 1))
                missing = sum(chance.random() < (0.09 if day == "Sat" else 0.04) for _ in range(tickets))
                rows.writerow([week, day, f"{hour:02}:00", tickets, median, missing])
    return out.getvalue().encode("utf-8-sig")


def method_notes() -> str:
    return """# How I counted

Rowan Ashdown, unit 503

## The decision first

How do four people cover fifty-two hours? Everything that does not help with this was left out.

## Types of question

| Type | Example | Not this |
|---|---|---|
| Machine | "It does not take my card" | printing |
| Printing and copies | "How do I print from my telephone?" | computers |
| Finding | "Where are the large-print books?" | family history |
| Family history | parish registers, newspapers | local maps for school work |
| Account | fines, lost cards | |
| Other | parking | |

## Agreement

Two of us counted the same hour: **31 of 38** questions in the same type.

- [x] test the sheet for a day
- [x] throw the first sheet away
- [ ] ask the Saturday team to count again in spring

> "I had put printing under computers and she had put it under copies."
"""


def survey_page() -> str:
    bars = (("Answered at once", 62), ("Had to come back", 21), ("Gave up waiting", 9), ("Other", 8))
    rows = "\n".join(
        f'  <tr><td>{name}</td><td><span class="bar" style="width:{value * 4}px"></span> {value} %</td></tr>'
        for name, value in bars
    )
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>What visitors told us</title>
<style>
  body {{ font-family: Georgia, serif; max-width: 42em; margin: 2em auto; color: #1f2a36; line-height: 1.5; }}
  .bar {{ display: inline-block; height: .8em; background: #2d5f8a; }}
  td {{ padding: .2em 1em .2em 0; }}
</style>
</head>
<body>
<h1>What visitors told us</h1>
<p>Page from our staff site, saved for unit 503 by Rowan Ashdown. We asked 118 visitors at the door in
the last week of the trial.</p>
<table>
{rows}
</table>
<h2>In their words</h2>
<ul>
  <li>“There was somebody at the machine. That is all I wanted.”</li>
  <li>“Thursday evening suits me for the parish registers.”</li>
  <li>“Where does one park?”</li>
</ul>
</body>
</html>
"""


def rtf(title: str, paragraphs: Sequence[str]) -> bytes:
    """A rich-text letter; characters beyond ASCII as RTF writes them."""

    def coded(text: str) -> str:
        plain = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        return "".join(c if c < "\x80" else f"\\u{ord(c)}?" for c in plain)

    body = "\n".join(f"\\pard\\sa180\\sl288\\slmult1 {coded(part)}\\par" for part in paragraphs)
    return (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Calibri;}}\\paperw11906\\paperh16838\\margl1304"
        "\\margr1304\\margt1304\\margb1304\\lang2057\\f0\\fs22\n"
        f"\\pard\\sa240\\b\\fs32 {coded(title)}\\b0\\fs22\\par\n{body}\n}}\n"
    ).encode("ascii")


def mail(
    subject: str,
    sender: str,
    to: str,
    when: datetime,
    body: str,
    attachment: tuple[str, str, str, bytes] | None = None,
) -> bytes:
    """A message as a mail program saves it; ``attachment``: name, main type, sub type, content."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(when.astimezone(UTC))
    message["Message-ID"] = f"<{when:%Y%m%d%H%M}.demo@mail.example.invalid>"
    message.set_content(body)
    if attachment is not None:
        name, main, sub, content = attachment
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        # The library would draw a new boundary each time.
        message.set_boundary("=_demo_part_of_a_message_=")
    return message.as_bytes()


def voice_memo() -> bytes:
    """WAV, four seconds: a quiet hum that rises and falls like a voice behind a door."""
    rate = 11025
    samples = []
    phase = 0.0
    for index in range(rate * 4):
        seconds = index / rate
        phase += math.tau * (150 + 28 * math.sin(seconds * 2.3) + 12 * math.sin(seconds * 7.1)) / rate
        syllable = max(0.0, math.sin(math.tau * 2.6 * seconds)) ** 0.6 * (
            0.55 + 0.45 * math.sin(seconds * 1.3) ** 2
        )
        voice = math.sin(phase) + 0.5 * math.sin(2 * phase) + 0.25 * math.sin(3 * phase + 0.4)
        samples.append(round(3200 * syllable * voice / 1.75))
    out = io.BytesIO()
    with wave.open(out, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        recording.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()
