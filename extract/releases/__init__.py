"""Frozen copies of a load and their comparison."""
