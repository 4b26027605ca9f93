"""Moments as the API writes them."""

from datetime import datetime


def instant(moment: datetime) -> str:
    """Return a moment in UTC, to the second: 2026-08-01T09:30:00Z."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
