"""Query fields that an operation does not have are faults: who mistypes one is told, rather than not heard."""

from difflib import get_close_matches

from fastapi import Request

from app.errors import Mistake, shown

EVERYWHERE = ("lang",)  # in which language mistakes are told


async def refuse_unknown(request: Request) -> None:
    """Raise Mistake where a request has a query field that its operation has not."""
    names = [*(field.alias for field in request.scope["route"].dependant.query_params), *EVERYWHERE]
    for name in request.query_params:
        if name in names:
            continue
        nearest = get_close_matches(name[:60], names, 1, 0.5)
        raise Mistake(
            "The address has no field {name} here; did you mean {nearest}?"
            if nearest
            else "The address has no field {name} here; it has {names}.",
            name=shown(name),
            nearest=nearest[0] if nearest else "",
            names=", ".join(names),
            pointer=f"/{name}"[:60],
        )
