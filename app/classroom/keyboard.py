"""The keyboard of a lesson, and so of clickers: one table, from which the page listens and the list of keys is made."""

from app.explorer.page.keys import Key
from app.messages import N_

KEYS = (
    Key("PgDn →", ("PageDown", "ArrowRight"), ("on", "on"), N_("on, beat by beat")),
    Key("Space", (" ",), ("on",), N_("on, beat by beat")),
    Key("PgUp ←", ("PageUp", "ArrowLeft"), ("back", "back"), N_("back")),
    Key("O", ("o",), ("overview",), N_("all chapters; a number and Enter go there")),
    Key("B .", ("b", "."), ("blank", "blank"), N_("blank the screen; any key shows it again")),
    Key("F", ("f",), ("full",), N_("full screen")),
    Key("L", ("l",), ("laser",), N_("laser pointer")),
    Key("S", ("s",), ("speaker",), N_("the speaker’s window")),
    Key("?", ("?",), ("help",), N_("this list")),
)
SPEAKER_KEYS = tuple(key for key in KEYS if key.acts[0] in ("on", "back", "blank", "help"))  # in the other window
