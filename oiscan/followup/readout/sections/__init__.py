"""The report's sections, in the order they are read."""
