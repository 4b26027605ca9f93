"""AV1, the code inside AVIF: how many pixels a decoder makes of a stream, whatever the file around it says.

A stream is a list of units. A sequence header says how large frames are, and a frame may say that it is larger or
smaller (AV1 Bitstream & Decoding Process Specification, 5.3.2, 5.5 and 5.9.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, FRAME_HEADER, FRAME = 1, 3, 6  # types of units
KEY, SWITCH = 0, 3  # types of frames
PER_FRAME = 2  # what a sequence leaves for each frame to say
MOST_HEADER = 512  # bytes; that of 32 operating points has some 400
Unit = tuple[int, bytes]  # its type, and how its content begins


@dataclass(frozen=True)
class _Sequence:
    """What a sequence header says that frame headers hang on."""

    width: int
    height: int
    largest: int  # pixels that a frame which is not as large as this may have
    still: bool  # each frame is a picture of its own, and says nothing of its size
    time_bits: int  # of the time at which a frame is shown
    id_bits: int
    screen: int  # whether tools for screens are used; PER_FRAME
    whole_steps: int  # whether things move by whole pixels; PER_FRAME


class _Bits:
    """Bits, read from left to right; those beyond the end are an error."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data), 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("a header of AV1 is cut short")
        return self._value >> self._left & ((1 << count) - 1)

    def read_long(self) -> None:
        """Pass over a number of a length that it says itself."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        self.read(zeros if zeros < 32 else 0)


def coded_pixels(stream: bytes | memoryview) -> int:
    """Return the pixels of all frames that are coded in a stream; raise ValueError where it is none."""
    sequence, pixels = None, 0
    for kind, begun in _units(stream):
        if kind == SEQUENCE:
            sequence = _sequence(_Bits(begun))
        elif sequence is None:
            raise ValueError("a stream of AV1 without a sequence header")
        else:
            pixels += _frame_pixels(_Bits(begun), sequence)
    return pixels


def _units(stream: bytes | memoryview) -> Iterator[Unit]:
    """Give the sequence and frame headers of a stream."""
    at = 0
    while at < len(stream):
        header = stream[at]
        at += 2 if header & 4 else 1  # with the number of its layer
        length = len(stream) - at
        if header & 2:
            length, at = _length(stream, at)
        if header >> 3 & 15 in {SEQUENCE, FRAME_HEADER, FRAME}:
            yield header >> 3 & 15, bytes(stream[at : at + min(length, MOST_HEADER)])
        at += length


def _length(stream: bytes | memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for place, byte in enumerate(stream[at : at + 8]):
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number, at + place + 1
    raise ValueError("a unit of AV1 without a length")


def _sequence(bits: _Bits) -> _Sequence:
    bits.read(4)  # profile, still picture
    still, time_bits = bool(bits.read(1)), 0
    if still:
        bits.read(5)
    else:
        time_bits = _read_points(bits)
    across, down = bits.read(4) + 1, bits.read(4) + 1
    width, height = bits.read(across) + 1, bits.read(down) + 1
    id_bits = 0
    if not still and bits.read(1):
        id_bits = bits.read(4) + bits.read(3) + 3
    bits.read(3)
    screen = whole_steps = PER_FRAME
    if not still:
        bits.read(4)
        if bits.read(1):  # frames have an order
            bits.read(2)
        screen = PER_FRAME if bits.read(1) else bits.read(1)
        if screen:
            whole_steps = PER_FRAME if bits.read(1) else bits.read(1)
    return _Sequence(width, height, 1 << across + down, still, time_bits, id_bits, screen, whole_steps)


def _read_points(bits: _Bits) -> int:
    """Pass over what a sequence says of time and of operating points; return the bits of the time of a frame."""
    time_bits = delay_bits = 0
    if bits.read(1):  # timing
        bits.read(64)
        if even := bits.read(1):
            bits.read_long()
        if bits.read(1):  # the decoder's model
            delay_bits = bits.read(5) + 1
            bits.read(37)
            time_bits = (bits.read(5) + 1) * (not even)
    delays = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay_bits and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if delays and bits.read(1):
            bits.read(4)
    return time_bits


def _frame_pixels(bits: _Bits, sequence: _Sequence) -> int:
    """Return the most pixels that a frame has; none where it shows one that is there."""
    whole = sequence.width * sequence.height
    if sequence.still:
        return whole
    if bits.read(1):
        return 0
    kind, shown = bits.read(2), bits.read(1)
    bits.read(sequence.time_bits if shown else 1)
    if kind != SWITCH and not (kind == KEY and shown):
        bits.read(1)  # resilient to errors
    bits.read(1)
    screen = bits.read(1) if sequence.screen == PER_FRAME else sequence.screen
    if screen and sequence.whole_steps == PER_FRAME:
        bits.read(1)
    bits.read(sequence.id_bits)
    return sequence.largest if kind == SWITCH or bits.read(1) else whole
