"""Training and export of the networks: the only room that imports torch."""
