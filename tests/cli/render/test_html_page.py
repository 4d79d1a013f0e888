"""The HTML report in a browser: opened, filtered, searched, sorted, and read by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import browser
import pytest
from explanations import branch
from report_files import HOSTILE, many, named, room, written
from results import row, tensor
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from derivcheck.model import Status, What
from derivcheck_cli.render import html
from derivcheck_cli.render.html import HtmlRenderer

_MISSING = browser.missing()
pytestmark = pytest.mark.skipif(_MISSING is not None, reason=f"the HTML report is not tested in a browser: {_MISSING}")

TEN_THOUSAND = 10_000


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    """One browser for all."""
    with browser.chromium() as chrome:
        yield chrome


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 10,000 cases."""
    path = tmp_path_factory.mktemp("page") / "big.html"
    path.write_text(written(HtmlRenderer, many(TEN_THOUSAND)), encoding="utf-8")
    return path


@pytest.fixture
def page(driver: Chrome, big: Path) -> Chrome:
    """That report, freshly opened."""
    return browser.opened(driver, big.as_uri())


def text(driver: Chrome, selector: str) -> str:
    """What an element shows."""
    return driver.find_element(By.CSS_SELECTOR, selector).text


def first(driver: Chrome) -> str:
    """The name of the first case in the list."""
    return text(driver, ".item .name")


def press(driver: Chrome, *keys: str) -> None:
    """Type where the focus is."""
    for key in keys:
        driver.switch_to.active_element.send_keys(key)


