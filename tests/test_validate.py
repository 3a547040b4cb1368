"""Validation: what is written passes, and each thing that can be wrong is refused by the rule that sees it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING

import builders
import pytest
from builders import SHAPES, Shape
from lxml import etree
from lxml.isoschematron import Schematron

from digitize.errors import MissingDependencyError, UsageError
from digitize.export import export_page, to_svg
from digitize.validate import Violation, default_schema_cache, validate, validate_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEI, NEWSML, ALTO = "A08-a001.tei.xml", "A08-a001.newsml.xml", "A08.alto.xml"


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the official schemas of the user who runs it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-cache"))


def documents(shape: Shape) -> dict[str, str]:
    """All documents of a shape by name."""
    exported = export_page(shape.page, shape.articles, shape.issue, shape.revision)
    return {document.name: document.content.decode() for document in exported}


def write_archive(folder: Path, shape: Shape) -> Path:
    """Write a shape as a page's folder with its record."""
    page = folder / shape.page.id
    page.mkdir(parents=True)
    contents = {name: text.encode() for name, text in documents(shape).items()}
    contents[f"{shape.page.id}.svg"] = to_svg(shape.page, shape.articles)
    for name, content in contents.items():
        (page / name).write_bytes(content)
    write_record(page)
    return page


def write_record(page: Path) -> None:
    """Write the record of what lies in a page's folder."""
    files = [
        {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(page.iterdir())
        if path.is_file() and path.name != "page.json"
    ]
    (page / "page.json").write_text(json.dumps({"files": files}))


def change(path: Path, pattern: str, replacement: str) -> None:
    """Change the one place in a file that matches, and bring the record up to date."""
    text, count = re.subn(pattern, replacement, path.read_text("utf-8"), count=1)
    assert count == 1, f"{pattern} is not in {path.name}"
    path.write_text(text, "utf-8")
    write_record(path.parent)


# --- What is written passes


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_written_passes_profiles_and_rules(name: str) -> None:
    """No document of any shape has a fault."""
    violations = [v for file, text in documents(SHAPES[name]()).items() for v in validate(text.encode(), file)]

    assert violations == []


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_written_passes_the_official_schemas(name: str, shared: Path) -> None:
    """tei_all, NewsML-G2 with NITF, and ALTO accept every document of every shape."""
    official = shared / "schemas"
    found = [v for file, text in documents(SHAPES[name]()).items() for v in validate(text.encode(), file, official=official)]

    assert found == []


@pytest.mark.parametrize("name", SHAPES)
def test_a_written_archive_passes(name: str, tmp_path: Path) -> None:
    """Documents of a page agree with each other and with the page's record."""
    write_archive(tmp_path, SHAPES[name]())

    assert list(validate_paths([tmp_path], None)) == []


# --- One document


MUTANTS = [
    pytest.param(TEI, r"<head type=\"main\".*?</head>", "", "tei-headline-count", id="tei-headline-missing"),
    pytest.param(TEI, r"(<head type=\"main\".*/>)全国", r"\1本地", "tei-headline", id="tei-headline-differs"),
    pytest.param(TEI, r"(<lb n=\"1\" facs=\"#)A08-l0001", r"\1A08-l9999", "tei-lb-facs", id="tei-lb-without-zone"),
    pytest.param(TEI, r"(<p facs=\"#)A08-r005", r"\1A08-r999", "tei-facs", id="tei-facs-dangles"),
    pytest.param(TEI, r"points=\"20,40 ", 'points="20,1601 ', "tei-zone-on-surface", id="tei-zone-below-page"),
    pytest.param(TEI, r"points=\"20,40 ", 'points="1201,40 ', "tei-zone-on-surface", id="tei-zone-beside-page"),
    pytest.param(TEI, r"(<zone[^>]*xml:id=\")A08-l0002", r"\1A08-l0001", "id-unique", id="tei-id-twice"),
    pytest.param(TEI, r"5feceb66ffc86f38/", "0000000000000000/", "tei-guid-source", id="tei-guid-of-other-source"),
    pytest.param(TEI, r"/A08/a001<", "/A08/a002<", "tei-guid-article", id="tei-guid-of-other-article"),
    pytest.param(TEI, r"tag:digitize.invalid,2026:", "urn:x:", "profile", id="tei-guid-no-tag"),
    pytest.param(TEI, r"cert=\"0.97\"", 'cert="97"', "profile", id="tei-cert-percent"),
    pytest.param(TEI, r"when=\"2020-05-17\"", 'when="17.5.2020"', "profile", id="tei-date-not-iso"),
    pytest.param(TEI, r"<byline facs.*?</byline>", "<b>by</b>", "profile", id="tei-unknown-element"),
    pytest.param(
        NEWSML, r"<headline role=\"dz:headline\">.*?</headline>", "", "newsml-headline-count", id="g2-headline-missing"
    ),
    pytest.param(NEWSML, r"(<hl1[^>]*>)全国", r"\1本地", "newsml-headline", id="nitf-headline-differs"),
    pytest.param(NEWSML, r"(<nitf.*?<title>)全国", r"\1本地", "newsml-title", id="nitf-title-differs"),
    pytest.param(NEWSML, r"contentrefs=\"A08-a001-t001\"", 'contentrefs="A08-a001-t999"', "newsml-part", id="g2-part-dangles"),
    pytest.param(
        NEWSML, r"contentrefs=\"A08-a001-t001\"", 'contentrefs="A08-a001-t002"', "newsml-described", id="g2-undescribed"
    ),
    pytest.param(NEWSML, r"(<hl1 id=\")A08-a001-t001", r"\1A08-a001-t002", "newsml-id-unique", id="nitf-id-twice"),
    pytest.param(NEWSML, r"partid=\"part-2\"", 'partid="part-1"', "newsml-partid-unique", id="g2-partid-twice"),
    pytest.param(NEWSML, r"value=\"20,40 ", 'value="20,1601 ', "newsml-part-on-page", id="g2-part-off-page"),
    pytest.param(NEWSML, r"<contentCreated>2020-05-17", "<contentCreated>2020-05-18", "newsml-date", id="g2-date-differs"),
    pytest.param(NEWSML, r"<language tag=\"zh-Hans\"", '<language tag="en"', "newsml-language", id="g2-language-differs"),
    pytest.param(NEWSML, r"<firstCreated>2026", "<firstCreated>2027", "newsml-version-date", id="g2-first-after-last"),
    pytest.param(NEWSML, r"5feceb66ffc86f38/", "0000000000000000/", "newsml-guid-source", id="g2-guid-of-other-source"),
    pytest.param(NEWSML, r"/A08/a001\"", '/A08/a002"', "newsml-guid-article", id="g2-guid-of-other-article"),
    pytest.param(NEWSML, r"conformance=\"power\"", 'conformance="core"', "profile", id="g2-conformance"),
    pytest.param(NEWSML, r"<hl2 ", "<hl2 colour='red' ", "profile", id="nitf-unknown-attribute"),
    pytest.param(ALTO, r"WC=\"0.97\"", 'WC="97"', "alto-wc", id="alto-wc-percent"),
    pytest.param(ALTO, r"GC=\"0.97\"", 'GC="97"', "alto-gc", id="alto-gc-percent"),
    pytest.param(ALTO, r"CC=\"0000\"", 'CC="000"', "alto-cc", id="alto-cc-short"),
    pytest.param(ALTO, r"CC=\"0000\"", 'CC="00x0"', "alto-cc", id="alto-cc-no-digit"),
    pytest.param(ALTO, r"<Glyph.*?/>", "", "alto-glyphs", id="alto-glyph-missing"),
    pytest.param(ALTO, r"<Glyph CONTENT=\"本\"", '<Glyph CONTENT="木"', "alto-glyph-order", id="alto-glyph-differs"),
    pytest.param(ALTO, r"HPOS=\"20\" VPOS=\"40\"", 'HPOS="1190" VPOS="40"', "alto-on-page", id="alto-box-off-page"),
    pytest.param(ALTO, r"REF=\"A08-r001\"", 'REF="A08-r999"', "alto-element-ref", id="alto-order-dangles"),
    pytest.param(
        ALTO, r"TAGREFS=\"role-kicker A08-a001\"", 'TAGREFS="role-kicker"', "alto-group-block", id="alto-block-untagged"
    ),
    pytest.param(ALTO, r"TAGREFS=\"role-kicker A08", 'TAGREFS="role-none A08', "alto-tagrefs", id="alto-tag-dangles"),
    pytest.param(ALTO, r"(<OrderedGroup.*TAGREFS=\")A08-a001", r"\1role-kicker", "alto-group", id="alto-group-of-no-article"),
    pytest.param(
        ALTO, r"PROCESSINGREFS=\"A08-step01", 'PROCESSINGREFS="A08-step09', "alto-processingrefs", id="alto-step-dangles"
    ),
    pytest.param(ALTO, r"ID=\"A08-l0002\"", 'ID="A08-l0001"', "alto-id-unique", id="alto-id-twice"),
    pytest.param(ALTO, r"5feceb66ffc86f38/", "0000000000000000/", "alto-guid-source", id="alto-guid-of-other-source"),
    pytest.param(ALTO, r"/A08/a001\"", '/A08/a002"', "alto-guid-article", id="alto-guid-of-other-article"),
    pytest.param(ALTO, r"<SP/>", "", "profile", id="alto-blank-missing"),
]


@pytest.mark.parametrize(("name", "pattern", "replacement", "rule"), MUTANTS)
def test_a_broken_document_is_refused_by_the_rule_that_sees_it(name: str, pattern: str, replacement: str, rule: str) -> None:
    """One thing made wrong in a good document, and its rule speaks; the line is in the document."""
    shape = builders.hyphenation() if "SP" in pattern else builders.plain()
    good = documents(shape)[name]
    broken, count = re.subn(pattern, replacement, good, count=1, flags=re.DOTALL if "nitf" in pattern else 0)
    found = validate(broken.encode(), name)

    assert count == 1
    assert rule in {violation.rule for violation in found}
    assert all(1 <= violation.line <= good.count("\n") for violation in found)


def test_a_hyphenated_word_without_its_hyphen_is_refused() -> None:
    """ALTO's first part of a word asks for the hyphen."""
    broken = documents(builders.hyphenation())[ALTO].replace('<HYP CONTENT="-"/>', "")

    assert [v.rule for v in validate(broken.encode(), ALTO)] == ["alto-hyphen"]


def test_an_outline_off_the_page_is_refused() -> None:
    """A polygon is held to the page as a box is."""
    broken = documents(builders.off_the_edge())[ALTO].replace('POINTS="0,0 1200,5', 'POINTS="0,0 1201,5')

    assert {v.rule for v in validate(broken.encode(), ALTO)} == {"alto-outline-on-page"}


def test_inline_nitf_is_held_to_the_official_schema(shared: Path) -> None:
    """What NewsML-G2's own schema would leave unchecked is checked."""
    broken = documents(builders.plain())[NEWSML].replace("<hl2 ", "<hl9 ").replace("</hl2>", "</hl9>")

    assert "official" in {v.rule for v in validate(broken.encode(), NEWSML, official=shared / "schemas")}


@pytest.mark.parametrize("name", [TEI, NEWSML, ALTO])
def test_an_unknown_attribute_is_refused_by_profile_and_official_schema(name: str, shared: Path) -> None:
    """Both look at every element."""
    broken = re.sub(r"<(title|StructureTag)(?=[ >])", r'<\1 colour="red"', documents(builders.plain())[name], count=1)

    assert {v.rule for v in validate(broken.encode(), name, official=shared / "schemas")} == {"profile", "official"}


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_written_passes_the_rules_of_the_worked_examples(name: str, shared: Path) -> None:
    """The Schematron beside the examples finds every facs and every CC in order."""
    rules = Schematron(etree.parse(shared / "examples" / "refs.sch"))

    assert [
        file for file, text in documents(SHAPES[name]()).items() if not rules.validate(etree.fromstring(text.encode()))
    ] == []


def test_a_violation_reads_as_file_line_and_what_is_wrong() -> None:
    """It is printed as compilers print theirs."""
    assert str(Violation("out/A08.alto.xml", 12, "WC is 97", "alto-wc")) == "out/A08.alto.xml:12: WC is 97"


def test_the_line_of_a_violation_is_where_the_fault_stands() -> None:
    """The line of the doubtful element, not of the root."""
    broken = documents(builders.plain())[ALTO].replace('WC="0.89"', 'WC="89"')
    line = 1 + broken[: broken.index('WC="89"')].count("\n")

    assert line in {v.line for v in validate(broken.encode(), ALTO) if v.rule == "alto-wc"}


# --- Documents that nobody vouches for

ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "x" * 10}">' for i in range(12))


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        pytest.param(b"", "well-formed", id="empty"),
        pytest.param(b"<TEI", "well-formed", id="cut-off"),
        pytest.param(b"\xff\xfe\x00", "well-formed", id="no-text"),
        pytest.param(b"<a>" * 5000, "well-formed", id="too-deep"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "doctype", id="file-entity"),
        pytest.param(b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>", "doctype", id="remote-dtd"),
        pytest.param(f"<!DOCTYPE a [{ENTITIES}]><a>&e11;</a>".encode(), "doctype well-formed", id="entity-bomb"),
        pytest.param(f"<!DOCTYPE a [{ENTITIES}]><a b='&e11;'/>".encode(), "doctype well-formed", id="entity-bomb-in-attribute"),
        pytest.param(b"<html/>", "root", id="another-root"),
    ],
)
def test_a_hostile_document_is_a_violation_and_no_more(document: bytes, rule: str) -> None:
    """It is refused with file and line, quickly, and nothing is read or fetched for it."""
    (violation,) = validate(document, "x.tei.xml")

    # An entity bomb is found by libxml2 or by the rule against declarations, whichever is first in its version.
    assert violation.rule in rule.split()
    assert violation.file == "x.tei.xml"
    assert violation.line >= 1


