"""The stages of a model run, their state and their plan, for one scenario or many."""