def complaints(driver: Chrome) -> list[dict[str, Any]]:
    """What the browser's console holds against the page."""
    log: list[dict[str, Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry for entry in log if entry["level"] == "SEVERE"]


def test_ten_thousand_cases_are_listed_and_few_are_drawn(page: Chrome) -> None:
    """What fails stands first, and the page says how many do."""
    assert "100 of 10,000 cases fail" == text(page, "#verdict")
    assert "derivcheck: 100 of 10,000 cases fail" == page.title
    assert "10,000 cases" == text(page, "#count")
    assert len(page.find_elements(By.CSS_SELECTOR, ".item")) < 60
    assert ["not run", "fail", "warn", "pass"] == [
        tile.text for tile in page.find_elements(By.CSS_SELECTOR, ".tile span")
    ]
    assert "mismatch" == text(page, ".item .label")
    assert [] == complaints(page)


def test_a_status_filters(page: Chrome) -> None:
    """Pressed again, it no longer does."""
    chip = page.find_element(By.CSS_SELECTOR, '.chip[data-value="unstable"]')
    chip.click()
    assert ("true", "1,000 of 10,000 cases", "unstable") == (
        chip.get_attribute("aria-pressed"),
        text(page, "#count"),
        text(page, ".item .label"),
    )
    page.find_element(By.CSS_SELECTOR, '.tile[data-value="fail"]').click()
    assert "0 of 10,000 cases" == text(page, "#count")
    assert "No case is like that." == text(page, ".empty")
    page.find_element(By.ID, "clear").click()
    assert "10,000 cases" == text(page, "#count")


def test_a_search_finds_names_reasons_and_expressions(page: Chrome) -> None:
    """All words must be there, in whatever case; `/` leads to the search."""
    press(page, "/")
    press(page, "SYNTHETIC/0123 x**2")
    assert "10 of 10,000 cases" == text(page, "#count")
    page.find_element(By.ID, "query").clear()
    press(page, "reason of synthetic/00107")
    assert "synthetic/00107" == first(page)


def test_the_list_can_be_sorted(page: Chrome) -> None:
    """By file, by error, by name."""
    choose = page.find_element(By.ID, "sort")
    firsts = {}
    for order in ("file", "error", "worst"):
        choose.find_element(By.CSS_SELECTOR, f"option[value={order}]").click()
        firsts[order] = first(page)
    assert {"file": "synthetic/00000", "error": "synthetic/00018", "worst": "synthetic/00607"} == firsts


def test_a_case_is_opened_by_keyboard(page: Chrome) -> None:
    """Its address is a link to it, and Escape leads back to the list."""
    page.find_element(By.CSS_SELECTOR, "option[value=file]").click()
    page.find_element(By.ID, "list").send_keys(
        Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.PAGE_DOWN, Keys.HOME, Keys.ARROW_DOWN
    )
    assert "item-1" == page.find_element(By.ID, "list").get_attribute("aria-activedescendant")
    press(page, Keys.ENTER)
    assert page.current_url.endswith("#synthetic%2F00001")
    assert ("H2", "synthetic/00001") == (page.switch_to.active_element.tag_name.upper(), text(page, "#detail h2"))
    assert 2 == len(page.find_elements(By.CSS_SELECTOR, "#detail .row"))
    assert page.find_elements(By.CSS_SELECTOR, "#detail .formula math msup")
    assert "6 ± 0" in text(page, "#detail .row:last-of-type dl")
    press(page, Keys.ESCAPE)
    assert "list" == page.switch_to.active_element.get_attribute("id")
    page.find_element(By.ID, "list").send_keys(Keys.END)
    assert "item-9999" == page.find_element(By.ID, "list").get_attribute("aria-activedescendant")


def test_an_address_opens_its_case_and_the_way_back_works(driver: Chrome, big: Path) -> None:
    """A link in a message leads to the case, wherever it stands in the list."""
    browser.opened(driver, f"{big.as_uri()}#synthetic%2F04567")
    assert "synthetic/04567" == text(driver, "#detail h2")
    driver.execute_script("location.hash = '#synthetic%2F00013'")
    driver.execute_script("history.back()")  # the page hears of it later
    WebDriverWait(driver, 60).until(lambda page: "synthetic/04567" == text(page, "#detail h2"))


def test_the_plot_is_read_and_used_by_keyboard(page: Chrome) -> None:
    """Left and right name the cases, Enter opens one, and a click does."""
    plot = page.find_element(By.ID, "plot")
    page.execute_script("arguments[0].focus()", plot)
    plot.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    said = page.find_element(By.ID, "plot-said").get_attribute("textContent")
    assert "synthetic/00001: match, 0.1 ulp" == said
    assert "synthetic/00001" in text(page, "#tip")
    plot.send_keys(Keys.ENTER)
    assert "synthetic/00001" == text(page, "#detail h2")
    page.execute_script("window.scrollTo(0, 0)")
    plot.click()
    assert "synthetic/00001" != text(page, "#detail h2")


def test_light_and_dark_can_be_chosen(page: Chrome) -> None:
    """The switch goes round."""
    switch = page.find_element(By.ID, "theme")
    colours = []
    for _ in range(3):
        switch.click()
        colours.append(page.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert 2 == len(set(colours))
    assert colours[0] != colours[1]


def test_hostile_names_are_shown_and_not_run(driver: Chrome, tmp_path: Path) -> None:
    """Each is in the list and in its own fragment, letter by letter."""
    cases = [named(name, Status.MISMATCH, line=line, expr=name, why=name) for line, name in enumerate(HOSTILE, start=1)]
    path = tmp_path / "hostile.html"
    path.write_text(written(HtmlRenderer, cases), encoding="utf-8")
    browser.opened(driver, path.as_uri())
    names = [item.get_attribute("textContent") for item in driver.find_elements(By.CSS_SELECTOR, ".item .name")]
    assert len(HOSTILE) == len(names)
    assert "</script><script>document.title = 'owned'</script>" == names[0]
    for item in range(len(HOSTILE)):
        driver.find_elements(By.CSS_SELECTOR, ".item")[item].click()
        assert names[item] == driver.find_element(By.CSS_SELECTOR, "#detail h2").get_attribute("textContent")
    assert driver.title.startswith("derivcheck: 6 of 6 cases fail")
    assert [] == driver.find_elements(By.CSS_SELECTOR, "main img, main script, main b img")
    assert [] == complaints(driver)


def test_nothing_is_loaded_and_the_policy_forbids_it(page: Chrome) -> None:
    """A script that got in would not run, nor reach anything."""
    assert 0 == page.execute_script("return performance.getEntriesByType('resource').length")
    page.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.owned = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'http://localhost:9/x.png'; document.body.append(i);"
    )
    assert page.execute_script("return window.owned === undefined")
    assert any("Content Security Policy" in entry["message"] for entry in complaints(page))


def test_the_printed_page_has_the_cases_that_are_shown(page: Chrome) -> None:
    """As many as paper is for, with their details, and how many more there are."""
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.find_element(By.ID, "printed").get_attribute("textContent") or ""
    assert 200 == len(page.find_elements(By.CSS_SELECTOR, "#printed article"))
    assert printed.endswith("… and 9,800 more cases; filter them to print others.")
    page.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert "" == page.find_element(By.ID, "printed").get_attribute("textContent")


def test_a_tensor_shows_the_elements_that_fail(driver: Chrome, tmp_path: Path) -> None:
    """In a table that scrolls by itself on a narrow screen; the page never does sideways."""
    path = tmp_path / "tensor.html"
    path.write_text(written(HtmlRenderer, [[tensor([Status.MISMATCH] * 30, (5, 6)), tensor()]]), encoding="utf-8")
    before = driver.get_window_size()
    try:
        for width in (1300, 420):
            driver.set_window_size(width, 1000)
            page = browser.opened(driver, f"{path.as_uri()}#softmax")
            assert "(5, 6)" == text(page, ".row .what small")
            assert "✗ 30 of 30 mismatch" == text(page, ".row .badge")
            assert ["element", "truth", "autograd", "error", "status"] == text(page, ".elements thead").split()
            assert 20 == len(page.find_elements(By.CSS_SELECTOR, ".elements tbody tr"))
            assert "… and 10 more" in text(page, ".row")
            assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
            assert [] == complaints(page)
    finally:
        driver.set_window_size(before["width"], before["height"])


def test_a_case_in_short_shows_its_numbers(driver: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the formula of a claim as text; what there is no room for is counted above the list."""
    monkeypatch.setattr(html, "DETAILED", room(10**6, 0, 0))
    monkeypatch.setattr(html, "LISTED", room(10**6, 10**6, 400))
    claim = replace(row(), what=What.CLAIM, gradient=None, formula="2*x + <b>2</b>", symbolic=None)
    cases = [[row(), claim], *(named(f"n{at}") for at in range(20)), named("bad", Status.MISMATCH)]
    path = tmp_path / "short.html"
    path.write_text(written(HtmlRenderer, cases), encoding="utf-8")
    page = browser.opened(driver, f"{path.as_uri()}#notebook%2Fquadratic")
    listed = len(page.find_elements(By.CSS_SELECTOR, ".item"))
    assert 1 < listed < 21
    assert f"{listed} of 22 cases" == text(page, "#count")
    assert f"Shown in short, without formulas: {listed - 1} that pass." == text(page, "#left p")
    assert f"{22 - listed} that pass." in text(page, "#left p:last-child")
    assert "f(x) = x**2 + 2*x + 1" == text(page, "#detail .formula")
    assert "6 ± 0 6.0 0 ulp, 16.0 digits right" == " ".join(
        fact.text for fact in page.find_elements(By.CSS_SELECTOR, "#detail .row dd")[:4] if fact.text != "6"
    )
    assert "= 2*x + <b>2</b>" == text(page, "#detail .row:last-of-type .is")
    assert "6 ± 0" == text(page, "#detail .row:last-of-type dd")
    assert [] == complaints(page)


def test_the_sign_before_a_formula_stands_on_its_line(driver: Chrome, tmp_path: Path) -> None:
    """A formula that is wider than its place is scrolled, and no line breaks between it and what it equals."""
    path = tmp_path / "tensor.html"
    path.write_text(written(HtmlRenderer, [[tensor()]]), encoding="utf-8")
    page = browser.opened(driver, f"{path.as_uri()}#softmax")
    script = """
    const place = document.querySelector(".row-head .is"), sign = document.createRange();
    place.innerHTML = `= <math><mtext>${"x".repeat(500)}</mtext></math>`;
    sign.selectNode(place.firstChild);
    return sign.getBoundingClientRect().bottom > place.querySelector("math").getBoundingClientRect().top;
    """
    assert page.execute_script(script)


def test_an_explanation_is_read_from_the_blame_to_the_tape(driver: Chrome, tmp_path: Path) -> None:
    """What is meant is marked in the source, its row has a mark, a table can be closed, and texts stay texts."""
    hostile = replace(branch(), notes=(HOSTILE[0],))
    results = [replace(row, explanation=hostile) for row in named("explained", Status.NONFINITE)]
    path = tmp_path / "explained.html"
    path.write_text(written(HtmlRenderer, [results[:1]]), encoding="utf-8")
    browser.opened(driver, f"{path.as_uri()}#explained")
    assert "sqrt(x)" == text(driver, ".explained mark")
    assert ["to blame", "what helps"] == [each.text for each in driver.find_elements(By.CSS_SELECTOR, ".explained h3")]
    assert ["✗ 2", "✗ 1"] == [each.text for each in driver.find_elements(By.CSS_SELECTOR, ".explained .marked th")]
    assert HOSTILE[0] == text(driver, ".explained .note")
    summary = driver.find_element(By.CSS_SELECTOR, ".explained summary")
    assert driver.find_element(By.CSS_SELECTOR, ".explained table").is_displayed()
    summary.click()
    assert not driver.find_element(By.CSS_SELECTOR, ".explained table").is_displayed()
    assert [] == complaints(driver)
