"""An operation of the API takes the query fields that its description names, and no others."""

from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.convertors import StringConvertor, register_url_convertor

from app.strict import check_fields
from app.web.asgi.answers import Artifact, answered

EVERYWHERE = ("lang",)  # in which language mistakes are told
LASTING = ("v", "theme")  # of what never changes: the engine, and light or dark


class Name(StringConvertor):
    """The name of a thing in a path, `{image:name}`, where the same with a dot and a kind is another address."""

    regex = "[^/.]+"


register_url_convertor("name", Name())

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Operation(APIRoute):
    """A route that refuses query fields that are not known or are given twice; which there are is found once."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, behind a look at the fields."""
        handler, known = super().get_route_handler(), query_fields(self)

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                check_fields([name for name, _ in request.query_params.multi_items()], known)
            return await handler(request)

        return strict


def takes(fields: Collection[str]) -> Callable[[Endpoint], Endpoint]:
    """Let an operation take query fields that its description does not name: those of a link that say nothing to it."""

    def taking(endpoint: Endpoint) -> Endpoint:
        vars(endpoint)["takes"] = fields
        return endpoint

    return taking


def query_fields(route: APIRoute) -> tuple[str, ...]:
    """Return the query fields that a route takes, in the order of its description."""
    said = (route.openapi_extra or {}).get("parameters", ())
    names = list(_asked(route.dependant))
    names += [field["name"] for field in said if field["in"] == "query"]
    names += vars(route.endpoint).get("takes", ())
    if (kind := answered(route.endpoint)) and issubclass(kind, Artifact):
        names += LASTING
    return tuple(dict.fromkeys([*names, *EVERYWHERE]))


def _asked(dependant: Dependant) -> Iterator[str]:
    """Yield the query fields that a handler asks for, itself or by what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _asked(other)
