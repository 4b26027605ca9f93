"""A text as a QR code in SVG: black on white in every theme, with a white border, as cameras look for it."""

import segno
from markupsafe import Markup

QUIET = 4  # modules of white around it; the standard asks for as many


def qr_svg(text: str, label: str, quiet: int = QUIET) -> Markup:
    """Return the drawing of a QR code, one unit a module, each run of dark modules one rectangle of its path."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    runs = [
        f"M{column} {row}h{length}v1h-{length}z" for row, cells in enumerate(rows) for column, length in dark(cells)
    ]
    side = len(rows) + 2 * quiet
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="{corner} {corner} {side} {side}" role="img" '
        'aria-label="{label}"><path fill="#fff" d="M{corner} {corner}h{side}v{side}h-{side}z"/><path d="{runs}"/></svg>'
    ).format(corner=-quiet, side=side, label=label, runs="".join(runs))


def dark(cells: bytes) -> list[tuple[int, int]]:
    """Return where each run of dark modules of a row begins, and how long it is."""
    runs: list[tuple[int, int]] = []
    for column, cell in enumerate(cells):
        if not cell:
            continue
        if column and cells[column - 1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs
