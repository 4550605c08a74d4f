"""Tests of the room app/vault."""
