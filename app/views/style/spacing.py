"""The one scale of distances, in device-independent pixels."""

from __future__ import annotations

HAIR = 2
TIGHT = 4
SNUG = 8
BASE = 12
ROOMY = 16
WIDE = 24
VAST = 40

TARGET = 28
"""Least height and width of anything one can press (WCAG 2.2 asks for 24)."""

RADIUS = 6
"""Corner radius of buttons, fields and cards."""

ICON = 18
"""Side of an icon beside text at 100 %."""

READING_WIDTH = 640
"""Widest column for running text, so that lines stay readable."""
