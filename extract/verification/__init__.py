"""Does every place hold what the place before it held? The checks of a loaded model run, and their results."""
