"""What is told of a room to all who have its code."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from app.described import described

State = Literal["open", "shown", "closed"]
Kind = Literal["choice", "number"]


@described
class Bar(TypedDict):
    """Numbers that stand together."""

    label: str
    """A number, or a range: 0.2 – 0.4, < 0.2, ≥ 0.8."""
    count: int
    right: bool
    """Whether what is right is among them."""


@described
class Poll(TypedDict):
    """A poll, as all may know it."""

    question: str
    kind: Kind
    """Whether one of the choices is the answer, or a number that is typed."""
    choices: list[str]
    """None where a number is asked for."""
    address: str
    """What it is about."""
    state: State
    """Answers are taken while it is open."""
    answered: int
    """How many phones have answered."""
    counts: NotRequired[list[int]]
    """How many chose each, or said a number of each part of `spread`; only once it has been shown."""
    right: NotRequired[str | None]
    """The right choice or number, where there is one; only once it has been shown."""
    spread: NotRequired[list[Bar]]
    """How the numbers are spread; only once it has been shown."""


@described
class Room(TypedDict):
    """A room."""

    code: str
    sequence: int
    """How often its teacher has moved on; nothing else counts."""
    address: str
    """Where it is: a state of the explorer, or a step of a lesson."""
    blank: bool
    """Whether the screen in front is blank."""
    present: int
    """How many phones follow it."""
    poll: Poll | None
    """What is asked; null where nothing has been."""
    expires_at: str | None
    """When it ends if nobody comes and nothing is said; null for one that stays."""
