"""Floor 4: pull, collect, route, dispatch, push. Thin: read what is due, decide, apply, call, record."""
