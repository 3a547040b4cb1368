"""What stands above the columns of a page: a masthead with all that is printed around it, or a running head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.layout.crossheads import Setting, is_centred, is_running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitize.layout.columns import Column
    from digitize.layout.tiers import Order
    from digitize.model import TextLine

BAND = 0.35
"""The top share of the print area above which no masthead reaches down."""

TEXT_BELOW = 2.0
"""A line of running text has another below it within so many type sizes, from middle to middle."""

HEADING_WHITE = 3.0
"""White between the heading at a column's top and its text, in type sizes, at most."""


def folio_lines(lines: Sequence[TextLine], order: Order, columns: Sequence[Column], type_size: float) -> tuple[TextLine, ...]:
    """The lines above the columns' text, but for the headings that stand in the middle of a column right above it."""
    if not lines:
        return ()
    top = min(line.box.y0 for line in lines)
    limit = top + BAND * (max(line.box.y1 for line in lines) - top)
    running = [line for line in lines if _in_text(line, lines, order, columns, type_size)]
    body_top = min((line.box.y0 for line in running), default=0.0)
    above = [line for line in lines if line.box.cy < min(body_top, limit)]
    kept: set[str] = set()
    high = {line.id for line in above}
    for line in sorted(above, key=lambda each: -each.box.cy):
        first, last = order.span(line.box)
        setting = Setting(columns[first], type_size, type_size)
        below = [o for o in lines if (o.id not in high or o.id in kept) and order.span(o.box) == (first, last)]
        reach = min((o.box.y0 - line.box.y1 for o in below if o.box.cy > line.box.cy), default=float("inf"))
        near = reach <= HEADING_WHITE * type_size
        if first == last and near and is_centred(line, setting):
            kept.add(line.id)
    return tuple(sorted((line for line in above if line.id not in kept), key=lambda each: (each.box.y0, each.box.x0)))


def _in_text(line: TextLine, lines: Sequence[TextLine], order: Order, columns: Sequence[Column], type_size: float) -> bool:
    """Whether a line fills its column, and so does one right below it."""
    if not _fills(line, order, columns, type_size):
        return False
    column = order.span(line.box)[0]
    return any(
        0 < other.box.cy - line.box.cy <= TEXT_BELOW * type_size
        and _fills(other, order, columns, type_size)
        and order.span(other.box)[0] == column
        for other in lines
    )


def _fills(line: TextLine, order: Order, columns: Sequence[Column], type_size: float) -> bool:
    first, last = order.span(line.box)
    return first == last and is_running(line, Setting(columns[first], type_size, type_size))
