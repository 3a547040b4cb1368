"""Stages that do nothing, which readers load by name: what is left is the cost of everything around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.batch.job import Stages
from digitize.model import Issue, Page
from digitize.pipeline import PageResult

if TYPE_CHECKING:
    from digitize.model import Scan
    from digitize.options import Options


def load(_options: Options, _threads: int) -> Stages:
    """Stages that find nothing on a page and write no documents."""
    return Stages(_nothing, lambda *_: {})


def _nothing(scan: Scan) -> PageResult:
    source = scan.source
    page = Page(scan.page_id, source, source.width, source.height, scan.frame, source.width, source.height, 20, 28, ())
    return PageResult(page, (), Issue(), ())
