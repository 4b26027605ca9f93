"""The figure: light from a window through a filter to one cell; the sum stands below."""

from app.explorer.looks.look import Look
from app.explorer.looks.steps import Step, Steps
from app.explorer.state import State
from app.explorer.sums.board import Board, has_sheets
from app.explorer.view import View
from app.rendering.figure.plates import plate

ITSELF = -1  # before the first sheet nothing speaks but the figure


def sheet_by_sheet(view: View, state: State) -> Steps:
    """Return the figure, then each sheet that a projector tells of its sum, then the sum."""

    def at(sheet: int) -> Step:
        there = state.but(sheet="" if sheet == ITSELF else str(sheet), edit="")
        if sheet == ITSELF:
            return Step(there, view.layer.type)
        return Step(there, view.say("the sum") if sheet == board.count else board.names[sheet][1])

    board = Board(view, state)
    if not has_sheets(view):
        return Steps((ITSELF,), ITSELF, at)
    here = ITSELF if board.speaking is None else board.speaking
    return Steps((ITSELF, *board.telling, board.count), here, at)


LOOK = Look(
    "figure",
    "Figure",
    "Light from a window through a filter to one cell of a map.",
    order=10,
    draw=plate,
    asks=True,
    facet="number",
    words=lambda stage, say: stage.layer.type,
    steps=sheet_by_sheet,
)
