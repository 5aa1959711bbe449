"""Totals of what the scanner printed: which vertebrae count, and how they differ."""
