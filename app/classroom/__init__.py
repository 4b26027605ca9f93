"""Lessons: addresses of the explorer with words beside them, step by step."""
