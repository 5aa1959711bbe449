"""Simulated spine exams with exact truth: training data, tests and sample data come from here."""
