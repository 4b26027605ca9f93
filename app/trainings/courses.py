"""From the document of a training to its course: its examples made, from visitors' pictures too, in memory that is
counted.
"""

from collections.abc import Mapping
from functools import partial

from app.budget import Budget
from app.compute import ComputeQueue, SingleFlightCache
from app.errors import NotFound
from app.lab import Lab
from app.pictures.picture import Bytes, Picture, prepare
from app.training.course import Course
from app.training.data import Data, DataSet
from app.training.network import Network
from app.training.score import AT_ONCE
from app.training.training import Training

COPIES = 11  # of the weights: as they are, and at first; of these and what the optimizer remembers: now, shown, sound
MAKING = 3  # times the bytes of the examples that making them takes


class Courses:
    """Makes courses, and the examples of those that are at rest.

    Examples that nobody sent are made once for all trainings that learn from them, and kept while there is room.
    """

    def __init__(self, lab: Lab) -> None:
        self._album = lab.album
        self._queue: ComputeQueue = lab.queue
        self._budget: Budget = lab.budget
        self._kept = SingleFlightCache[DataSet](lab.budget, _bytes)

    async def make(self, training: Training, data: DataSet | None = None) -> Course:
        """Return the course of a training before its first batch, on its `data` where that is there.

        Raises Unfit where its layers cannot learn, NotFound where a picture of it is gone.
        """
        network = await self._queue.light(lambda: Network(training.seeded, training.data.shape))
        data = data or await self.data(training)
        weights = sum(array.nbytes for _, array in network.named())
        size = network.bytes(max(training.batch_size, AT_ONCE)) + COPIES * weights + training.data.bytes
        share = await self._budget.take(size, ahead=True)
        course = await self._queue.light(lambda: Course(training, data), share)
        self._budget.hold(course, size)
        return course

    async def data(self, training: Training) -> DataSet:
        """Return the examples of a training; raise NotFound where a picture of it is gone."""
        data = training.data
        if data.images:  # which may be deleted at any time
            return await self._made(data, await self._pictures(training))
        return await self._kept.get(data.model_dump_json(), lambda: self._made(data, {}))

    async def _made(self, data: Data, pictures: Mapping[str, Bytes]) -> DataSet:
        share = await self._budget.take(MAKING * data.bytes)
        return await self._queue.heavy(lambda: data.make(pictures), share)

    async def there(self, training: Training) -> bool:
        """Tell whether all pictures of a training are still there."""
        images = training.data.images
        return not images or await self._queue.light(lambda: all(map(self._album.has, images)))

    async def _pictures(self, training: Training) -> dict[str, Bytes]:
        """Return the pictures that a training needs, each at its size; one large one at a time."""
        data, found = training.data, {}

        def small(picture: Picture) -> Bytes:
            return prepare(picture, data.side, data.side, "cover", data.mode)[0]

        for index, image in enumerate(data.images):
            try:
                picture = await self._album.picture(image)
            except NotFound as gone:
                gone.pointer = f"/data/examples/{index}/image"
                raise
            found[image] = await self._queue.light(partial(small, picture))
        return found


def _bytes(data: DataSet) -> int:
    return data.learned.pictures.nbytes + data.held_out.pictures.nbytes
