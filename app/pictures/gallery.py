"""The pictures that are always there, each with what is said of it: files in static/gallery, and test patterns."""

from dataclasses import dataclass

from typing_extensions import TypedDict

from app.described import described
from app.messages import N_
from app.paths import folder
from app.pictures.intake import decode
from app.pictures.patterns import PATTERNS, SIDE, draw
from app.pictures.picture import Picture, Rectangle


@described
class GalleryImage(TypedDict):
    """A picture that is always there."""

    id: str
    title: str
    width: int
    height: int
    credit: str
    """Who made it."""
    licence: str


@dataclass(frozen=True)
class Entry:
    """What is said of one picture; `title` is a msgid."""

    id: str
    title: str
    width: int
    height: int
    credit: str
    licence: str

    def facts(self) -> "GalleryImage":
        """Return the entry as the API shows it, in English."""
        return {
            "id": self.id,
            "title": self.title,
            "width": self.width,
            "height": self.height,
            "credit": self.credit,
            "licence": self.licence,
        }

    @property
    def drawn(self) -> bool:
        """Tell whether the program makes it, by rule."""
        return self.id in PATTERNS

    @property
    def file(self) -> str:
        """The name of its file in static/gallery."""
        return FILES[self.id]


PUBLIC_DOMAIN = N_("Public domain")
UNRESTRICTED = N_("No known copyright restrictions")

PHOTOGRAPHS: dict[str, Entry] = {
    entry.id: entry
    for entry in (
        Entry("astronaut", N_("Astronaut Eileen Collins"), 512, 512, "NASA", PUBLIC_DOMAIN),
        Entry("brick", N_("Brick wall"), 512, 512, "CC0Textures", "CC0 1.0"),
        Entry("camera", N_("Photographer with a camera"), 512, 512, "Lav Varshney", "CC0 1.0"),
        Entry("chelsea", N_("Chelsea the cat"), 451, 300, "Stefan van der Walt", "CC0 1.0"),
        Entry("coffee", N_("Cup of coffee"), 600, 400, "Rachel Michetti, Pikolo Espresso Bar", "CC0 1.0"),
        Entry("coins", N_("Greek coins from Pompeii"), 384, 303, "Brooklyn Museum Collection", UNRESTRICTED),
        Entry("hubble_deep_field", N_("Hubble eXtreme Deep Field"), 1000, 872, "NASA", PUBLIC_DOMAIN),
        Entry("retina", N_("Human retina"), 1024, 1024, "Mikael Häggström", "CC0 1.0"),
        Entry("rocket", N_("Falcon 9 rocket"), 640, 427, "SpaceX", PUBLIC_DOMAIN),
    )
}

# the part of a picture, (rows, columns), that shows what it is of in few cells
CLOSE: dict[str, Rectangle] = {"chelsea": ((25, 295), (70, 340))}

TITLES = {
    "edge": N_("Edge"),
    "checkerboard": N_("Checkerboard"),
    "gradient": N_("Gradient"),
    "impulse": N_("Impulse: one bright cell"),
    "circles": N_("Circles"),
    "noise": N_("Noise"),
    "text": N_("Text"),
    "landscape": N_("Landscape"),
}
GALLERY: dict[str, Entry] = PHOTOGRAPHS | {
    name: Entry(name, TITLES[name], SIDE, SIDE, "Convscope", "CC0 1.0") for name in PATTERNS
}

# Grey as PNG, since WebP knows no grey; lossless wherever the source was.
FILES = {name: f"{name}.{'png' if name in {'brick', 'camera', 'coins'} else 'webp'}" for name in PHOTOGRAPHS}


def load(name: str) -> Picture:
    """Return the picture `name` of the gallery; the album keeps it."""
    if name in PATTERNS:
        return draw(name)
    entry = GALLERY[name]
    data = (folder("static") / "gallery" / entry.file).read_bytes()
    return decode(data, max_pixels=entry.width * entry.height)
