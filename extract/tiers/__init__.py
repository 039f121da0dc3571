"""Tier results as the science teams deliver them: described, checked, archived, loaded, and compared again."""
