"""Worksheets: a view, or a step of a lesson, on paper."""
