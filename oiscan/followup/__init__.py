"""Follow-up: a study's scans and tables to its long table, comparisons, safety values and read-out."""
