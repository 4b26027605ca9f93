"""Small pictures that pages ask for: thumbnails, scales and their colours, the icon."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from app.paths import folder
from app.pictures.picture import Picture, png, prepare
from app.rendering.palette import Theme, palettes, scale_png
from app.rendering.scales import read_colours
from app.web.asgi.answers import PNG
from app.web.asgi.artifacts import immutable
from app.web.asgi.dependencies import InLab
from app.web.pages.explorer import page_theme

pictures = APIRouter(include_in_schema=False)


@pictures.get("/thumb/{image}.png")
async def thumb(image: str, request: Request, lab: InLab) -> Response:
    """A gallery picture or an upload at 96×96."""
    picture = await lab.album.picture(image)

    def small() -> bytes:
        pixels, _ = prepare(picture, 96, 96, "cover", "RGB")
        return png(Picture(pixels.transpose(1, 2, 0).copy()))

    return await immutable(request, f"thumb-{image}", PNG, lambda: lab.queue.light(small))


@pictures.get("/scale.png")
async def scale(request: Request) -> Response:
    theme: Theme = "dark" if request.query_params.get("theme") == "dark" else "light"
    kind = read_colours(request.query_params.get("colours", ""), "").kind
    picture = scale_png(theme, kind, from_zero=request.query_params.get("from") == "zero")
    return Response(picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@pictures.get("/palettes.bin")
async def colour_tables(request: Request) -> Response:
    """The colours of every scale, for pictures that are here already."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(palettes(page_theme(request)), media_type="application/octet-stream", headers=headers)


@pictures.get("/favicon.ico")
async def favicon() -> Response:
    return FileResponse(folder("static") / "icon.svg", media_type="image/svg+xml")
