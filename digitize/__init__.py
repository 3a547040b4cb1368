"""Scanned newspapers into one validated XML document per article, offline."""

__version__ = "0.1.0"
