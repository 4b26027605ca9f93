"""Where the arrays and pictures of a run are: addresses of what never changes as long as the engine is the same."""

from app.pipeline.document import ENGINE

API = "/api/v1"


def layer_address(run_id: str, layer: int | str, name: str, **options: object) -> str:
    """Return the immutable address of an artifact of a layer (or "input")."""
    extra = "".join(f"&{key}={value}" for key, value in options.items() if value is not None)
    return f"{API}/runs/{run_id}/layers/{layer}/{name}?v={ENGINE}{extra}"
