"""Z-scores: LMS curves, the tables they come from, and height."""
