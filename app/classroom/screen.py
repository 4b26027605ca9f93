"""A screen of the classroom: for whom it is and on what, and how the explorer stands in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.classroom.book import BOOK
from app.classroom.lesson import Lesson
from app.classroom.way import Stand
from app.explorer.fields import query
from app.explorer.state import State
from app.messages import catalogue
from app.rendering.palette import Theme

Say = Callable[[str], str]
FRAMED = "recipe,share,layers,picture,explain,transport"  # what a step hides of the explorer, unless it says itself


@dataclass(frozen=True)
class Screen:
    """For whom something is shown, and on what."""

    language: str
    theme: Theme
    projector: bool = False
    options: Mapping[str, str] = field(default_factory=dict)  # that are kept from page to page

    @property
    def say(self) -> Say:
        """Says a message in the language of the screen."""
        return catalogue(self.language).gettext

    def told(self, name: str, lesson: Lesson) -> Lesson:
        """Return a lesson as this screen tells it: the book speaks its language, a lesson of one's own its own."""
        return lesson.told(self.say) if name in BOOK else lesson


def address_of(stand: Stand, options: Mapping[str, str], answer: str = "") -> str:
    """Return the address of a spot of a lesson."""
    fields = {"step": stand.spot.text, **({"answer": answer} if answer else {}), **({"end": "1"} if stand.over else {})}
    return f"/lesson/{stand.name}?{query({**fields, **options})}"


def framed(state: State, screen: Screen) -> State:
    """Return a state as the frame of a step shows it."""
    theme = "" if screen.projector else screen.theme
    kept = {"lang": screen.language, "theme": theme, "projector": "1" if screen.projector else ""}
    return replace(state, path="/embed").with_options(**kept, hide=state.option("hide") or FRAMED)
