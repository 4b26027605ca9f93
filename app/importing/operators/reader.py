"""The table of operators: which function reads which."""

from collections.abc import Callable

from app.importing.network import Network, Value
from app.importing.node import Node

Reader = Callable[[Node, Network], Value]
READERS: dict[str, Reader] = {}


def reads(*operators: str) -> Callable[[Reader], Reader]:
    """Let a function read these operators."""

    def put(reader: Reader) -> Reader:
        READERS.update(dict.fromkeys(operators, reader))
        return reader

    return put
