"""Tests of the room app/evidence."""
