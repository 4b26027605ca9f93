"""Numbers as people read them: digits, and sums that add up as printed."""
