"""The ways of looking at a layer, found: a file of this folder is a look where it has a LOOK; there is no list."""

from importlib import import_module
from pkgutil import iter_modules

from app.explorer import looks
from app.explorer.looks.look import Look, Picture
from app.lab import Run
from app.paths import folder


def _found() -> dict[str, Look]:
    modules = (import_module(f"{looks.__name__}.{module.name}") for module in iter_modules(looks.__path__))
    found: list[Look] = [module.LOOK for module in modules if hasattr(module, "LOOK")]
    return {look.name: look for look in sorted(found, key=lambda look: look.order)}


def _pictures() -> dict[str, Picture]:
    found: dict[str, Picture] = {}
    for look in LOOKS.values():
        assert not found.keys() & look.pictures.keys(), f"{look.name} gives a name to a picture that another has"
        found |= look.pictures
    return found


def scripts_of(look: Look) -> tuple[str, ...]:
    """Return the static files that a look begins with."""
    own = f"looks/{look.name}.js"
    names = look.scripts or ((own,) if (folder("static") / "js" / own).is_file() else ())
    return tuple(f"js/{name}" for name in names)


def followed(name: str, run: Run, index: int) -> str:
    """Return the look in which one sees layer `index` of a run, who comes from the look `name`."""
    look = LOOKS[name]
    return next((one.name for one in (look, LOOKS.get(look.beyond)) if one and one.says(run, index)), FIRST)


LOOKS = _found()
PICTURES = _pictures()
FIRST = next(iter(LOOKS))
