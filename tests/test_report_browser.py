"""The report in a browser: what a reader sees and can do, by pointer and by keyboard, from files and without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import builders
import pytest
from archives import jpeg, write_shape
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By

from digitize.batch.record import Failure, Status
from digitize.batch.reporting import write_report
from digitize.model import Role, WritingMode
from digitize.report import Imprint, Outcome, Row, index_html, thumbnail_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builders import Shape
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

PAGES = 2000
# Where pictures of the report are left, to be looked at; git ignores it.
SCREENS = Path(__file__).resolve().parents[1] / "out" / "screens"


def named(shape: Shape, name: str) -> Shape:
    """A made page under another id."""
    articles = tuple(replace(article, id=article.id.replace(builders.PAGE_ID, name)) for article in shape.articles)
    return replace(shape, page=replace(shape.page, id=name), articles=articles)


def long_and_vertical() -> Shape:
    """A vertical page whose text is longer than a screen is wide."""
    setter = builders.Setter(writing_mode=WritingMode.VERTICAL_RL)
    headline = builders.make_passage(setter.set(Role.HEADLINE, "全國運動會"))
    texts = [builders.make_passage(setter.set(Role.PARAGRAPH, *["第五屆全國運動會定於今日開幕"] * 40))]
    page = builders.make_page(tuple(setter.regions), writing_mode=WritingMode.VERTICAL_RL, language="zh-Hant")
    return builders.Shape(page, (builders.make_article(headline, *texts),))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report over four pages: two horizontal ones, a vertical one, and one that failed; names are awkward."""
    output = tmp_path / "reel #7 & 50% 'x'"
    write_shape(output, named(builders.plain(), "A01"))
    write_shape(output, named(builders.figure(), "报2"), negative=True, preview=jpeg(200, 600))
    write_shape(output, named(long_and_vertical(), "V01"))
    failed = replace(builders.no_articles(), articles=())
    write_shape(output, named(failed, "X01"), status=Status.FAILED, error=Failure("PageError", "it is torn", "mend it"))
    return write_report(output).index.parent


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overview of a reel of 2,000 pages: every tenth one without confidence, every hundredth one failed."""
    folder = tmp_path_factory.mktemp("reel")
    (folder / "thumbnails").mkdir()
    picture = thumbnail_of(jpeg())
    rows = []
    for number in range(PAGES):
        name = f"p{number:04}"
        (folder / "thumbnails" / f"{name}.jpg").write_bytes(picture.content)
        outcome = Outcome.FAILED if number % 100 == 99 else Outcome.DONE
        confidence = 0.8 if number % 10 == 5 else 0.95 + number / 1e5
        rows.append(
            Row(
                name,
                outcome,
                f"reel/{name}.tif",
                f"第{number}号",
                "zh-Hans",
                Imprint("试验日报", f"1936-01-{1 + number % 28:02}"),
            )
        )
        rows[-1] = replace(rows[-1], articles=5, confidence=confidence, thumbnail=(picture.width, picture.height))
    index = folder / "index.html"
    index.write_bytes(index_html("reel", rows))
    return index


def show(browser: Chrome, path: Path, part: str = "") -> None:
    """Open a file, as by a double click."""
    browser.get(path.resolve().as_uri() + part)


def all_of(browser: Chrome, selector: str) -> list[WebElement]:
    """The elements that a CSS selector finds."""
    return browser.find_elements(By.CSS_SELECTOR, selector)


def one_of(browser: Chrome, selector: str) -> WebElement:
    """The one element that a CSS selector finds."""
    (element,) = all_of(browser, selector)
    return element


def names(browser: Chrome) -> list[str]:
    """The pages in the overview, as they are shown."""
    return browser.execute_script("return [...document.querySelectorAll('#pages .id')].map((id) => id.textContent)")


def settled(browser: Chrome) -> None:
    """Wait for what a page does by itself after it has been opened."""
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(() => setTimeout(arguments[0])))")


def press(browser: Chrome, *keys: str) -> None:
    """Press keys, one after the other, wherever the focus is."""
    ActionChains(browser).send_keys(*keys).perform()


def complaints(browser: Chrome) -> list[str]:
    """What the browser says of errors and of what it was not allowed to load."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: Chrome) -> list[str]:
    """The addresses that the browser has asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


def test_a_reel_of_two_thousand_pages_opens_from_a_file(browser: Chrome, reel: Path) -> None:
    """All pages are there, pictures are loaded only as they come into view, and nothing is loaded from elsewhere."""
    show(browser, reel)
    assert len(names(browser)) == PAGES
    assert reel.stat().st_size < 2_000_000
    asked_for = requests(browser)
    assert 1 < len(asked_for) < PAGES / 4
    assert [address for address in asked_for if not address.startswith(reel.parent.as_uri())] == []
    assert complaints(browser) == []


def test_pages_can_be_narrowed_ordered_and_searched(browser: Chrome, reel: Path) -> None:
    """By what is wrong with them, by figures, by words; how many are shown is told, and all can be shown again."""
    show(browser, reel)
    count = one_of(browser, "#count")
    chip = one_of(browser, "[value='failed']")
    chip.send_keys(Keys.SPACE)
    assert names(browser) == [f"p{number:04}" for number in range(99, PAGES, 100)]
    assert count.text == "20 of 2,000 pages"
    one_of(browser, "[value='low-confidence']").send_keys(Keys.SPACE)
    assert len(names(browser)) == 20 + 200
    one_of(browser, "[type=reset]").click()
    settled(browser)
    assert count.text == "2,000 pages"
    one_of(browser, "[name=order]").send_keys("least")
    assert names(browser)[:2] == ["p0005", "p0015"]
    assert names(browser)[-1] == "p1999"  # it failed: it has no confidence, and comes last
    one_of(browser, "[name=find]").send_keys("第12 1936-01-13")
    assert names(browser) == [f"p{n:04}" for n in range(12, PAGES, 28) if str(n).startswith("12")]
    one_of(browser, "[name=find]").send_keys(" nowhere")
    assert names(browser) == []
    assert one_of(browser, ".nothing").is_displayed()


def test_the_overview_is_as_it_was_when_one_comes_back(browser: Chrome, reel: Path) -> None:
    """What is shown, in which order and how, stands in the address."""
    show(browser, reel)
    one_of(browser, "[value='failed']").send_keys(Keys.SPACE)
    one_of(browser, "[name=view][value=list]").send_keys(Keys.SPACE)
    address = browser.current_url
    browser.get("about:blank")
    browser.get(address)
    settled(browser)
    assert len(names(browser)) == 20
    assert one_of(browser, "#pages").get_attribute("class") == "pages as-list"


def test_the_way_past_the_controls_keeps_what_is_chosen(browser: Chrome, reel: Path) -> None:
    """It leads to the pages, which stay narrowed; and what has the focus is not hidden by what stays in view."""
    show(browser, reel)
    one_of(browser, "[value='low-confidence']").send_keys(Keys.SPACE)
    one_of(browser, ".skip").send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "pages"
    assert len(names(browser)) == 200
    for _ in range(40):
        press(browser, Keys.TAB)
    hidden = "return arguments[0].getBoundingClientRect().top < document.querySelector('.tools').getBoundingClientRect().bottom"
    for _ in range(30):
        with_shift = ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT)
        with_shift.perform()
        assert not browser.execute_script(hidden, browser.switch_to.active_element)


def test_without_a_script_everything_is_there(browser: Chrome, report: Path) -> None:
    """The overview and the pages can be read; controls that would do nothing are not shown."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, report / "index.html")
        assert len(all_of(browser, "#pages > li")) == 4
        assert not one_of(browser, ".tools").is_displayed()
        show(browser, report / "pages" / "A01.html")
        assert one_of(browser, ".item h2").text == "全国运动会今日开幕"
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_every_page_opens_without_a_complaint(browser: Chrome, report: Path) -> None:
    """From the overview and back, with their pictures, whatever they and their folders are called."""
    show(browser, report / "index.html")
    addresses = [link.get_attribute("href") for link in all_of(browser, "#pages a")]
    for address in addresses:
        browser.get(address)
        pictures = "return Promise.all([...document.querySelectorAll('image')].map((image) => image.decode()))"
        browser.execute_script(pictures)  # raises where one cannot be shown
        one_of(browser, "a[rel=up]").click()
        assert one_of(browser, "h1").text == "reel #7 & 50% 'x'"
    assert len(addresses) == 4
    assert complaints(browser) == []


