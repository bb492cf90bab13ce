"""Floor 0: pure values and decisions. Standard library only; no clock, files, network or SQL."""
