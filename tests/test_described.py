"""What an archive says of its pages itself: that it comes first, and where it stands in the documents."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import builders
import pytest
from builders import Shape
from lxml import etree

from digitize.export import to_alto, to_newsml, to_tei
from digitize.model import Calendar, Description, Folio, Issue
from digitize.options import Options
from digitize.pipeline import make_issue

NAMESPACES = {
    "tei": "http://www.tei-c.org/ns/1.0",
    "g2": "http://iptc.org/std/nar/2006-10-01/",
    "nitf": "http://iptc.org/std/NITF/2006-10-18/",
    "alto": "http://www.loc.gov/standards/alto/ns-v4#",
}
URI = "https://rightsstatements.org/vocab/NoC-NC/1.0/"
PRINTED = Folio("大公报", dt.date(1939, 4, 26), "中華民國二十八年四月廿六日", "3", "要闻", "12", Calendar.MINGUO)


def found(shape: Shape, path: str) -> list[Any]:
    """What an XPath selects in the TEI, NewsML-G2 and ALTO of the shape, the texts of elements."""
    article, *rest = shape.articles[0], shape.page, shape.issue, shape.revision
    documents = (to_tei(article, *rest), to_newsml(article, *rest), to_alto(shape.page, shape.articles, *rest[1:]))
    hits = [hit for each in documents for hit in etree.fromstring(each).xpath(path, namespaces=NAMESPACES)]
    return [hit if isinstance(hit, str) else "".join(hit.itertext()) for hit in hits]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/tei:TEI/tei:teiHeader//tei:monogr/tei:edition", "晚刊"),
        ("/g2:newsItem//nitf:pubdata/@edition.name", "晚刊"),
        ("/tei:TEI/tei:teiHeader//tei:availability/tei:licence", URI),
        ("/tei:TEI/tei:teiHeader//tei:availability/tei:licence/@target", URI),
        ("/g2:newsItem/g2:rightsInfo/g2:usageTerms", URI),
        ("/g2:newsItem/g2:rightsInfo/g2:usageTerms/@href", URI),
        ("/tei:TEI/tei:teiHeader//tei:bibl[@type='scan']/tei:idno[@type='archive']", "ark:/12345/A&8"),
        ("/g2:newsItem/g2:contentSet/g2:remoteContent/g2:altId[@type='dz:archive']", "ark:/12345/A&8"),
        ("/alto:alto/alto:Description/alto:sourceImageInformation/alto:documentIdentifier", "ark:/12345/A&8"),
    ],
)
def test_documents_say_what_the_archive_says(path: str, expected: str) -> None:
    """Edition, rights and identifier stand where each format has a place for them, once."""
    assert found(builders.described(), path) == [expected]


def test_what_nobody_tells_has_no_element() -> None:
    """Without a word of edition, rights and identifier, nothing stands in their place."""
    paths = "//tei:edition | //tei:availability | //g2:rightsInfo | //@edition.name | //alto:documentIdentifier"
    assert found(builders.plain(), f"{paths} | //tei:idno[@type='archive'] | //g2:altId[@type='dz:archive']") == []


def test_rights_in_words_lead_nowhere() -> None:
    """A statement that is no URI is said in words."""
    shape = builders.plain()
    shape = replace(shape, issue=replace(shape.issue, rights="in copyright; see http://archive.example"))
    assert found(shape, "//tei:availability/tei:p | //g2:usageTerms") == ["in copyright; see http://archive.example"] * 2
    assert found(shape, "//tei:licence | //g2:usageTerms/@href") == []


def test_the_archive_comes_before_the_options_before_the_page() -> None:
    """Of what all three tell the archive's word holds; of what it leaves out, the options', else the page's."""
    options = Options(newspaper="从命令", date=dt.date(1940, 1, 1))
    told = Description("从档案", dt.date(1939, 4, 27), "5", "晚刊", "CC0", "x")
    expected = Issue("从档案", dt.date(1939, 4, 27), "", "5", "要闻", "12", edition="晚刊", rights="CC0")
    assert make_issue(PRINTED, options, told) == expected
    of_options = Issue("从命令", dt.date(1940, 1, 1), "", "3", "要闻", "12", edition="晚刊")
    assert make_issue(PRINTED, options, Description(edition="晚刊")) == of_options


def test_a_date_that_only_confirms_the_printed_one_keeps_its_words() -> None:
    """Where the archive tells the date that the page prints, the printed words and their calendar stay."""
    issue = make_issue(PRINTED, Options(), Description(date=PRINTED.date))
    assert (issue.date_text, issue.calendar) == (PRINTED.date_text, Calendar.MINGUO)
