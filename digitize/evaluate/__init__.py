"""Figures of quality: what was read, held against what is printed, page by page and in the mean.

measures     one page: articles read against true articles -> figures, each from 0 to 1
documents    TEI and JSON -> the articles of a page, with the places of their lines
archive      folders of pages and folders of truth -> the figures of each page and their mean
table        the figures as a table and as JSON
"""

from digitize.evaluate.archive import Evaluation, PageEvaluation, evaluate
from digitize.evaluate.measures import FIGURES, Figures, mean, measure
from digitize.evaluate.table import aligned, cells, to_json, to_table

__all__ = [
    "FIGURES",
    "Evaluation",
    "Figures",
    "PageEvaluation",
    "aligned",
    "cells",
    "evaluate",
    "mean",
    "measure",
    "to_json",
    "to_table",
]
