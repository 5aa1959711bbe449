"""Comparison of two arms: differences, exact tests, rates, effect sizes, power; whether the tests keep their word."""
