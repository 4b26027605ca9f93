"""How several outputs become one: numbers added as they are printed, or maps counted on from one output to the next.

306.71 + 598.96 = 905.67       past fire3, through fire3
   126 = 64 + 62               the 62nd map of the second is the 126th of all
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from app.explorer.inlets import Inlet, cell_of, inlets_of
from app.explorer.state import State
from app.explorer.view import View
from app.layers.references import PICTURE
from app.messages import Counted
from app.printing.numbers import Sum, adding_up

MOST_ADDED = 6  # numbers that are written one by one
MOST_COUNTED = 2  # outputs before the one at work that are counted one by one


@dataclass(frozen=True)
class MergeSum:
    """What is written of the number of a view, and of the outputs that meet in it."""

    view: View

    @cached_property
    def inlets(self) -> tuple[Inlet, ...]:
        """The outputs that are read, in their order."""
        return inlets_of(self.view)

    @cached_property
    def read(self) -> list[Inlet]:
        """Those of which the number reads one."""
        return [inlet for inlet in self.inlets if inlet.value is not None]

    def href(self, state: State, inlet: Inlet) -> str:
        """Return the address of the number that is read of an output; nothing where that is the picture."""
        place = cell_of(self.view, inlet)
        if inlet.index is None or place is None:
            return ""
        return state.but(layer=inlet.index, place=place, edit="", sheet="", pin="").address()

    # ---- numbers that are added

    @cached_property
    def printed(self) -> Sum:
        """The numbers as printed; with what rounding leaves over they add up to the last digit."""
        values = [inlet.value for inlet in self.read if inlet.value is not None]
        return adding_up(values, self.view.closeup.value, self.view.decimals)

    @property
    def added(self) -> list[tuple[Inlet, Decimal]]:
        """As many of them as a line has room for."""
        most = MOST_ADDED if len(self.read) > MOST_ADDED + 1 else MOST_ADDED + 1
        return list(zip(self.read[:most], self.printed.terms, strict=False))

    @property
    def others(self) -> tuple[int, Decimal]:
        """How many others there are, and what they add."""
        rest = self.printed.terms[len(self.added) :]
        return len(rest), sum(rest, Decimal(0))

    @cached_property
    def shortcut(self) -> str:
        """What one way leads through and the other past, where two meet so; else nothing."""
        if len(self.read) != 2:
            return ""
        short, long = sorted(PICTURE if inlet.index is None else inlet.index for inlet in self.read)
        stages = self.view.run.stages
        wanted, found = {long}, set[int]()
        for index in range(long, short, -1):
            if index in wanted:
                found.add(index)
                wanted.update(stages[index].inputs)
        if short == long or short not in wanted:
            return ""
        block = (stages[long].layer.name or "").rpartition("/")[0]
        before = "" if short == PICTURE else (stages[short].layer.name or "").rpartition("/")[0]
        if block and block != before:
            return block
        if len(found) == 1:
            return stages[long].layer.type
        return self.view.say(Counted("{count} layer", "{count} layers", len(found))).format(count=len(found))

    def way(self, inlet: Inlet) -> str:
        """Return which way a number has come, where one leads past the other; else nothing."""
        if not self.shortcut:
            return ""
        index = PICTURE if inlet.index is None else inlet.index
        short = min(PICTURE if each.index is None else each.index for each in self.read)
        say = self.view.say
        text = say("past {layers}, from {name}") if index == short else say("through {layers}")
        return text.format(layers=self.shortcut, name=inlet.name)

    # ---- maps that are counted on

    @property
    def own(self) -> Inlet:
        """The output whose map the number is on."""
        return self.read[0]

    @property
    def before(self) -> list[tuple[str, int]]:
        """What stands before that, each with how many maps it has; many of them as one, without a name."""
        found = [(inlet.name, inlet.shape[0]) for inlet in self.inlets if inlet.first < self.own.first]
        return found if len(found) <= MOST_COUNTED else [("", self.own.first)]
