"""Floor 2: shared edges to files and networks. Sees core."""
