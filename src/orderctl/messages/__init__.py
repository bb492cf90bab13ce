"""Floor 3: what people are told, and how."""
