"""The static files as they are served: scripts and styles under the address that says what they hold, for good.

/static/~<print>/js/main.js    as it travels; what it holds never changes, so it is kept for ever
/static/js/main.js             as it is written; asked for anew
"""

import gzip
import re
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.explorer.templating.assets import KINDS, Assets, current

PRINTED = re.compile(r"~([0-9a-f]+)/(.+)")


class PrintedFiles(StaticFiles):
    """Serves the files under both addresses."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file as it travels where the address holds a print, else as it is written."""
        found = PRINTED.fullmatch(Path(path).as_posix())
        here = current()
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if found is None or (packed := await _packed(here, found[2])) is None:
            answer = await super().get_response(found[2] if found else path, scope)
            answer.headers.setdefault("Cache-Control", "no-cache")
            return answer
        if found[1] == here.print:  # a page older than this server gets what is here now, and does not keep it
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        kind = KINDS[Path(found[2]).suffix]
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
        return Response(gzip.decompress(packed), headers=headers, media_type=kind)


async def _packed(assets: Assets, name: str) -> bytes | None:
    """Return a file compressed; only compressing it takes a thread."""
    return assets.packed(name) if assets.has(name) else await run_in_threadpool(assets.packed, name)
