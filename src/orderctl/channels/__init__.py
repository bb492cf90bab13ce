"""Floor 3: one file per sales channel. Adapters see core and wire."""
