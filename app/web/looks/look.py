"""A way of looking at one layer: what its address says, what it is called, what its template needs.

Looks that are drawn (`draw`) show one place with its sum below and move by themselves in the browser; the others are
asked for anew at every place.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from app.lab import Lab, Run
from app.pipeline import Stage
from app.rendering.layout import Layout
from app.rendering.scene import Scene
from app.web.state import State
from app.web.view import View

Context = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a look is made from: a number of a layer with all that is known of it, and the state that it is seen in."""

    lab: Lab
    run: Run
    state: State
    seen: View
    recent: tuple[str, ...] = ()  # pictures of the visitor's own


async def nothing(asked: Asked) -> Context:
    """Return an empty context."""
    return {}


def everywhere(stage: Stage) -> bool:
    """Tell that a look says something of every layer."""
    return True


@dataclass(frozen=True)
class Look:
    """One way; its template is templates/looks/<name>.html."""

    name: str  # as the address has it
    title: str  # msgid: what the link to it says
    help: str  # msgid: one sentence
    context: Callable[[Asked], Awaitable[Context]] = nothing
    draw: Callable[[Scene, Layout], Element] | None = None
    applies: Callable[[Stage], bool] = everywhere  # whether it says anything of a layer
    moves: bool = True  # with the place; False where it shows the whole layer
    lasting: bool = True  # the same state looks the same for ever; False where it shows what may expire