def test_an_overlay_is_held_to_be_well_formed() -> None:
    """There is no profile for drawings."""
    drawing = to_svg(builders.plain().page, ())

    assert validate(drawing, "A08.svg") == ()
    assert [v.rule for v in validate(drawing[:-8], "A08.svg")] == ["well-formed"]


# --- Documents of one page

DISAGREEMENTS = [
    pytest.param(TEI, r"digitize.invalid,2026:5", "archive.example,2026:5", "same-guid", id="guid"),
    pytest.param(NEWSML, r"(<itemMeta>(?s:.*?)<title>)全国", r"\1本地", "same-headline", id="title"),
    pytest.param(ALTO, r"LABEL=\"全国", 'LABEL="本地', "same-headline", id="title-of-page"),
    pytest.param(NEWSML, r"(<headline role=\"dz:headline\">)全国", r"\1本地", "same-headline", id="headline"),
    pytest.param(TEI, r"when=\"2020-05-17\"", 'when="2020-05-18"', "same-date", id="date"),
    pytest.param(ALTO, r"LABEL=\"2020-05-17\"", 'LABEL="2020-05-18"', "same-date", id="date-of-page"),
    pytest.param(TEI, r"xml:lang=\"zh-Hans\"", 'xml:lang="en"', "same-language", id="language"),
    pytest.param(ALTO, r"LANG=\"zh-Hans\"", 'LANG="en"', "same-language", id="language-of-page"),
    pytest.param(TEI, r"<edition>晚刊", "<edition>早刊", "same-edition", id="edition"),
    pytest.param(NEWSML, r">https://rightsstatements.org/", ">https://other.example/", "same-rights", id="rights"),
    pytest.param(NEWSML, r"ark:/12345/A", "ark:/12345/B", "same-identifier", id="identifier"),
    pytest.param(ALTO, r"ark:/12345/A", "ark:/12345/B", "same-identifier", id="identifier-of-page"),
]


