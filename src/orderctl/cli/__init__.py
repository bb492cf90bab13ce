"""Floor 5: parse, call one step, render, exit."""
