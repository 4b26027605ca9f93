"""The routes of the app by where their paths begin, so that a request tries only the few that it may mean.

    /                        ─►  pages
    /parts/look/…            ─►  filter_parts, occlusion, parts        in their order
    /api/v1/runs/…/steps/…   ─►  runs, gradients, outputs, …

It stands before the list of all routes, which answers what is not found here: another method, an address that is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Receive, Scope, Send

from app.explorer.addresses import API

FOUND = "convscope.route"  # in the scope of a request


class Directory(BaseRoute):
    """The first of `routes` that a request matches in all, as if they were tried one after the other.

    Included routers are taken apart: FastAPI would try each of their routes twice.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._beginning = defaultdict[str, list[Route | Mount]](list)
        for route in listed(routes):
            if isinstance(route, Route | Mount):
                self._beginning[_beginning(route.path)].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        for route in self._beginning.get(_beginning(scope["path"]), ()):
            match, found = route.matches(scope)
            if match == Match.FULL:
                return match, {**found, FOUND: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[FOUND].handle(scope, receive, send)


def listed(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Yield some routes one after the other, those of included routers too."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from listed(router.routes)


def _beginning(path: str) -> str:
    """Return the first name of a path, of the API's the first behind its version, without what follows a dot in it."""
    names = f"{path}/".split("/", 4)
    return (names[3] if path.startswith(f"{API}/") else names[1]).partition(".")[0]