def test_scan_and_text_answer_each_other(browser: Chrome, report: Path) -> None:
    """What the pointer is on, on one side, is marked on the other: the article and its line."""
    show(browser, report / "pages" / "A01.html")
    line = one_of(browser, "svg [data-line='A08-l0005']")
    ActionChains(browser).move_to_element(line).perform()
    assert [mark.text for mark in all_of(browser, ".line.on")] == ["第五届全国运动会"]
    assert "on" in one_of(browser, "article[data-article='A01-a001']").get_attribute("class").split()
    ActionChains(browser).move_to_element(one_of(browser, "h1")).perform()
    assert all_of(browser, ".on") == []
    ActionChains(browser).move_to_element(one_of(browser, "span[data-line='A08-l0002']")).perform()
    assert [row.get_attribute("data-line") for row in all_of(browser, "polygon.on")] == ["A08-l0002"]


def test_the_keyboard_reaches_everything(browser: Chrome, report: Path) -> None:
    """First a way past what repeats; then, in order, the scan's articles lead to their text and back; arrows turn pages."""
    show(browser, report / "pages" / "A01.html")
    press(browser, Keys.TAB)
    assert browser.switch_to.active_element.text == "To the text"
    assert browser.switch_to.active_element.is_displayed()
    article = one_of(browser, "a.article")
    for _ in range(12):
        press(browser, Keys.TAB)
        if browser.switch_to.active_element == article:
            break
    assert browser.switch_to.active_element == article
    outline = "return [...arguments[0].querySelectorAll('.zone')].map((zone) => getComputedStyle(zone).strokeWidth)"
    assert set(browser.execute_script(outline, article)) == {"4px"}
    press(browser, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "A01-a001"
    press(browser, Keys.TAB, Keys.ENTER)
    assert browser.current_url.endswith("#at-A01-a001")
    press(browser, Keys.ARROW_RIGHT)
    assert one_of(browser, "h1").text == "V01"
    press(browser, Keys.ARROW_LEFT)
    assert one_of(browser, "h1").text == "A01"


def test_the_scan_can_be_enlarged_cleared_and_inverted(browser: Chrome, report: Path) -> None:
    """Small type can be read, the scan be seen without marks, and film as if it were paper."""
    show(browser, report / "pages" / "报2.html")
    picture, table = one_of(browser, ".sheet image"), one_of(browser, ".table")
    assert picture.size["height"] < table.size["height"] < 900
    one_of(browser, "[value=wide]").send_keys(Keys.SPACE)
    assert picture.size["width"] < table.size["width"]
    assert picture.size["height"] > table.size["height"]
    one_of(browser, "[value=large]").send_keys(Keys.SPACE)
    assert picture.size["width"] > 2 * table.size["width"]
    one_of(browser, "[name=marks]").send_keys(Keys.SPACE)
    assert not any(zone.is_displayed() for zone in all_of(browser, ".zone"))
    one_of(browser, "[name=inverted]").send_keys(Keys.SPACE)
    assert "invert" in picture.value_of_css_property("filter")


def test_vertical_text_is_set_vertically(browser: Chrome, report: Path) -> None:
    """Its lines run downwards and follow each other to the left, as printed."""
    show(browser, report / "pages" / "V01.html")
    assert one_of(browser, ".vertical .text").value_of_css_property("writing-mode") == "vertical-rl"
    headline, text = one_of(browser, ".text h2"), one_of(browser, ".text p")
    assert headline.location["x"] > text.location["x"]
    box = one_of(browser, ".vertical .text")
    begins = browser.execute_script(
        "return [arguments[0].scrollWidth > arguments[0].clientWidth, arguments[0].scrollLeft]", box
    )
    assert begins == [True, 0]  # it can be scrolled, and its beginning is shown
    assert headline.location["x"] + headline.size["width"] <= box.location["x"] + box.size["width"]


def tree(browser: Chrome) -> Sequence[dict[str, dict[str, str]]]:
    """What assistive software is told of a page."""
    browser.execute_cdp_cmd("Accessibility.enable", {})
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [node for node in nodes if not node["ignored"]]


@pytest.mark.parametrize("name", ["index.html", "pages/A01.html", "pages/X01.html"])
def test_a_screen_reader_finds_its_way(browser: Chrome, report: Path, name: str) -> None:
    """There are landmarks, one heading of the first level, and a name for whatever can be reached."""
    show(browser, report / name)
    nodes = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree(browser)]
    roles = [role for role, _ in nodes]
    assert roles.count("main") == 1
    assert {"banner", "main"} <= set(roles)
    assert browser.execute_script("return document.querySelectorAll('h1').length") == 1
    reachable = {"link", "button", "checkbox", "radio", "combobox", "searchbox", "region", "navigation", "article", "SvgRoot"}
    assert [role for role, told in nodes if role in reachable and not told.strip()] == []
    assert browser.execute_script("return document.documentElement.lang") == "en"


@pytest.mark.parametrize("name", ["index.html", "index.html#view=list", "pages/A01.html", "pages/V01.html", "pages/X01.html"])
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (1400, "dark"), (700, "light"), (340, "light")])
def test_it_fits_every_screen(browser: Chrome, report: Path, name: str, width: int, scheme: str) -> None:
    """Nothing sticks out sideways, on large screens and small ones, in light and in dark; a picture of each is kept."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    path, _, part = name.partition("#")
    show(browser, report / path, f"#{part}" if part else "")
    settled(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    for picture in all_of(browser, ".thumb img"):
        assert picture.size["height"] <= picture.find_element(By.XPATH, "..").size["height"]
    lightness = browser.execute_script("return getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(lightness) > 128) == (scheme == "light")
    SCREENS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SCREENS / f"{path.replace('/', '-')}{part and '-list'}-{width}-{scheme}.png"))
