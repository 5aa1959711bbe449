"""Grades of simulated children beside the truth: drawn, measured, and the doubt of grades fitted on them."""
