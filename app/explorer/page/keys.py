"""The keyboard: one table, from which the page listens, the list of keys is made, and the tests press."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One line of the list: what stands on the keys, the browser's names of them, and what each of them does."""

    label: str
    keys: tuple[str, ...]  # KeyboardEvent.key; letters in lower case
    acts: tuple[str, ...]  # names of what static/js/explorer/keys.js can do, one a key
    help: str  # msgid
    projector: bool | None = None  # only there, or only elsewhere
    part: str = ""  # of the page, whose key it is: where that is hidden, it does nothing

    @property
    def pairs(self) -> str:
        """Each key with what it does, as the page carries them."""
        return " ".join(
            f"{'Space' if key == ' ' else key}:{act}" for key, act in zip(self.keys, self.acts, strict=True)
        )


ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
KEYS = (
    Key("Space", (" ",), ("play",), "play and pause", part="transport"),
    Key("← → ↑ ↓", ARROWS, ("left", "right", "up", "down"), "move the window"),
    Key("Home End", ("Home", "End"), ("first", "last"), "first and last place of the map", part="transport"),
    Key("[ ]", ("[", "]"), ("filter-before", "filter-after"), "filter before, filter after"),
    Key("{ }", ("{", "}"), ("layer-before", "layer-after"), "layer before, layer after", part="layers"),
    Key("S W", ("s", "w"), ("strongest", "weakest"), "strongest and weakest number of the map", part="transport"),
    Key("R", ("r",), ("rows",), "row by row, or place by place", part="transport"),
    Key("V", ("v",), ("view",), "lay flat, or as a figure", part="explain"),
    Key("N", ("n",), ("network",), "the whole network", part="explain"),
    Key("C", ("c",), ("colours",), "another colour scale"),
    Key("P", ("p",), ("point",), "point with the arrows: at the input, P again at the filter, at the map; Enter holds"),
    Key("T", ("t",), ("trace",), "trace the number home", part="explain"),
    Key("G", ("g",), ("guess",), "guess the number before it is shown", part="explain"),
    Key(
        "PgDn PgUp",
        ("PageDown", "PageUp"),
        ("page-on", "page-back"),
        "on and back, as the words at the bottom say",
        projector=True,
        part="transport",
    ),
    Key("F", ("f",), ("full",), "full screen", projector=True),
    Key("B", ("b",), ("blank",), "blank the screen; any key shows it again", projector=True),
    Key(".", (".",), ("blank",), "blank the screen, as many clickers do", projector=True),
    Key("L", ("l",), ("laser",), "laser pointer", projector=True),
    Key("L", ("l",), ("add",), "add this view to my lesson", projector=False, part="share"),  # who shows adds nothing
    Key("Ctrl Z", ("Ctrl+z",), ("undo",), "undo, as Back does"),
    Key("Ctrl Y", ("Ctrl+y", "Ctrl+Shift+z"), ("redo", "redo"), "do again what was undone"),
    Key("Esc", ("Escape",), ("escape",), "one level back: close, let go"),
    Key("?", ("?",), ("help",), "this list"),
)
# what a network has that is trained; these lines come with its strip. What stands over comma and point differs from
# keyboard to keyboard
EPOCHS = Key(
    ", . Shift .",
    (",", ".", ">", ":"),
    ("epoch-back", "epoch-on", "epoch-play", "epoch-play"),
    "epoch back and on; play the training",
)
EPOCHS_PROJECTED = Key(  # where clickers blank the screen with a point
    "Shift , Shift .",
    ("<", ";", ">", ":"),
    ("epoch-back", "epoch-back", "epoch-on", "epoch-on"),
    "epoch back and on",
)


def keys_of(*, projector: bool, hidden: Collection[str] = ()) -> list[Key]:
    """Return the keys of every page, less those of its parts that are hidden."""
    return [key for key in KEYS if key.projector in (None, projector) and key.part not in hidden]


def epoch_keys(*, projector: bool) -> Key:
    """Return the keys of the page of a trained network."""
    return EPOCHS_PROJECTED if projector else EPOCHS
