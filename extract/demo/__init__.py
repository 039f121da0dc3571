"""Synthetic model runs and the demonstration."""
