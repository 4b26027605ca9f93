"""Networks of one's own: a file becomes layers and numbers in a computing thread, within the budget of memory."""

import mmap
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import IO, NamedTuple

from app.allowance import Allowance
from app.budget import Budget
from app.compute import ComputeQueue
from app.errors import Misfit, TooLarge, Unfit, Unreadable
from app.importing.imported import Imported
from app.importing.kinds import kind_of
from app.importing.wire import Data
from app.layers import Layer
from app.layers.models import Model
from app.messages import N_
from app.models.said import LONGEST_TITLE, Said, own_input, shape_read
from app.models.uploads import Uploads
from app.settings import Settings

AN_HOUR = 60  # networks that a client may bring an hour
REFUSAL = N_("You have brought {most} networks within an hour; try again in {wait} seconds.")
TIMES, BESIDE = 3, 50_000_000  # times the bytes of a file, and bytes beside, that reading it takes at most


@dataclass(frozen=True)
class File:
    """A file that somebody sent, and what they said with it."""

    content: IO[bytes]  # on a disk
    size: int  # bytes
    name: str
    said: Said
    layers: Sequence[Layer] | None = None  # to which the tensors of a .safetensors file belong
    client: str = ""  # who sent it


class Added(NamedTuple):
    """A network that has been kept."""

    model: Model
    misfit: Misfit | None  # why it ends where it does, where the file does not


class Networks:
    """Takes the networks of visitors."""

    def __init__(self, settings: Settings, queue: ComputeQueue, budget: Budget, uploads: Uploads) -> None:
        self._settings = settings
        self._queue = queue
        self._budget = budget
        self._allowance, self._lock = Allowance(AN_HOUR, REFUSAL), threading.Lock()
        self.uploads = uploads

    async def add(self, file: File, *, truncate: bool) -> Added:
        """Keep the network in a file; `truncate`: what comes before the first node that does not fit.

        Raises TooLarge, UnknownKind, Unreadable, Unfit; a Misfit where a node does not fit, or nothing comes before it;
        Busy for a client that brings too many.
        """
        most = self._settings.model_max_bytes
        if file.size > most:
            raise TooLarge(
                "The file has {bytes:,} bytes, and at most {most:,} are taken; save the network in half precision, or "
                "choose a smaller one.",
                bytes=file.size,
                most=most,
            )
        share = await self._budget.take(TIMES * file.size + BESIDE)

        def read() -> Added:
            imported = read_network(file)
            if imported.misfit and not (truncate and imported.layers):
                raise imported.misfit
            with self._lock:
                self._allowance.take(file.client)
            return Added(self.uploads.add(imported, file.said), imported.misfit)

        return await self._queue.heavy(read, share)

    async def change(self, name: str, said: Said, tokens: Iterable[str]) -> Model:
        """Say otherwise what was said of a network; raise NotFound, Forbidden, or Unfit where it does not fit."""
        return await self._queue.light(lambda: self.uploads.change(name, said, tokens))

    async def blue_first(self, name: str, tokens: Iterable[str]) -> Model:
        """Put in place of a network the one that reads its colours the other way round, under an id of its own."""
        return await self._queue.heavy(lambda: self.uploads.blue_first(name, tokens))

    async def delete(self, name: str, tokens: Iterable[str]) -> None:
        """Let a network go; raise NotFound or Forbidden."""
        await self._queue.light(lambda: self.uploads.delete(name, tokens))


def read_network(file: File) -> Imported:
    """Return the network in a file; raise UnknownKind, Unreadable or Unfit."""
    if not file.size:
        raise Unreadable("The file is empty; choose another, or export the network again.")
    descriptor = file.content.fileno()  # a file held in memory goes to the disk with this
    file.content.flush()
    data = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    if kind_of(data) == "onnx":
        from app.importing.onnx_file import read_onnx  # with a library that takes a while to load

        if file.layers is not None:
            raise Unfit("An ONNX file has its own layers; leave layers and recipe out.", pointer="/recipe")
        imported = read_onnx(data, file.said.input.get("height"), file.said.input.get("width"))
    else:
        imported = _with_layers(data, file)
    stem = "".join(filter(str.isprintable, PurePath(file.name).stem)).strip()
    return replace(imported, title=(stem or imported.title)[:LONGEST_TITLE])


def _with_layers(data: Data, file: File) -> Imported:
    if file.layers is None:
        raise Unfit(
            "A .safetensors file holds numbers and no layers; say the layers too, in recipe or layers.",
            pointer="/recipe",
        )
    missing = next((side for side in ("height", "width") if side not in file.said.input), None)
    if missing:
        raise Unfit(
            "A .safetensors file does not say how large the pictures are that its network reads; say height and width.",
            pointer=f"/{missing}",
        )
    from app.importing.safetensors_file import read_safetensors  # with the library of ONNX's graphs

    return read_safetensors(data, file.layers, shape_read(own_input(file.said.input)))
