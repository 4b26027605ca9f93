"""How far each setting of a layer goes, found by asking the rules; and why it ends there, in the rules' own words.

Every value is tried as the form would set it: the layer is read, the whole network planned. Two ends are not the
rules' but sense's, beyond which a network can be but says nothing more; the recipe goes there all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.errors import Mistake, Unfit
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers.layer import MOST_CHANNELS
from app.layers.references import PICTURE
from app.messages import N_
from app.pipeline.plan import Stage
from app.whole_numbers import read_whole

Say = Callable[[str], str]
FARTHEST = 1 << 15  # no setting goes farther
MOST_WALKED = 64  # values tried one by one where only some can be
FARTHER = N_("{field} goes no farther than {value} here.")


LIMIT = "…"  # the rules simply end: no reason to tell
# What a mistake says with these numbers, as one sentence on a range. A mistake of a later layer is told as that.
SHORT: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"groups", "out"}), N_("It divides the {out} filters.")),
    (frozenset({"groups", "channels"}), N_("It divides the {channels} channels.")),
    (frozenset({"mode", "widest"}), N_("The padding mode {mode} adds at most {most} cells.")),
    (frozenset({"larger", "added"}), N_("It is less than the larger of stride and dilation.")),
    (frozenset({"whole", "padding"}), N_("More would take the whole map away.")),
    (frozenset({"size", "padding"}), N_("It is at most half the window.")),
    (frozenset({"least", "given"}), LIMIT),
    (frozenset({"expected", "given"}), LIMIT),
    (frozenset({"gap", "length"}), N_("Beyond, some window would meet nothing but padding.")),
    (frozenset({"stride"}), N_('Padding "same" needs stride 1.')),
)
DEAR = N_("Beyond, it needs over {most} {what}.")
LATER = N_("Otherwise layer {number}, {type}, no longer fits.")
FITS = {
    ("kernel_size", False): N_("The window is no larger than the map."),
    ("kernel_size", True): N_("The window is no larger than the picture."),
}
PADDED = N_("The window is no larger than the padded map, {padded}.")
SENTENCES = {
    "out_channels": N_("{low} to {high} filters, one map each."),
    "out_features": N_("{low} to {high} numbers."),
}


@dataclass(frozen=True)
class Range:
    """The values of one setting that can be."""

    ends: str  # from where to where
    why: str  # it ends there
    less: int  # how far it is to the next value below that can be; 0: there is none
    more: int


@dataclass(frozen=True)
class Setting:
    """One setting of a layer of a state, whose other values are tried."""

    state: State
    run: Run
    lab: Lab
    index: int
    name: str
    say: Say

    @property
    def value(self) -> Any:
        """What it is, left out or not."""
        return self.run.stages[self.index].layer.value_of(self.name)

    @cached_property
    def refusals(self) -> dict[int, str]:
        """What has been tried: for each distance from the value why it cannot be, nothing where it can."""
        return {0: ""}

    def refused(self, by: int) -> str:
        """Return why the setting cannot be `by` more, in few words; nothing where it can."""
        if by not in self.refusals:
            self.refusals[by] = self._try(by)
        return self.refusals[by]

    def _try(self, by: int) -> str:
        try:
            stages = self._planned(self._moved(by))
        except Mistake as mistake:
            return self._short(mistake)
        reason = pointless(stages[self.index], self.name)
        return "" if reason == pointless(self.run.stages[self.index], self.name) else self.say(reason)

    def takes(self, value: Any) -> bool:
        """Tell whether the setting can have a value."""
        return not self.why_not(value)

    def why_not(self, value: Any) -> str:
        """Return why the setting cannot have a value, in one sentence; nothing where it can."""
        try:
            self._planned(value)
        except Mistake as mistake:
            return self._short(mistake)
        return ""

    def _planned(self, value: Any) -> tuple[Stage, ...]:
        after = self.state.setting(self.index, changed(self.state, self.index, self.name, value))
        return self.lab.replan(self.run, after.document)

    def _moved(self, by: int) -> Any:
        return [part + by for part in self.value] if isinstance(self.value, tuple) else self.value + by

    def _short(self, mistake: Mistake) -> str:
        values = {**mistake.values, "what": self.say(str(mistake.values.get("what", "")))}
        if "count" in values and "most" in values:
            return self.say(DEAR).format(**values)
        number = layer_of(mistake)
        if number is not None and number > self.index:
            return self.say(LATER).format(number=number + 1, type=self.state.document.layers[number].type)
        if "reach" in values:
            fits = FITS.get(
                (self.name, self.run.stages[self.index].inputs == (PICTURE,)), N_("Otherwise the window does not fit.")
            )
            return self.say(PADDED if "padded" in values and self.name == "kernel_size" else fits).format(**values)
        known = next((text for keys, text in SHORT if keys <= values.keys()), "")
        return self.say(known).format(**values) if known else mistake.say(self.say)

    def _neighbour(self, sign: int) -> int:
        """Return how far it is to the next value that can be on one side; 0 where there is none."""
        return next((by for by in self._near(sign) if not self.refused(sign * by)), 0)

    def _near(self, sign: int) -> range:
        """Return the distances at which the next value may lie: one, or more where only multiples or divisors can."""
        stage = self.run.stages[self.index]
        if self.name == "groups":
            above = stage.output_shape[0] - self.value  # no more groups than filters
        elif self.name == "out_channels" and getattr(stage.layer, "groups", 1) > 1:
            above = MOST_WALKED
        else:
            return range(1, 2)
        return range(1, min(self.value - 1 if sign < 0 else above, MOST_WALKED) + 1)

    def _end(self, sign: int, step: int) -> int:
        """Return how far the values that can be go on one side, in steps that can be."""
        if not step:
            return 0
        if self.name == "groups":
            return sign * next(by for by in reversed(self._near(sign)) if not self.refused(sign * by))
        if self.name in SENTENCES:  # counts maps: fewer cost less, and where one step can be so can all, bar the cost
            last: int = (MOST_CHANNELS - self.value if sign > 0 else self.value - 1) // step * step
            if not self.refused(sign * last):
                return sign * last
        low, high = step, 2 * step
        while high < FARTHEST and not self.refused(sign * high):
            low, high = high, 2 * high
        while high - low > step:
            middle = (low + high) // 2 // step * step
            low, high = (low, middle) if self.refused(sign * middle) else (middle, high)
        return sign * low

    def range(self) -> Range:
        """Return how far it goes on either side."""
        less, more = self._neighbour(-1), self._neighbour(1)
        low, high = self._end(-1, less), self._end(1, more)
        why = [self.refused(high + (more or 1))]
        if self._above_least(low):
            why.append(self.refused(low - 1))
        sentence = SENTENCES.get(self.name, N_("{low} to {high}.")) if low != high else N_("Only {low}.")
        text = self.say(sentence).format(low=self._written(low), high=self._written(high))
        if self.name == "groups":  # few can be, not all between two ends
            tried = range(1 - self.value, min(high + 3, MOST_WALKED) + 1)
            text = ", ".join(self._written(by) for by in tried if not self.refused(by))
            why = [self.refused(by) for by in tried]
            text += "."
        reasons = [reason for reason in dict.fromkeys(why) if reason not in ("", LIMIT)]
        return Range(text, " ".join(reasons), less, more)

    def reached(self, wanted: Any) -> tuple[Any, str]:
        """Return the last value that holds on the way to one that was stepped to, and a word where it is not that."""
        now, then = (value if isinstance(value, (list, tuple)) else [value] for value in (self.value, wanted))
        if not all(isinstance(part, int) for part in (*now, *then)) or abs(then[0] - now[0]) > MOST_WALKED:
            return wanted, ""
        by, sign = abs(then[0] - now[0]), 1 if then[0] > now[0] else -1
        held = next((step for step in range(by, 0, -1) if not self.refused(sign * step)), 0)
        if held == by:
            return wanted, ""
        why = self.refused(sign * (held + 1))
        word = self.say(FARTHER).format(field=self.name, value=self._written(sign * held))
        return self._moved(sign * held), word if why in ("", LIMIT) else f"{word} {why}"

    def _parts(self, by: int) -> list[int]:
        moved = self._moved(by)
        return moved if isinstance(moved, list) else [moved]

    def _above_least(self, by: int) -> bool:
        """Tell whether there are smaller numbers, which the rules do not take."""
        return min(self._parts(by)) > (0 if self.name == "padding" else 1)

    def _written(self, by: int) -> str:
        parts = self._parts(by)
        between = " × " if len(parts) == 2 else " · "
        return between.join(f"{part:,}" for part in (parts if len(set(parts)) > 1 else parts[:1]))


def layer_of(mistake: Mistake) -> int | None:
    """Return which layer of a document a mistake is about; None where it is about none."""
    place = (mistake.pointer or "").split("/")
    return read_whole(place[2]) if place[1:2] == ["layers"] and place[2:] else None


def changed(state: State, index: int, name: str, value: Any) -> dict[str, Any]:
    """Return what changes with one setting: fixed weights have fixed sizes; new sizes start from random ones."""
    layer = state.document.layers[index]
    fixed = name in layer.fixed_by_weights and getattr(layer, "weights").known_shape()  # noqa: B009
    return {name: value, **({"weights": None} if fixed else {})}


def pointless(stage: Stage, name: str) -> str:
    """Return why a setting says nothing more than a smaller one would (a msgid); nothing where it does."""
    geometry = stage.geometry
    step = geometry.step or (0, 0)
    if name == "stride" and stage.output_shape[1:] == (1, 1) and max(step) > max(1, *geometry.size):
        return N_("Further leaves one place.")
    if name == "dilation" and geometry.size == (1, 1) and geometry.gap != (1, 1):
        return N_("A single cell has no gaps.")
    if stage.layer.pads:
        return ""
    if name in ("padding", "kernel_size", "dilation") and any(axis.blind for axis in geometry.axes):
        return (
            N_("Beyond, it reads only zeros.")
            if getattr(stage.layer, "padding_mode", "zeros") == "zeros"
            else N_("Beyond, it reads only padding.")
        )
    return ""


def refuse_pointless(before: Run, after: Run, fields: dict[str, str]) -> None:
    """Refuse what a form sets past the end that its card tells (Unfit)."""
    index, name = int(fields["layer"]), fields["field"]
    reason = pointless(after.stages[index], name)
    if reason and not pointless(before.stages[index], name):
        raise Unfit(
            "{field} goes no farther here. {reason} The recipe takes it all the same.",
            field=name,
            reason=reason,
            pointer=f"/layers/{index}/{name}",
        )
