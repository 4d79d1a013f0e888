"""The site as `make docs` builds it: its links, its navigation, its generated pages, and how it looks in a browser.

All of it is in this file, so that one process builds the site, and builds it once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from browser import chromium, missing, opened
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

import derivcheck
from derivcheck.language.table import CONSTANTS, FUNCTIONS, SHAPED_FUNCTIONS, Constant, Function
from derivcheck_cli.app import app

ROOT = Path(__file__).resolve().parents[2]

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "image": "href"}
"""What a page loads, by the tag that asks for it; `link` is beside it, since not every link loads."""

_LOADS = ("stylesheet", "icon", "preload", "prefetch", "preconnect", "modulepreload")
_IN_STYLE = re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//")


@dataclass
class _Seen(HTMLParser):
    """What the tests ask of a page."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    menu: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)
    title: str = ""
    description: str = ""
    _in_title: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        given = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title" and not self.title
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            if "md-nav__link" in given.get("class", ""):
                self.menu.add(given["href"].partition("#")[0] or "index.html")  # a section of the page itself
        if tag == "link" and any(kind in given.get("rel", "") for kind in _LOADS):
            self.loads.append(given["href"])
        if tag in LOADED and LOADED[tag] in given:
            self.loads.append(given[LOADED[tag]])
        if tag == "meta" and given.get("name") == "description":
            self.description = given["content"]

    def handle_data(self, data: str) -> None:
        """Note the title."""
        if self._in_title:
            self.title += data
            self._in_title = False


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, _Seen]:
    """Every page, by its place, as a reader of HTML sees it."""

    def seen(file: Path) -> _Seen:
        reader = _Seen()
        reader.feed(file.read_text("utf-8"))
        return reader

    return {file.relative_to(site).as_posix(): seen(file) for file in sorted(site.rglob("*.html"))}


def test_make_docs_ends_where_a_link_is_dead() -> None:
    """The configuration is strict, and `--quiet` would hide from it what it counts."""
    (recipe,) = re.findall(r"mkdocs build.*", (ROOT / "Makefile").read_text("utf-8"))
    assert recipe == "mkdocs build"
    assert "\nstrict: true\n" in (ROOT / "mkdocs.yml").read_text("utf-8")


def test_every_link_leads_to_a_page_and_a_section_that_are_there(site: Path, pages: dict[str, _Seen]) -> None:
    """The builder looks as well; this is a second look, at what it wrote."""
    dead = []
    count = 0
    for place, page in pages.items():
        if place == "404.html":  # it is shown at any address, and so its links begin at the root of the host
            continue
        for link in page.links:
            if re.match(r"\w+:", link):
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (site / place).parent.joinpath(path).resolve() if path else site / place
            found = pages.get(target.relative_to(site.resolve()).as_posix()) if path else page
            count += 1
            is_there = target.is_file() and (not anchor or (found is not None and anchor in found.ids))
            dead += [] if is_there else [(place, link)]
    assert [] == dead
    assert count > 1000


def test_every_page_is_in_the_navigation(pages: dict[str, _Seen]) -> None:
    """From the start one gets everywhere: by the menu, and to the operations of the atlas by its table."""
    atlas = {f"atlas/{link}" for link in pages["atlas/index.html"].links if link.startswith("operations/")}
    assert pages.keys() - {"404.html"} == pages["index.html"].menu | atlas
    assert len(atlas) == 12


def test_every_page_says_what_it_is(pages: dict[str, _Seen]) -> None:
    """Its title and its description are its own: a search engine shows both."""
    shown = [(page.title, page.description) for place, page in pages.items() if place != "404.html"]
    assert [] == [title for title, description in shown if not 20 < len(description) <= 160]
    assert [] == [title for title, count in Counter(title for title, _ in shown).items() if count > 1]


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[str, _Seen]) -> None:
    """No font, no script, no picture, no style: the site works without a network, and tells nobody who reads it."""
    assert [] == [(place, url) for place, page in pages.items() for url in page.loads if re.match(r"(https?:)?//", url)]
    styles = [*site.rglob("*.css"), *site.rglob("*.html"), *site.rglob("*.svg")]
    assert [] == [file.name for file in styles if _IN_STYLE.search(file.read_text("utf-8"))]
    assert all(page.loads for page in pages.values())


def test_the_page_of_what_is_not_there_leads_on(site: Path, pages: dict[str, _Seen]) -> None:
    """A host shows it at any address, so what it loads is named from the root."""
    page = pages["404.html"]
    assert "There is no such page" in text_of(site, "404.html")
    assert "/index.html" in page.links
    assert [] == [url for url in page.loads if not (site / url.removeprefix("/")).is_file()]


