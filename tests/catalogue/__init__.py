"""Tests of app/catalogue."""
