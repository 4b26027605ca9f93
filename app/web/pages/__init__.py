"""The pages and the parts that are fetched alone: they parse, ask, and render."""