@pytest.mark.parametrize(("name", "pattern", "replacement", "rule"), DISAGREEMENTS)
def test_documents_of_one_article_must_agree(tmp_path: Path, name: str, pattern: str, replacement: str, rule: str) -> None:
    """Where one says another thing than the others, the rule for that thing speaks."""
    page = write_archive(tmp_path, builders.described())
    change(page / name, pattern, replacement)

    assert rule in {violation.rule for violation in validate_paths([tmp_path], None)}


def test_files_named_one_by_one_are_held_against_each_other(tmp_path: Path) -> None:
    """The order in which they are named does not matter, and files that are not named are not missed."""
    page = write_archive(tmp_path, builders.plain())
    change(page / TEI, r"when=\"2020-05-17\"", 'when="2020-05-18"')

    assert {v.rule for v in validate_paths([page / TEI, page / NEWSML], None)} == {"same-date"}
    assert {v.rule for v in validate_paths([page / NEWSML, page / TEI], None)} == {"same-date"}
    assert list(validate_paths([page / TEI], None)) == []


def test_files_of_one_folder_are_held_together_whatever_is_named_between_them(tmp_path: Path) -> None:
    """A folder whose name sorts between the files of a page does not part them."""
    page = write_archive(tmp_path, builders.plain())
    inner = write_archive(page / "A08-b", builders.plain())
    change(page / TEI, r"when=\"2020-05-17\"", 'when="2020-05-18"')

    assert {v.rule for v in validate_paths([page / TEI, inner / TEI, page / ALTO], None)} == {"same-date"}


