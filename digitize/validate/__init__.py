"""Checks documents: against the project's profiles and rules, against each other, and against the official schemas.

documents    bytes -> a tree, read without network and without entities
schemas      the profiles, rules and official schemas, compiled once per process
crossfile    what the documents of a page must agree on
archive      whole folders of pages, and what their records promise
official     where the official schemas come from
"""

from digitize.validate.archive import validate_paths
from digitize.validate.documents import Kind, Violation
from digitize.validate.official import default_schema_cache, fetch_schemas
from digitize.validate.schemas import validate

__all__ = ["Kind", "Violation", "default_schema_cache", "fetch_schemas", "validate", "validate_paths"]
