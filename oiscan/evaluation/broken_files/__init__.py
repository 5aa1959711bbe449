"""Files broken on purpose, and what reading them did."""
