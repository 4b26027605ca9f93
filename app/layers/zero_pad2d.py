"""Zero padding: rows and columns of zeros around each map, as many on each side as wanted."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from app.errors import Unfit, shown
from app.layers.cells import Place
from app.layers.geometry import Geometry, sliding
from app.layers.layer import LARGEST, Array, Facet, Layer, Shape, Total, Weights
from app.layers.spreading import refuse_large
from app.layers.terms import PadTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.axis import Pair
from app.numerics.padding import zero_pad, zero_pad_gradient
from app.numerics.window import Window
from app.strict import carried

Sides = tuple[int, int, int, int]  # top, bottom, left, right


@carried
def _read(value: object, info: ValidationInfo) -> Sides:
    """Read one number for all sides, two (top and bottom, left and right) or four."""
    parts = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if all(type(part) is int and 0 <= part <= LARGEST for part in parts):
        match parts:
            case (both,):
                return both, both, both, both
            case (rows, columns):
                return rows, rows, columns, columns
            case (top, bottom, left, right):
                return top, bottom, left, right
    raise Unfit(
        "{field} must be a whole number from 0 to {most}, or two (rows, columns), or four (top, bottom, left, right), "
        "not {given}.",
        field=info.field_name,
        most=f"{LARGEST:,}",
        given=shown(value),
        pointer=f"/{info.field_name}",
    )


def _fewest(sides: Sides) -> object:
    """Write as few numbers as say it, the canonical form."""
    top, bottom, left, right = sides
    if (top, left) != (bottom, right):
        return list(sides)
    return top if top == left else [top, left]


_NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST}
_LISTS = [{"type": "array", "items": _NUMBER, "minItems": count, "maxItems": count} for count in (1, 2, 4)]
Padding = Annotated[
    Sides, BeforeValidator(_read), PlainSerializer(_fewest), WithJsonSchema({"anyOf": [_NUMBER, *_LISTS]})
]


class ZeroPad2d(Layer):
    """Adds rows and columns of zeros around each map."""

    positional: ClassVar[tuple[str, ...]] = ("padding",)
    keeps_values: ClassVar[bool] = True
    routes: ClassVar[bool] = True
    pads: ClassVar[bool] = True
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {"padding": (0, 1, 2)}
    starter: ClassVar[Mapping[str, Any]] = {"padding": 1}
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps", "size")

    in_torch: ClassVar[str] = "ZeroPad2d(padding)"
    type: Literal["zero_pad2d"] = "zero_pad2d"
    chapter: ClassVar[str] = "padding"
    padding: Padding
    """Rows added at the top and the bottom, columns at the left and the right; one number for all, or two, or four."""

    @classmethod
    def from_torch(cls, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        match arguments.get("padding"):
            case [left, right, top, bottom]:
                return {"padding": [top, bottom, left, right]}
            case int() as padding:
                return {"padding": padding}
        return None

    @property
    def sides(self) -> tuple[Pair, Pair]:
        """Rows added (above, below) and columns added (left, right)."""
        top, bottom, left, right = self.padding
        return (top, bottom), (left, right)

    def geometry(self, shape: Shape) -> Geometry:
        return sliding(shape, Window(padding=self.sides), shape[0], shape[0])

    def check(self, shape: Shape) -> None:
        refuse_large(self, shape)

    def forward(self, x: Array, weights: Weights) -> Array:
        return zero_pad(x, *self.sides)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(zero_pad(x, *self.sides))

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(zero_pad_gradient(gradient, *self.sides))

    def step(self, x: Array, weights: Weights, place: Place) -> PadTerms:
        cell = self.passes_from(x, weights, place)
        return {"input": None if cell is None else float(x[cell])}

    def total(self, terms: Mapping[str, Any]) -> Total:
        number = terms["input"] or 0.0
        return Total(number, abs(number))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place | None:
        row, column = place.row - self.padding[0], place.column - self.padding[2]
        inside = 0 <= row < x.shape[1] and 0 <= column < x.shape[2]
        return Place(place.channel, row, column) if inside else None

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"
