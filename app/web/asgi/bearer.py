"""The token or key that a request carries in its header `Authorization: Bearer …`."""

from fastapi import Request


def bearer(request: Request) -> list[str]:
    """Return what a request carries; nothing where it carries none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return [token.strip()] if kind.lower() == "bearer" and token.strip() else []
