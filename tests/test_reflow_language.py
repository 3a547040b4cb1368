"""Which language a page is in, by its text."""

from __future__ import annotations

import itertools
from dataclasses import replace

import builders
import pytest
from builders import Setter
from lxml import etree

from digitize.export import to_alto, to_tei
from digitize.model import Link, LinkKind, Page, Role
from digitize.options import LANGUAGES
from digitize.reflow import assemble, read_order, settle_language
from digitize.reflow.cues import load_cues, load_telling
from digitize.reflow.language import find_language, own_language

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

TEXTS = {
    "zh-Hans": "昨天下午，这座桥的维修工程提前完成，车辆可以从两边通过。市民说，过去绕路要半个小时。",
    "zh-Hant": "昨日下午，該橋修理工程業已完竣，車輛可從兩邊通過。據市民談，過去繞道須時甚長。",
    "en": "The bridge over the river was opened on Monday, and carts from both sides have crossed it since.",
    "fr": "Le pont a été rendu à la circulation lundi, et les voitures passent de nouveau par les deux rives.",
    "de": "Die Brücke ist am Montag dem Verkehr übergeben worden, und die Wagen fahren wieder von beiden Ufern.",
}


def page_of(text: str, language: str) -> Page:
    """A page with a headline and that text, cut into lines."""
    setter = Setter()
    setter.set(Role.HEADLINE, text[:8])
    setter.set(Role.PARAGRAPH, *(text[i : i + 20] for i in range(0, len(text), 20)))
    return builders.make_page(tuple(setter.regions), language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_few_lines_tell_the_language(language: str) -> None:
    """Two sentences of news are enough, as the recognizer gives them line by line."""
    assert settle_language(page_of(TEXTS[language], "und")).language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_told_is_kept(language: str) -> None:
    """A language that was told is not found anew, whatever the text is in."""
    page = page_of(TEXTS["fr"], language)
    assert settle_language(page) is page


@pytest.mark.parametrize("text", ["", "1858", "№ 288 — 50", "Ελλάδα και Ευρώπη", "上海大人"])
def test_what_tells_nothing_is_undetermined(text: str) -> None:
    """Numbers, other scripts and ideographs of every Chinese newspaper leave the language open."""
    assert find_language(text) == "und"


def test_a_few_misread_ideographs_do_not_turn_a_page() -> None:
    """A recognizer that gives simplified forms for some traditional ones is outvoted by the others."""
    assert find_language(TEXTS["zh-Hant"].replace("該", "该").replace("業", "业")) == "zh-Hant"


def test_an_advertisement_in_another_language_does_no_harm() -> None:
    """Most of the page's words decide."""
    assert find_language(3 * TEXTS["de"] + " Le dentifrice de la maison") == "de"


def half_and_half() -> Page:
    """A page with a German article and, under a headline of its own, a French one."""
    setter = Setter()
    for text in (9 * f" {TEXTS['de']}", 2 * f" {TEXTS['fr']}"):
        setter.set(Role.HEADLINE, text[:20])
        setter.set(Role.PARAGRAPH, *(text[i : i + 40] for i in range(0, len(text), 40)))
    first, german, second, french = setter.regions
    page = settle_language(builders.make_page(tuple(setter.regions), language="und"))
    links = (Link(first.id, german.id, LinkKind.HEADS, 1.0, ""), Link(second.id, french.id, LinkKind.HEADS, 1.0, ""))
    heads = {region.id: replace(region, heading_id=region.id) for region in (first, second)}
    return replace(page, links=links, regions=tuple(heads.get(region.id, region) for region in page.regions))


def test_an_article_may_be_in_another_language_than_its_page() -> None:
    """A page that is half German, half French says so article by article, and so do the blocks of its ALTO file."""
    page = half_and_half()
    articles = assemble(page, mixed=True)
    assert (page.language, [article.language for article in articles]) == ("de", ["", "fr"])
    shape = builders.Shape(page, articles)
    languages = [etree.fromstring(to_tei(a, page, shape.issue, shape.revision)).get(XML_LANG) for a in articles]
    assert languages == ["de", "fr"]
    blocks = etree.fromstring(to_alto(page, articles, shape.issue, shape.revision)).iter("{*}TextBlock")
    assert [block.get("LANG") for block in blocks] == [None, None, "fr", "fr"]


def test_articles_keep_the_language_that_was_told() -> None:
    """Where the page's language is not to be found, its articles' are not, either."""
    assert [article.language for article in assemble(half_and_half())] == ["", ""]


def test_a_quotation_is_not_another_language() -> None:
    """A few words, or a sentence among others, leave an article in its page's language."""
    assert own_language("Le pont des soupirs", "de") == "de"
    assert own_language(f"{TEXTS['de']} {TEXTS['fr']}", "de") == "de"
    assert own_language(f"{TEXTS['fr']} {TEXTS['fr']}", "de") == "fr"


def test_no_word_tells_of_two_languages() -> None:
    """Each telling word and ideograph stands in one table."""
    told = {language: load_telling(language) for language in LANGUAGES}
    assert all(told.values())
    assert [pair for pair in itertools.combinations(LANGUAGES, 2) if told[pair[0]] & told[pair[1]]] == []


def test_a_page_without_language_is_still_read() -> None:
    """Cues of no language make the article by geometry alone."""
    page = read_order(page_of("Η γέφυρα παραδόθηκε στην κυκλοφορία τη Δευτέρα και τα οχήματα περνούν ξανά.", "und"))
    text = "".join(passage.text for article in assemble(page) for passage in article.passages)
    assert "γέφυρα" in text


def test_the_language_stands_in_the_document() -> None:
    """What was found is what `xml:lang` says."""
    page = settle_language(page_of(TEXTS["de"], "und"))
    article = builders.make_article(builders.make_passage(page.regions[0]))
    shape = builders.Shape(page, (article,))
    document = etree.fromstring(to_tei(article, shape.page, shape.issue, shape.revision))
    assert document.get(XML_LANG) == "de"


@pytest.mark.parametrize(
    ("language", "text", "dateline", "parts"),
    [
        ("zh-Hans", "本报讯（记者 王一）昨日", "本报讯", (None, None, "本报")),
        ("zh-Hans", "新华社北京4月2日电 昨日", "新华社北京4月2日电", ("北京", "4月2日", "新华社")),
        ("zh-Hant", "重慶廿五日電　外交部", "重慶廿五日電", ("重慶", "廿五日", None)),
        ("zh-Hant", "（重慶廿二日美聯電）據報", "（重慶廿二日美聯電）", ("重慶", "廿二日", "美聯")),
        ("zh-Hant", "（重慶廿二日電美聯電）據今", "（重慶廿二日電美聯電）", ("重慶", "廿二日", "美聯")),
        ("zh-Hant", "中央社洛陽四月廿六日電　豫東", "中央社洛陽四月廿六日電", ("洛陽", "四月廿六日", "中央社")),
        ("zh-Hant", "本報訊　昨日", "本報訊", (None, None, "本報")),
        ("zh-Hant", "本報香港十日專電　據悉", "本報香港十日專電", ("香港", "十日", "本報")),
        ("en", "LONDON, Dec. 3.—The House", "LONDON, Dec. 3.—", ("LONDON", "Dec. 3", None)),
        ("en", "Paris, 3 December. The Chamber", "Paris, 3 December.", ("Paris", "3 December", None)),
        ("en", "WASHINGTON (AP) — The", "WASHINGTON (AP) —", ("WASHINGTON", None, "AP")),
        ("fr", "Paris, 3 décembre. Depuis deux ans", "Paris, 3 décembre.", ("Paris", "3 décembre", None)),
        ("fr", "Vienne ( Autriche ) , 21 juillet. — On", "Vienne ( Autriche ) , 21 juillet. —", ("Vienne", "21 juillet", None)),
        ("fr", "LUXEMBOURG, le 1er août 1858.", "LUXEMBOURG, le 1er août 1858.", ("LUXEMBOURG", "1er août 1858", None)),
        ("fr", "PARIS (AFP) — Le gouvernement", "PARIS (AFP) —", ("PARIS", None, "AFP")),
        ("de", "Berlin, 3. Dezember. Aus der", "Berlin, 3. Dezember.", ("Berlin", "3. Dezember", None)),
        ("de", "* Frankfurt a. M., den 2. Dez. Die", "* Frankfurt a. M., den 2. Dez.", ("Frankfurt a. M.", "2. Dez.", None)),
        ("de", "BERLIN (dpa). Der Bundestag", "BERLIN (dpa).", ("BERLIN", None, "dpa")),
    ],
)
def test_a_dateline_tells_place_day_and_source(language: str, text: str, dateline: str, parts: tuple[str | None, ...]) -> None:
    """Each language writes its datelines in its own ways."""
    cues = load_cues(language)
    match = cues.dateline.match(text)
    assert match is not None
    assert (match.group(), match.group("place", "date", "source")) == (dateline, parts)
    assert cues.openings.match(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hans", "电讯业务增长迅速"),
        ("zh-Hant", "本報創刊於民國八年三月三日"),
        ("zh-Hant", "各公司覆電、證實溫州安好"),
        ("zh-Hant", "一日之計在於晨"),
        ("en", "The House, on 3 December, rose."),
        ("fr", "Le 3 décembre, la Chambre"),
        ("fr", "Paris est une ville"),
        ("de", "Der Bundestag, 3. Wahlperiode"),
        ("de", "Am 2. Dezember wurde"),
    ],
)
def test_a_sentence_is_no_dateline(language: str, text: str) -> None:
    """Words of datelines within a sentence open nothing."""
    assert load_cues(language).dateline.match(text) is None


@pytest.mark.parametrize(
    ("language", "text", "field"),
    [
        ("fr", "(La suite au prochain numéro.)", "continued_to"),
        ("fr", "Voir la suite page 3", "continued_to"),
        ("fr", "(Suite et fin.)", "continued_from"),
        ("de", "(Fortsetzung folgt.)", "continued_to"),
        ("de", "(Schluß folgt.)", "continued_to"),
        ("de", "Fortsetzung auf Seite 3", "continued_to"),
        ("de", "(Fortsetzung aus Nr. 12.)", "continued_from"),
        ("zh-Hant", "（下轉第二版）", "continued_to"),
        ("en", "(Continued on Page A7)", "continued_to"),
        ("en", "Please turn to page 4, Col. 3", "continued_to"),
        ("en", "See STUDENTS, A10", "continued_to"),
        ("en", "STUDENTS, from Page A1", "continued_from"),
    ],
)
def test_an_item_that_goes_on_elsewhere_says_so(language: str, text: str, field: str) -> None:
    """The words that lead elsewhere are matched whole."""
    assert getattr(load_cues(language), field).fullmatch(text)
