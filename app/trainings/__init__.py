"""Trainings that run while people watch: whose they are, which of them run, and what is kept of them."""
