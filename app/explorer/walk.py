"""What the tape deck walks where it is not the places of the map: other sheets of cells, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from app.explorer.state import State
from app.layers import Place
from app.rendering.arrangement import Arrangement


@dataclass(frozen=True)
class Walk:
    """Cells sheet by sheet in reading order, and the present one."""

    plan: Arrangement
    place: Place
    at: Callable[[Place], State]  # the state that stands at a cell
    field: str  # of the address, that holds the cell …
    prefix: str  # … as this, and the three numbers of the place
    cell: str  # what one is called
    sheet: str
    work: int  # what one takes …
    works: str  # … and what that is called

    @property
    def index(self) -> int:
        """The number of the present cell among all."""
        return self.plan.index(self.place)

    def go(self, by: int) -> str:
        """Return the address of the cell so many further on, at most the last."""
        return self._address(max(0, min(self.plan.sheets * self.plan.count - 1, self.index + by)))

    @property
    def first(self) -> str:
        """The address of the first cell of the sheet."""
        return self._address(self.index - self.index % self.plan.count)

    @property
    def last(self) -> str:
        """The address of the last cell of the sheet."""
        return self._address(self.index - self.index % self.plan.count + self.plan.count - 1)

    def _address(self, number: int) -> str:
        return self.at(self.plan.at(number)).address()
