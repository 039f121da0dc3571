"""From a source to the archive: what is there, fetch it, and let in what keeps its contract."""
