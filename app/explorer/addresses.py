"""Addresses of this server: how one that was sent is read; and where the arrays and pictures of a run are, which never
change as long as the engine is the same.
"""

from urllib.parse import SplitResult, urlsplit

from app.errors import Mistake, shown
from app.pipeline.document import ENGINE

API = "/api/v1"


def layer_address(run_id: str, layer: int | str, name: str, **options: object) -> str:
    """Return the immutable address of an artifact of a layer (or "input")."""
    extra = "".join(f"&{key}={value}" for key, value in options.items() if value is not None)
    return f"{API}/runs/{run_id}/layers/{layer}/{name}?v={ENGINE}{extra}"


def parts_of(address: str) -> SplitResult:
    """Return the parts of an address that somebody sent; raise Mistake where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        raise Mistake(
            "{address} is no address of this server; those begin with /, as in /?image=coffee&size=32.",
            address=shown(address[:60]),
            pointer="/address",
        ) from None
