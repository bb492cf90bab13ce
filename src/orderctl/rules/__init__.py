"""Floor 1: the routing language. Standard library only; no clock, files or network."""
