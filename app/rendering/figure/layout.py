"""The widths of screen, and of a projector, for which a drawing is laid out."""

from dataclasses import dataclass

from app.rendering.figure.scene import Scene


@dataclass(frozen=True)
class Layout:
    """Measures of one width of screen, px."""

    name: str
    width: float
    shallow: float  # height above a written-out sum
    deep: float  # height above a single line
    cap: float  # above the sheets, for headings
    bottom: float  # below them, for names and legends
    gap: float  # between sheets of the input, across
    most: float  # px a cell
    lens: float  # height of the filter
    lens_gap: float
    stack_gap: float
    stack_space: float  # from the map at work to the stack
    figures: float  # type size of the numbers in a window
    corner: float  # kept free for the stack and the links at the top right
    heading: float  # least width of the map at work with its heading
    tile: float = 46  # side of a filter in colour, at most
    # on a projector: no stack of maps, fewer words, all in large type
    board: bool = False
    input_share: float = 0.27  # of the width, at most
    map_share: float = 0.115
    wide_map_share: float = 0.15  # without weights
    lens_share: float = 0.14
    lens_cell: float = 94  # px, at most
    least_type: float = 12  # of a number in the window; where it would be smaller it is not written
    above_line: "Layout | None" = None  # the layout above a sum of one line, where it is another

    def fitted(self, scene: Scene) -> "Layout":
        """Return the layout for this scene: on a projector a block of numbers stands beside a filter's drawing."""
        return self.above_line if self.above_line and not scene.blocks else self

    def height(self, scene: Scene) -> float:
        """Return the height of the drawing: a layer without weights leaves it more room."""
        return self.shallow if scene.slices or scene.tall else self.deep

    @property
    def small(self) -> bool:
        return self.gap == 0


def _board(name: str, width: float, height: float, above_line: Layout | None = None, **measures: float) -> Layout:
    """Return the layout for a projector beside a block of numbers or, without `input_share`, above a single line."""
    same = {
        "shallow": height,
        "deep": measures.pop("deep", height),
        "cap": 44,
        "bottom": 56,
        "stack_gap": 0,
        "stack_space": 0,
    }
    rest = {"gap": 28, "most": 7.2, "lens": 115, "lens_gap": 34, "figures": 28, "least_type": 28, **measures}
    return Layout(
        name, width, corner=0 if above_line else 170, heading=0, board=True, above_line=above_line, **same, **rest
    )


_LINE: dict[str, float] = {
    "lens": 170,
    "lens_share": 0.3,
    "lens_cell": 160,
    "input_share": 0.3,
    "map_share": 0.22,
    "wide_map_share": 0.3,
}
_BOARD = _board(
    "board",
    712,
    418,
    input_share=0.4,
    map_share=0.24,
    above_line=_board("board", 1224, 228, None, deep=356, most=10, **_LINE),
)
_SMALL: dict[str, float] = {"figures": 24, "least_type": 24, "gap": 22, "tile": 29}
_SMALL_BOARD = _board(
    "board-medium",
    490,
    468,
    **{**_SMALL, "lens": 90, "lens_gap": 26, "most": 5.2, "input_share": 0.42, "map_share": 0.25},
    above_line=_board("board-medium", 980, 280, None, deep=380, **{**_LINE, **_SMALL, "most": 8}),
)
SCREENS = {
    layout.name: layout
    for layout in (
        Layout("wide", 1224, 262, 384, 36, 24, 42, 6.9, 109, 38, 40, 78, 19, 300, 178),
        Layout("medium", 980, 270, 400, 36, 24, 34, 6.2, 90, 28, 27, 30, 16, 262, 145, 34),
        Layout(
            "narrow",
            358,
            *(150, 158, 30, 4, 0, 4.6, 62, 16, 0, 0, 16, 0, 0),
            map_share=0.18,
            wide_map_share=0.3,
            lens_share=0.22,
            lens_cell=66,
        ),
    )
}
BOARDS = {"board": _BOARD, "board-medium": _SMALL_BOARD, "narrow": SCREENS["narrow"]}
LAYOUTS = {**SCREENS, **BOARDS}
