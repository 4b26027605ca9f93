"""The API under /api/v1: it parses, asks the lab, and answers with data."""
