"""Which kind of file somebody sent, by its first bytes: its name proves nothing, and nothing is unpickled."""

from typing import Literal

from app.errors import UnknownKind
from app.importing.wire import LENGTH, VARINT, Data
from app.messages import N_

Kind = Literal["onnx", "safetensors"]
ONNX_FIRST = {VARINT: {1, 5}, LENGTH: {2, 3, 4, 6, 7, 8, 14, 20, 25}}  # the fields that a model may begin with
PYTORCH = N_(
    "This is a file as PyTorch saves it (.pt, .pth), which can hold a program, and so is not opened. Export the "
    'network: torch.onnx.export(model, example, "network.onnx").'
)
KERAS = N_("This is a Keras file, which is not read here; export the network as ONNX, with tf2onnx or model.export.")
OTHERS = (
    (b"PK\x03\x04", PYTORCH),
    (b"\x80", PYTORCH),
    (b"\x89HDF", KERAS),
)


def kind_of(data: Data) -> Kind:
    """Return the kind of a file; raise UnknownKind for any that is not read."""
    head = bytes(data[:16])
    for start, sentence in OTHERS:
        if head.startswith(start):
            raise UnknownKind(sentence)
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= len(data):
        return "safetensors"
    if head and head[0] >> 3 in ONNX_FIRST.get(head[0] & 7, ()):
        return "onnx"
    raise UnknownKind(
        "This is neither an ONNX file (.onnx) nor a .safetensors file; export the network as one of them."
    )
