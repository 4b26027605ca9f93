"""JSON as visitors send it: read with a clear sentence where it cannot be, and so that no other thread has to wait."""

import json
import re
import secrets
from contextlib import suppress
from typing import Any

from app.errors import BrokenRequest, Unfit

LONG = 100_000  # bytes
_ROW = secrets.token_hex(8)  # stands for a row that is set aside; nobody can know it
_ROWS = re.compile(rb'"(?:[^"\\]|\\.)*"|\[[0-9eE.,+\s-]{200,}\]', re.DOTALL)


def parse_json(data: bytes) -> Any:
    """Return what the JSON text `data` holds; raise BrokenRequest for anything else, NaN and Infinity included.

    Python's parser lets no other thread run until it is done, so long rows of numbers are parsed one by one.
    """
    rows: list[Any] = []

    def set_aside(match: re.Match[bytes]) -> bytes:
        if not match[0].startswith(b"["):  # a text: what looks like a row in it is none
            return match[0]
        rows.append(json.loads(match[0]))
        return b'{"%b":%d}' % (_ROW.encode(), len(rows) - 1)

    def returned(fields: dict[str, Any]) -> Any:
        return rows[fields[_ROW]] if fields.keys() == {_ROW} and rows else fields

    try:
        if len(data) > LONG:
            with suppress(ValueError):  # said below, with its place in the whole
                short = _ROWS.sub(set_aside, data)
                return json.loads(short, parse_constant=_refuse, object_hook=returned)
        return json.loads(data, parse_constant=_refuse)
    except RecursionError:
        raise BrokenRequest("The JSON is nested too deeply to be read.") from None
    except UnicodeDecodeError:
        raise BrokenRequest("The JSON is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise BrokenRequest(
            "The JSON cannot be read at line {line}, column {column}: {reason}.",
            line=error.lineno,
            column=error.colno,
            reason=error.msg,
        ) from None
    except ValueError:
        raise BrokenRequest("The JSON holds a number with too many digits.") from None


def _refuse(name: str) -> float:
    raise Unfit("{name} is not a number that can be computed with; every number must be finite.", name=name)
