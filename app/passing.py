"""Pictures that pass through the layers of a run, of which nothing is kept: neither they nor what becomes of them."""

from collections.abc import Callable, Sequence

from app.budget import Budget, Share
from app.compute import ComputeQueue, closing
from app.layers.references import PICTURE
from app.pictures.album import Album
from app.pictures.intake import read_picture
from app.pictures.picture import Picture
from app.results import Chain, Result, Run, input_result, layer_result
from app.settings import Settings


class Passing:
    """Computes results for pictures that nobody else asks about; each takes one computing slot."""

    def __init__(self, settings: Settings, queue: ComputeQueue, budget: Budget, album: Album) -> None:
        self._settings, self._queue, self._budget, self._album = settings, queue, budget, album

    async def results(self, run: Run, indices: Sequence[int], data: bytes) -> list[Result]:
        """Return what some layers of `run` give for the picture in the bytes of a file, with what is said of it."""
        size = await self._album.decoding_bytes(data) + Chain(run).passing_bytes(indices)
        share = await self._budget.take(size)
        return await self._passed(run, indices, lambda: read_picture(data, self._settings), share, told=True)

    async def last(self, run: Run, picture: Picture) -> Result:
        """Return what the last layer of `run` gives for a picture that has just been decoded."""
        wanted = [len(run.stages) - 1]
        share = await self._budget.take(Chain(run).passing_bytes(wanted), ahead=True)
        return (await self._passed(run, wanted, lambda: picture, share, told=False))[0]

    async def _passed(
        self, run: Run, indices: Sequence[int], source: Callable[[], Picture], share: Share, *, told: bool
    ) -> list[Result]:
        chain, stages, last = Chain(run), run.stages, max(indices)
        needed = [number for number in chain.needed(indices) if number >= 0]
        readers = chain.readers(needed)
        gone = False

        def passed() -> list[Result]:
            found = {PICTURE: input_result(run.document.input, source(), run.input_shape)}
            for number in needed:
                if gone:
                    raise closing()
                found[number] = layer_result(stages[number], [found[source] for source in stages[number].inputs])
                done = [each for each in found if each not in indices and readers.get(each, last) <= number]
                for each in done:
                    del found[each]
            results = [found[index] for index in indices]
            assert not told or all(result.statistics for result in results)  # found here, not on the event loop
            return results

        try:
            results = await self._queue.heavy(passed, share, known=not told)
        finally:
            gone = True
        for result in results:
            self._budget.hold(result, result.bytes)
        return results
