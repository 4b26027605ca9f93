"""The card that edits a layer: its settings and how far they go, its filters and what their numbers say."""
