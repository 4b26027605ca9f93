"""The numbers of a tensor in a file: held against what it says of itself before memory goes into them."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray

from app.errors import Unfit
from app.importing.wire import Data

Kind = onnx.TensorProto.DataType
FLOATS: dict[int, str] = {Kind.FLOAT: "<f4", Kind.FLOAT16: "<f2", Kind.DOUBLE: "<f8"}
WHOLE: dict[int, str] = {Kind.INT64: "<i8", Kind.INT32: "<i4", Kind.BOOL: "|b1"}
BFLOAT16 = "bfloat16"  # of which NumPy has none: the upper half of a float32
MOST_AXES = 8
LARGEST = 1 << 40  # of any axis: no product of so few is beyond what can be counted


class Block(NamedTuple):
    """Numbers as they lie in a file."""

    name: str
    shape: tuple[int, ...]
    kind: str  # NumPy's name of it, little-endian, or BFLOAT16
    data: Data | bytes

    def array(self) -> NDArray[Any]:
        """Return the numbers, read-only, in the file's own memory where they are float32 there; raise Unfit."""
        width = 2 if self.kind == BFLOAT16 else np.dtype(self.kind).itemsize
        if len(self.shape) > MOST_AXES or not all(0 <= length <= LARGEST for length in self.shape):
            raise Unfit(
                'The tensor "{name}" says that it has the shape {shape}, which cannot be.',
                name=brief(self.name),
                shape=list(self.shape[:MOST_AXES]),
            )
        count = math.prod(self.shape)
        if count * width != len(self.data):
            raise Unfit(
                'The tensor "{name}" says that it has {count} numbers, and the file has {bytes} bytes for them where '
                "{wanted} are needed; the file is damaged, or was not written by an exporter.",
                name=brief(self.name),
                count=f"{count:,}",
                bytes=f"{len(self.data):,}",
                wanted=f"{count * width:,}",
            )
        if self.kind == BFLOAT16:
            numbers = (np.frombuffer(self.data, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            numbers = np.frombuffer(self.data, self.kind)
        numbers = numbers.reshape(self.shape)
        numbers.flags.writeable = False
        return numbers


class Constant:
    """Numbers that stand in a file, read when somebody asks for them."""

    def __init__(self, proto: onnx.TensorProto, aside: Data | None) -> None:
        self._proto, self._aside = proto, aside

    @cached_property
    def array(self) -> NDArray[Any]:
        """The numbers, as the file has them; raises Unfit where they cannot be."""
        return block_of(self._proto, self._aside).array()


def block_of(proto: onnx.TensorProto, aside: Data | None) -> Block:
    """Return the numbers of an ONNX tensor, of which a long block may have been left aside; raise Unfit."""
    name = text_of(proto.name)
    if proto.external_data or proto.data_location == onnx.TensorProto.EXTERNAL:
        raise Unfit(
            'The numbers of "{name}" lie in another file beside this one; save the network as one file '
            "(onnx.save(model, path), without save_as_external_data).",
            name=brief(name),
        )
    kind = FLOATS.get(proto.data_type) or WHOLE.get(proto.data_type)
    if kind is None and proto.data_type == Kind.BFLOAT16:
        kind = BFLOAT16
    if kind is None:
        raise Unfit(
            'The tensor "{name}" holds numbers of the type {type}; only those with a point can be weights (float, '
            "float16, double). Export the network before it is quantized.",
            name=brief(name),
            type=type_name(proto.data_type),
        )
    shape = tuple(proto.dims)
    if aside is not None:
        return Block(name, shape, kind, aside)
    if proto.raw_data:
        return Block(name, shape, kind, proto.raw_data)
    return Block(name, shape, kind, _listed(proto, kind))


def _listed(proto: onnx.TensorProto, kind: str) -> bytes:
    """Return numbers that are listed one by one as bytes."""
    listed: Sequence[float]
    match proto.data_type:
        case Kind.FLOAT:
            listed = proto.float_data
        case Kind.DOUBLE:
            listed = proto.double_data
        case Kind.INT64:
            listed = proto.int64_data
        case Kind.INT32 | Kind.BOOL:
            listed = proto.int32_data
        case _:  # half precision, as the bits of a whole number
            return np.asarray(proto.int32_data, np.int64).astype("<u2").tobytes()
    return np.array(listed, kind).tobytes()


def type_name(number: int) -> str:
    """Return the name of a type of ONNX."""
    return Kind.Name(number).lower() if number in Kind.values() else str(number)


def text_of(name: str | bytes) -> str:
    """Return a name of the file; the library leaves one that is no UTF-8 as bytes."""
    return name if isinstance(name, str) else name.decode(errors="replace")


def brief(name: str | bytes) -> str:
    """Return a name of the file as a sentence has it."""
    name = text_of(name)
    return name if len(name) <= 60 else f"{name[:59]}…"
