"""Typesets the sample pages from their texts, with what must come out of them.

    python samples/typeset.py [--out FOLDER]

Writes, for each of `texts/*.toml`:

    FOLDER/pages/<page>.png or .jpg            the page
    FOLDER/expected/<page>/<page>-a001.tei.xml each story's text as printed, line by line
    FOLDER/truth/<page>.json                   the same as one file, with the places of lines and stories

and for each of `upright/*.toml` a vertical page with its expected documents. The same texts and fonts give the same files.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ageing import film
from expected import story_documents, truth
from manuscript import PageSpec, read_page
from pagination import set_page
from printing import print_page
from typefaces import TypefaceMissingError
from upright import typeset_upright

HERE = Path(__file__).resolve().parent
JPEG_QUALITY = 50  # keeps the film's grain below 1.5 MB


def typeset(page: PageSpec, out: Path) -> None:
    """Typeset one page and write it with its expected documents."""
    setting, width, height = set_page(page)
    image = print_page(setting, width, height)
    (out / "pages").mkdir(parents=True, exist_ok=True)
    target = out / "pages" / page.file
    if page.film_seed is None:
        image.save(target, optimize=True, dpi=(300, 300))
    else:
        film(image, page.film_seed).save(target, quality=JPEG_QUALITY, optimize=True, dpi=(300, 300))
    folder = out / "expected" / page.id
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in story_documents(page, setting).items():
        (folder / name).write_bytes(document)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    (out / "truth" / f"{page.id}.json").write_text(truth(page, setting, width, height), "utf-8")


def main() -> int:
    """Typeset all pages; the exit code says whether the fonts were there."""
    parser = argparse.ArgumentParser(description="Typeset the sample pages.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        for path in sorted((HERE / "texts").glob("*.toml")):
            typeset(read_page(path), arguments.out)
        for path in sorted((HERE / "upright").glob("*.toml")):
            typeset_upright(path, arguments.out)
    except TypefaceMissingError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