def test_an_article_must_not_stand_in_two_documents_of_one_format(tmp_path: Path) -> None:
    """A copy under another name is found."""
    page = write_archive(tmp_path, builders.plain())
    (page / "A08-a009.tei.xml").write_bytes((page / TEI).read_bytes())

    assert "same-article" in {violation.rule for violation in validate_paths([tmp_path], None)}


# --- Archives and records


def remove_and_rewrite(page: Path) -> None:
    """Lose one article's NewsML-G2; the record does not know of it, but knows of another's."""
    (page / NEWSML).unlink()
    write_record(page)


def lose(page: Path) -> None:
    """Lose a file that the record names."""
    (page / TEI).unlink()


def edit(page: Path) -> None:
    """Change a file after the record was written."""
    (page / TEI).write_bytes((page / TEI).read_bytes() + b"\n")


def leave_stale(page: Path) -> None:
    """Leave a document of an article that the page no longer has."""
    stale = (page / "A08-a002.tei.xml").read_text("utf-8").replace("a002", "a003")
    (page / "A08-a003.tei.xml").write_text(stale, "utf-8")
    write_record(page)


def misname(page: Path) -> None:
    """Give a page the name of an article."""
    (page / "A08-a004.newsml.xml").write_bytes((page / "A08.svg").read_bytes())
    write_record(page)


