"""Where the files beside the code lie: next to app/ in a clone, inside it in an installed wheel."""

from pathlib import Path

APP = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `name`, such as "static" or "templates", of the wheel or else of the clone."""
    inside = APP / name
    return inside if inside.is_dir() else APP.parent / name
