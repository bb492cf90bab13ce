"""orderctl: one pass from every channel's orders to tracking, on one SQLite file."""

__version__ = "0.1.0"
