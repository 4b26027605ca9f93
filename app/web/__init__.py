"""Two thin faces of the lab: pages for people under /, data for programs under /api/v1."""
