"""A .safetensors file as a network: its tensors belong to the layers of a list, by their names or their numbers.

    8 bytes: how long the header is │ the header: JSON, {name: {dtype, shape, data_offsets}} │ the numbers

https://github.com/huggingface/safetensors#format
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Mistake, Unfit, Unreadable, Word
from app.importing.imported import Imported
from app.importing.network import single
from app.importing.tensors import BFLOAT16, Block, brief
from app.importing.wire import Data
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.reading import read_layer
from app.layers.weights import NORM_STARTS

HEAD = 8  # bytes
MOST_HEADER = 1_000_000  # bytes
KINDS = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "BF16": BFLOAT16}
NOTES = "__metadata__"


def read_safetensors(data: Data, layers: Sequence[Layer], shape: Shape) -> Imported:
    """Return layers with their numbers from a file, on pictures of a shape; raise Unfit or Unreadable."""
    tensors = _tensors(data)
    found = list[Layer]()
    for index, layer in enumerate(layers):
        try:
            found.append(_with_numbers(layer, index, tensors) if layer.learned else layer)
        except Mistake as mistake:
            raise mistake.within(f"/layers/{index}") from None
    return Imported(tuple(found), shape)


def _with_numbers(layer: Layer, index: int, tensors: Mapping[str, Block | str]) -> Layer:
    """Return a layer with the tensors that are called after it, or else after its number."""
    places = [place for place in (layer.name, str(index)) if place]
    for place in places:
        arrays = {name: _array(tensors, f"{place}.{name}") for name in NORM_STARTS if f"{place}.{name}" in tensors}
        if arrays:
            return read_layer({**layer.fields("python"), "weights": {"init": "values", **arrays}})
    raise Unfit(
        "The file has no tensor {wanted}, which layer {number} ({type}) needs; its tensors are: {names}.",
        wanted=" or ".join(f'"{place}.weight"' for place in places),
        number=index,
        type=layer.type,
        names=", ".join(map(brief, list(tensors)[:12])) + (" …" if len(tensors) > 12 else ""),
    )


def _array(tensors: Mapping[str, Block | str], name: str) -> Array:
    tensor = tensors[name]
    if isinstance(tensor, str):
        raise Unfit(
            'The tensor "{name}" holds numbers of the type {type}; weights are of {kinds}.',
            name=brief(name),
            type=tensor[:20],
            kinds=", ".join(KINDS),
        )
    return single(tensor.array())


def _tensors(data: Data) -> dict[str, Block | str]:
    """Return the tensors of a file by their names; of a type that no weights have, the type."""
    header, start = _header(data)
    found: dict[str, Block | str] = {}
    places = []
    for name, entry in header.items():
        if name == NOTES:
            continue
        kind, shape, (first, last) = _entry(name, entry)
        places.append((first, last))
        here = data[start + first : start + last]
        found[name] = Block(name, shape, KINDS[kind], here) if kind in KINDS else kind
    end = 0
    for first, last in sorted(places):
        if first != end or last < first:
            raise _torn(Word("two of its tensors overlap, or something lies between them"))
        end = last
    if start + end != len(data):
        raise _torn(Word("its tensors end at byte {end:,}, and the file at {size:,}", end=start + end, size=len(data)))
    return found


def _header(data: Data) -> tuple[dict[str, Any], int]:
    """Return the header, and where the numbers begin."""
    length = int.from_bytes(data[:HEAD], "little")
    if not 2 <= length <= min(MOST_HEADER, len(data) - HEAD):
        raise _torn(Word("it says that its header has {length:,} bytes", length=length))
    try:
        header = json.loads(bytes(data[HEAD : HEAD + length]), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _torn(Word("its header is not JSON")) from None
    if not isinstance(header, dict):
        raise _torn(Word("its header is no object"))
    return header, HEAD + length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _torn(Word("it names a tensor twice"))
    return found


def _entry(name: str, entry: Any) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Return the type, the shape and the place of a tensor."""
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(first), int(last)]}:
            if first >= 0 and all(type(number) is int for number in (first, last, *shape)):
                return kind, tuple(shape), (first, last)
    raise _torn(Word('its header does not say what "{name}" is', name=brief(name)))


def _torn(reason: Word) -> Unreadable:
    return Unreadable(
        "This .safetensors file cannot be read: {reason}. Save the network again (safetensors.torch.save_file).",
        reason=reason,
    )
