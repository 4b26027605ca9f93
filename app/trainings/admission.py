"""Who may: a browser has one training that is open, an address a few, all together not many; its owner says what it
does.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from app.allowance import Allowance
from app.errors import Busy
from app.messages import N_
from app.trainings.live import LiveTraining
from app.trainings.visitor import Visitor

MOST_OPEN = 8  # trainings that may go on, in all …
AT_AN_ADDRESS = 4  # … and of one address, whether its pages or the API began them
AN_HOUR = 600  # new trainings that a client may begin: a whole class may come through one address
REFUSAL = N_("You have begun {most} trainings within an hour; try again in {wait} seconds.")


class Admission:
    """Lets trainings in, as far as there is room."""

    def __init__(self, awake: Callable[[], Iterable[LiveTraining]], now: Callable[[], float]) -> None:
        self._awake = awake
        self._allowance = Allowance(AN_HOUR, REFUSAL, now)
        self._coming: list[Visitor] = []  # visitors whose trainings are on their way

    def count(self, client: str) -> None:
        """Count a new training of a client's; raise Busy where it begins too many."""
        self._allowance.take(client)

    @contextmanager
    def admitted(self, visitor: Visitor, known: LiveTraining | None = None) -> Iterator[None]:
        """Keep a place for a training of a visitor's, `known` if it is not new, while it is made; raise Busy."""
        others = [*(live.visitor for live in self._awake() if live is not known), *self._coming]
        if visitor.browser and any(other.browser == visitor.browser for other in others):
            raise Busy(
                "You have a training already, which is not over. Stop it before another begins or goes on.",
                retry_after=10,
            )
        if sum(other.address == visitor.address for other in others) >= AT_AN_ADDRESS:
            raise Busy(
                "{count} trainings that began at your address are not over, as many as one address may have. Stop one "
                "before another begins or goes on, or try again when one has ended.",
                count=AT_AN_ADDRESS,
                retry_after=10,
            )
        if len(others) >= MOST_OPEN:
            raise Busy(
                "{count} trainings are open, as many as this server takes at once; try again when one has ended, in a "
                "few minutes.",
                count=MOST_OPEN,
                retry_after=60,
            )
        self._coming.append(visitor)
        try:
            yield
        finally:
            self._coming.remove(visitor)


class Owners:
    """Knows the key of each training, and whose it is, by a hash with a secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, name: str) -> str:
        """Return the key that lets its owner say what a training does."""
        return self._signed(f"training {name}")

    def alias(self, visitor: Visitor) -> Visitor:
        """Return what is kept of who begins a training, from which nobody reads an address."""
        browser = visitor.browser and self._signed(f"browser {visitor.browser}")
        return Visitor(self._signed(f"visitor {visitor.address}"), browser)

    def _signed(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]

    def owns(self, name: str, keys: Iterable[str]) -> bool:
        """Tell whether whoever holds `keys` began a training."""
        own = self.key(name).encode()
        return any(hmac.compare_digest(key.encode(), own) for key in keys)
