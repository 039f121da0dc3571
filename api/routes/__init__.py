"""Routes by subject; each reads one named query and shapes its rows."""
