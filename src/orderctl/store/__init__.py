"""Floor 2: the only SQL. One module per noun; sees `core` only."""