def text_of(site: Path, place: str) -> str:
    """What a page shows, without its tags."""
    shown = re.sub(r"<[^>]+>", "", (site / place).read_text("utf-8"))
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", '"')


def test_the_reference_has_every_command_option_default_and_example(site: Path) -> None:
    """It is made from the commands, as `--help` is."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    overview = text_of(site, "commands/index.html")
    for name, command in commands.items():
        assert command.get_short_help_str(200) in overview
        page = text_of(site, f"commands/{name}.html")
        for parameter in command.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert parameter.param_type_name == "argument" or re.search(rf"(?<!\S){option}\b", page), option
            assert " ".join((parameter.help or "").replace("`", "").split()) in page
        for line in command.epilog.split("\n")[2:]:
            assert line.strip() in page
    batch = (site / "commands" / "batch.html").read_text("utf-8")
    assert '<dt id="case-timeout"><code><span class="option">--case-timeout</span> SECONDS</code></dt>' in batch
    assert '<span class="notes">default: 60</span>' in batch


def test_the_page_of_functions_has_every_function(site: Path) -> None:
    """Each with its other names, as the table has them."""
    page = text_of(site, "all_functions.html")
    rows: list[Function | Constant] = [*FUNCTIONS, *SHAPED_FUNCTIONS, *CONSTANTS]
    assert [] == [name for row in rows for name in row.aliases if not re.search(rf"\b{re.escape(name)}\b", page)]
    assert [] == [row.signature for row in FUNCTIONS if row.signature not in page]


def test_the_page_of_python_has_every_name(pages: dict[str, _Seen], site: Path) -> None:
    """With the examples of their docstrings as code."""
    assert {f"derivcheck.{name}" for name in derivcheck.__all__} <= pages["api.html"].ids
    assert "Example:" not in text_of(site, "api.html")
    assert '<span class="gp">&gt;&gt;&gt; </span>' in (site / "api.html").read_text("utf-8")


def test_the_tutorial_shows_what_its_cells_show(site: Path) -> None:
    """The tables, and the values."""
    cells = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text("utf-8"))["cells"]
    outputs = [output["data"] for cell in cells for output in cell.get("outputs", ())]
    page = (site / "tutorial.html").read_text("utf-8")
    assert page.count('<div class="output">') == len(outputs)
    assert page.count("<table class=") >= sum("text/html" in data for data in outputs) > 10


def test_a_list_is_a_list(site: Path) -> None:
    """A code host makes one of it also where it follows a paragraph without an empty line; the site does not."""
    texts = {file.name: file.read_text("utf-8") for file in site.rglob("*.html")}
    assert [] == [name for name, text in texts.items() if re.search(r"<p>[^<]*(?:<(?!/p)[^<]*)*\n[*-] ", text)]


def test_a_table_is_what_a_code_host_shows(site: Path) -> None:
    """A bar in code is a bar; and where cells are sentences, each knows its heading, for phones."""
    language = (site / "language.html").read_text("utf-8")
    assert "<code>|</code>" in language
    assert '<td data-label="how">' in language
    assert "data-label" not in (site / "guides" / "ci.html").read_text("utf-8")


def test_statuses_have_the_colours_of_a_terminal(site: Path) -> None:
    """On the first page, one of each; and a line of output that begins with a number sign is no command."""
    start = (site / "index.html").read_text("utf-8")
    for shown in ("pass&quot;>✓ match", "warn&quot;>! unstable", "fail&quot;>✗ mismatch", "fail&quot;>✗ 2 of 2 wrong"):
        assert shown.replace("&quot;", '"') in start
    assert not [file for file in site.rglob("*.html") if '<span class="gp"># </span>' in file.read_text("utf-8")]


# --- in a browser -----------------------------------------------------------------------------------------------------

KINDS = ("index", "guides/function", "tutorial", "commands/batch", "api", "all_functions", "settings", "json")
"""A page of each kind."""

_WIDER = """
const room = document.documentElement.clientWidth;
const hides = (element) => getComputedStyle(element).overflowX !== "visible";
const scrolls = (element) => {
  while ((element = element.parentElement)) if (hides(element)) return true;
  return false;
};
const beyond = (element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element);
const wide = [...document.querySelectorAll(".md-content *")].filter(beyond);
return [document.documentElement.scrollWidth > room, wide.map((element) => element.outerHTML.slice(0, 80))]
"""


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    """One browser for all tests."""
    if reason := missing():
        pytest.skip(reason)
    with chromium() as started:
        yield started


def width(driver: Chrome, pixels: int) -> None:
    """Let the browser be a device of a width."""
    mobile = {"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": pixels < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", mobile)


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_phone_nothing_is_wider_than_the_screen(kind: str, site: Path, driver: Chrome) -> None:
    """At 360 pixels: long lines and tables scroll by themselves, the page does not; nor does a request leave."""
    width(driver, 360)
    opened(driver, (site / f"{kind}.html").as_uri())
    assert [False, []] == driver.execute_script(_WIDER)
    loaded = driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [] == [url for url in loaded if not url.startswith(("file:", "data:", "blob:"))]
    logged = driver.get_log("browser")  # type: ignore[no-untyped-call]
    assert [] == [entry["message"] for entry in logged if entry["level"] == "SEVERE"]


SEARCHES = {
    "softplus": {"all_functions.html", "torch_findings.html"},
    "--case-timeout": {"batch.html", "settings.html"},
    "torch.special.erf": {"torch_findings.html"},
}


def _finds(wanted: set[str], driver: Chrome) -> bool:
    """Whether these pages are among the results."""
    paths = "return [...document.querySelectorAll('.md-search-result__link')].map((link) => link.pathname)"
    return wanted <= {path.rpartition("/")[2] for path in driver.execute_script(paths)}


def test_the_search_finds_what_people_type(site: Path, driver: Chrome) -> None:
    """Functions, options, dotted names; also where the pages are opened from a folder, as here, without a server."""
    width(driver, 1300)
    opened(driver, (site / "index.html").as_uri())
    driver.find_element(By.CSS_SELECTOR, ".md-search__input").click()
    for words, wanted in SEARCHES.items():
        driver.find_element(By.CSS_SELECTOR, ".md-search__input").clear()
        driver.find_element(By.CSS_SELECTOR, ".md-search__input").send_keys(words)
        WebDriverWait(driver, 60).until(partial(_finds, wanted), words)


def test_the_switch_makes_the_page_dark_and_it_stays_so(site: Path, driver: Chrome) -> None:
    """On the next page as well; the colours of the statuses change with it."""
    width(driver, 1300)
    opened(driver, (site / "index.html").as_uri())
    scheme = "return document.body.getAttribute('data-md-color-scheme')"
    colour = "return getComputedStyle(document.querySelector('.go .pass')).color"
    before, tone = driver.execute_script(scheme), driver.execute_script(colour)
    driver.find_element(By.CSS_SELECTOR, "form.md-header__option label:not([hidden])").click()
    WebDriverWait(driver, 10).until(lambda page: page.execute_script(scheme) != before)
    assert {before, driver.execute_script(scheme)} == {"default", "slate"}
    assert tone != driver.execute_script(colour)
    opened(driver, (site / "verdicts.html").as_uri())
    assert before != driver.execute_script(scheme)


def test_a_long_table_can_be_sorted_and_filtered(site: Path, driver: Chrome) -> None:
    """The table of settings, by words and by its headings."""
    width(driver, 1300)
    opened(driver, (site / "settings.html").as_uri())
    shown = (
        "return [...document.querySelectorAll('.md-typeset table:has(.table-sort) tbody tr')]"
        ".filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"
    )
    every = driver.execute_script(shown)
    driver.find_element(By.CSS_SELECTOR, ".table-tools input").send_keys("case timeout")
    assert ["case-timeout"] == [name for name in driver.execute_script(shown) if "timeout" in name]
    assert len(driver.execute_script(shown)) < len(every) / 4
    assert f"of {len(every)} rows" in driver.find_element(By.CSS_SELECTOR, ".table-tools").text
    driver.execute_script(
        "const field = document.querySelector('.table-tools input'); field.value = '';"
        "field.dispatchEvent(new Event('input')); document.querySelector('.table-sort').click()"
    )
    assert sorted(every) == driver.execute_script(shown)


def test_the_button_copies_commands_without_what_they_print(site: Path, driver: Chrome) -> None:
    """What is pasted into a terminal then runs."""
    width(driver, 1300)
    opened(driver, (site / "index.html").as_uri())
    copied = driver.execute_script(
        "const code = document.querySelector('.language-console code');"
        "code.setAttribute('data-md-copying', ''); return code.innerText.trim()"
    )
    assert copied == 'derivcheck "x**2 + 2*x + 1" --at x=2'
