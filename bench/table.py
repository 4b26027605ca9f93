"""What was found, as a table for people and as JSON for whoever compares runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure: ours, those of others for the same, and what it is held to."""

    case: str
    ours: float
    unit: str = "ms"
    peers: Mapping[str, float] = field(default_factory=dict)  # their figures, in the same unit
    shown: Mapping[str, float] = field(default_factory=dict)  # others' that are shown but not compared with
    limit: float | None = None  # for the ratio where there are peers, else for ours
    threads: int | None = None
    more_is_better: bool = False
    kind: str = ""  # what a part groups its rows by

    @property
    def ratio(self) -> float | None:
        """Ours over the best of the peers': below 1 ours is ahead (above 1 where more is better)."""
        if not self.peers:
            return None
        return self.ours / (max if self.more_is_better else min)(self.peers.values())

    @property
    def held(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None:
            return None
        value = self.ours if self.ratio is None else self.ratio
        return value >= self.limit if self.more_is_better else value <= self.limit

    def document(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return {
            "case": self.case, "kind": self.kind, "threads": self.threads, "unit": self.unit, "ours": self.ours,
            "peers": dict(self.peers), "shown": dict(self.shown), "ratio": self.ratio, "limit": self.limit,
            "held": self.held,
        }  # fmt: skip


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean of positive numbers."""
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs))


def table(rows: Sequence[Row]) -> str:
    """Return the rows as lines of text, with a column for each of the others that any row names."""
    others = list(dict.fromkeys(name for row in rows for name in (*row.peers, *row.shown)))
    lines = [["", "threads", "ours", *others, "unit", "ratio", "limit", ""]]
    for row in rows:
        theirs = {**row.shown, **row.peers}
        lines.append(
            [
                row.case,
                _words(row.threads),
                _words(row.ours),
                *(_words(theirs.get(name)) for name in others),
                row.unit,
                "" if row.ratio is None else f"{row.ratio:.2f}",
                "" if row.limit is None else f"{'≥' if row.more_is_better else '≤'} {_words(row.limit)}",
                {None: "", True: "✓", False: "✗"}[row.held],
            ]
        )
    kept = [column for column in range(len(lines[0])) if column == 0 or any(line[column] for line in lines[1:])]
    widths = [max(len(line[column]) for line in lines) for column in kept]
    return "\n".join(
        "  ".join(
            line[column].ljust(width) if column == 0 else line[column].rjust(width)
            for column, width in zip(kept, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _words(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
