"""Floor 3: one file per way to reach a location, and the documents they hand over."""
