"""The whole network on one picture: its columns, which maps of each are seen, and what is said of it."""
