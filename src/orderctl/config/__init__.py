"""Floor 2: channels.toml as checked values. Sees core and rules."""
