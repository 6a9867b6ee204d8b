"""Tests mirror the floors; they run on real databases only."""
