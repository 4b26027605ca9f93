"""Which outputs a layer reads, and what it is called, as people say it: layers count from 1, and 0 is the input."""

from collections.abc import Mapping, Sequence

from app.errors import Unfit
from app.layers import Layer
from app.whole_numbers import read_whole


def as_typed(layer: Layer, index: int) -> str:
    """Return which outputs layer `index` reads, as a field shows it."""
    return ", ".join(str(source + 1) for source in layer.reads(index))


def wanted(layers: Sequence[Layer], index: int, fields: Mapping[str, str]) -> list[int]:
    """Return which outputs a form lets layer `index` read; raise Unfit for what is none of the earlier ones.

    `toggle` says one to be read or no longer; where a layer reads but one, it takes its place. Else `value` says all,
    by numbers or names.
    """
    if not fields.get("toggle"):
        return [_source(layers, index, part.strip()) for part in fields.get("value", "").split(",") if part.strip()]
    now, one = list(layers[index].reads(index)), _source(layers, index, fields["toggle"])
    if not layers[index].merges:
        return [one]
    return [source for source in now if source != one] if one in now else [*now, one]


def _source(layers: Sequence[Layer], index: int, text: str) -> int:
    number = read_whole(text, index + 1)
    if number is not None:
        return number - 1
    named = [at for at, layer in enumerate(layers[:index]) if layer.name == text]
    if named:
        return named[-1]
    raise Unfit(
        "Layer {number} reads outputs that come before it: say a number from 0, the input, to {last}, or a name, not "
        "{given}.",
        number=index + 1,
        last=index,
        given=repr(text[:60]),
        pointer=f"/layers/{index}/inputs",
    )
