"""Who may: a visitor has one training that is open, or a few, all together not many; its owner says what it does."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from app.allowance import Allowance
from app.errors import Busy
from app.messages import N_
from app.trainings.live import LiveTraining
from app.trainings.visitor import Visitor

MOST_OPEN = 8  # trainings that may go on, in all
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
        awake = [live for live in self._awake() if live is not known]
        own = [live.name for live in awake if live.visitor.name == visitor.name]
        if len(own) + self._coming.count(visitor) >= visitor.most:
            raise Busy(
                "You have {count} trainings that are not over: {ids}. Stop one before another begins or goes on."
                if visitor.most > 1
                else "You have a training already, which is not over: {ids}. Stop it before another begins or goes on.",
                count=visitor.most,
                ids=", ".join(own) or "…",
                retry_after=10,
            )
        if len(awake) + len(self._coming) >= MOST_OPEN:
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
        return visitor._replace(name=self._signed(f"visitor {visitor.name}"))

    def _signed(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]

    def owns(self, name: str, keys: Iterable[str]) -> bool:
        """Tell whether whoever holds `keys` began a training."""
        own = self.key(name).encode()
        return any(hmac.compare_digest(key.encode(), own) for key in keys)