def spoil_record(page: Path) -> None:
    """Cut the record off."""
    (page / "page.json").write_text('{"files": [')


def empty_record(page: Path) -> None:
    """Leave a record that says nothing of files."""
    (page / "page.json").write_text("{}")


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (remove_and_rewrite, "article-document"),
        (lose, "record-file"),
        (edit, "record-sha256"),
        (leave_stale, "article-on-page"),
        (misname, "root"),
        (spoil_record, "record"),
        (empty_record, "record"),
    ],
)
def test_an_archive_is_held_to_its_records(tmp_path: Path, spoil: Callable[[Path], None], rule: str) -> None:
    """What was lost, changed, left over or misnamed since the page was written is found."""
    spoil(write_archive(tmp_path, builders.advertisement()))

    assert rule in {violation.rule for violation in validate_paths([tmp_path], None)}


def test_a_format_that_was_not_wanted_is_not_missed(tmp_path: Path) -> None:
    """An archive of ALTO and TEI alone is whole."""
    page = write_archive(tmp_path, builders.advertisement())
    for path in page.glob("*.newsml.xml"):
        path.unlink()
    write_record(page)

    assert list(validate_paths([tmp_path], None)) == []


def test_violations_come_page_by_page(tmp_path: Path) -> None:
    """A fault on the first page is told before the second page is read."""
    for reel in ("a", "b"):
        page = write_archive(tmp_path / reel, builders.plain())
        change(page / ALTO, 'WC="0.97"', 'WC="97"')
    violations = validate_paths([tmp_path], None)
    first = next(violations)
    for path in (tmp_path / "b" / "A08").iterdir():
        path.unlink()

    assert "/a/A08/" in first.file
    assert all("/a/A08/" in violation.file for violation in violations)


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be looked at is not passed over."""
    write_archive(tmp_path, builders.plain())
    locked = tmp_path / "B01"
    locked.mkdir()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path) == str(locked):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert [str(v) for v in validate_paths([tmp_path], None)] == [f"{locked}:1: cannot be read: Permission denied"]


def test_a_path_that_is_not_there_is_the_user_s_mistake(tmp_path: Path) -> None:
    """It is told before anything is checked."""
    with pytest.raises(UsageError, match="does not exist"):
        list(validate_paths([tmp_path / "none"], None))


def test_a_folder_without_documents_does_not_pass_in_silence(tmp_path: Path) -> None:
    """To have checked nothing is not to have found nothing."""
    with pytest.raises(UsageError, match="holds no documents"):
        list(validate_paths([tmp_path], None))


def test_an_archive_of_blank_pages_passes(tmp_path: Path) -> None:
    """Records alone are an archive too."""
    (tmp_path / "A08").mkdir()
    write_record(tmp_path / "A08")

    assert list(validate_paths([tmp_path], None)) == []


def test_official_schemas_are_taken_from_the_cache_when_they_are_there(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder named, the user's cache serves, and it must be whole."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    page = write_archive(tmp_path / "out", builders.plain())
    change(page / TEI, "<label facs", '<label type="x" facs')
    default_schema_cache().parent.mkdir(parents=True)
    default_schema_cache().symlink_to(shared / "schemas")

    assert {violation.rule for violation in validate_paths([page], None)} == {"profile"}
    change(page / TEI, '<label type="x"', '<label colour="x"')
    assert {violation.rule for violation in validate_paths([page], None)} == {"profile", "official"}


def test_a_folder_that_lacks_official_schemas_is_named(tmp_path: Path) -> None:
    """The first schema that is missing, and the way to get it, are in the message."""
    page = write_archive(tmp_path, builders.plain())
    with pytest.raises(MissingDependencyError, match=r"tei_all\.rng.*schemas fetch"):
        list(validate_paths([page], tmp_path))
