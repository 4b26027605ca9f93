"""Sums as they are printed: they add up to the last digit."""
