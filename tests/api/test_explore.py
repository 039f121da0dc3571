"""The page `/explore` in a real Chromium: what is shown, said and reachable, with the API's answers written by hand."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, expect, sync_playwright

from api.main import create_app
from api.settings import ApiSettings
from tests.support.explore_answers import HOSTILE, QUANTILES, answer

FOLDER = Path(__file__).resolve().parents[2] / "api" / "explore"
VIEWS = ("bands", "exceedance", "difference", "tiers")
WIDTHS = {"wide": 1400, "narrow": 320}
PATIENCE = 60_000
"""Milliseconds after which a page that shows nothing is taken for broken, on any machine."""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(stand_in_url: str) -> Iterator[str]:
    """The application on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(ApiSettings(database_url=stand_in_url)), log_level="warning"))
    # the socket listens already, so that a client's first request waits for the server and needs no retry
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)
    listener.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """Chromium as the system has it."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed, so nothing can be said about /explore: apt-get install chromium")
    with sync_playwright() as playwright:
        # without its sandbox, as is the library's default: that does not run as root, and the pages are our own
        running = playwright.chromium.launch(executable_path=program)
        context = running.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context
        running.close()


@pytest.fixture
def open_page(browser: BrowserContext, site: str) -> Iterator[Open]:
    """Opens the page with a query and waits for its charts; the API's answers are those of `explore_answers`.

    At the end no page may have met an error of its own or broken the content security policy.
    """
    faults: list[str] = []
    pages = []

    def opened(query: str = "", width: int = 1400, real_api: bool = False, wait: bool = True) -> Page:
        page = browser.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        if not real_api:
            page.route("**/api/v1/**", _fulfil)
        page.goto(f"{site}/explore{query}")
        if wait:
            settled(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert not faults


def _fulfil(route: Route) -> None:
    found = answer(route.request.url)
    if found is None:
        route.fulfill(status=404, json={"detail": "There is no such table.", "code": "unknown_table"})
    else:
        route.fulfill(json=found)


def settled(page: Page) -> None:
    """Wait until the page shows what was chosen."""
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"#{name}").select_option(value)
    settled(page)


def view(page: Page, code: str) -> None:
    page.locator(f"#view input[value={code}]").check()
    settled(page)


def numbers(page: Page, index: int = 0) -> list[list[str]]:
    """The data table of a figure, as it reads."""
    rows = page.locator("#figures > figure").nth(index).locator("tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def number(text: str) -> float | None:
    """A number of a data table."""
    return None if text == "unknown" else float(text.replace(",", ""))


def texts(page: Page, part: str) -> list[str]:
    """The texts in a part of the charts, as Plot names it."""
    return page.locator(f"g[data-part='{part}'] text").all_text_contents()


# ---- what is shown


def test_percentiles_by_water_month(open_page: Open) -> None:
    page = open_page("?scenario=s0001,s0002&entity=SHSTA")
    assert page.locator("#figures > figure > figcaption").all_inner_texts() == [
        "s0001 Present operations",
        "s0002 Warm <b>",
    ]
    head, october, *_, september = numbers(page)
    assert head == ["Water month", "lowest", "10th percentile", "30th percentile", "median",
                    "70th percentile", "90th percentile", "highest"]  # fmt: skip
    assert october == ["October", "1,010", "1,020", "1,040", "1,060", "1,080", "1,100", "1,110"]
    assert september[0:2] == ["September", "1,120"]
    # unknown is a word, not a zero, and the note counts it
    assert numbers(page, 1)[1] == ["October", *["unknown"] * 7]
    assert numbers(page, 1)[2][1] == "1,120.5"
    notes = page.locator("#figures > figure > .hint").all_inner_texts()
    assert notes == ["All values are known.", "7 of 84 values are unknown."]
    # three areas of twelve and of eleven months, the first month missing in the second
    areas = page.locator("#figures g[data-part='area'] path").all()
    assert [area.get_attribute("d").count(",") for area in areas] == [24, 24, 24, 22, 22, 22]  # type: ignore[union-attr]
    first, second = page.locator("svg[role=img]").all()
    # one scale for all scenarios
    ticks = [each.locator("g[data-part='y-axis tick label'] text").all_text_contents() for each in (first, second)]
    assert ticks[0] == ticks[1] != []
    assert texts(page, "y-axis label") == ["↑ thousand acre-feet (TAF)"] * 2
    assert texts(page, "x-axis tick label")[:3] == ["Oct", "Nov", "Dec"]
    assert page.inner_text("#source") == "From the model runs as loaded: s0001-0123456789ab, s0002-0123456789ab."


def test_a_unit_that_stands_in_the_rows(open_page: Open) -> None:
    page = open_page("?scenario=s0001&table=salt_monthly")
    assert texts(page, "y-axis label") == ["↑ KM"]
    assert page.locator("caption").inner_text() == "Percentiles by water month, KM: X2 (x2), s0001"


def test_exceedance_says_its_direction(open_page: Open) -> None:
    page = open_page("?view=exceedance&scenario=s0001,s0002&entity=SHSTA&period=7")
    assert "A value at 10 percent is exceeded 10 percent of the time, so it is high" in page.inner_text("#reading")
    assert texts(page, "x-axis label") == ["Exceeded in percent of the time →"]
    table = numbers(page)
    assert table[0] == ["Exceeded in percent of the time", "s0001", "s0002"]
    assert table[1] == ["5 percent", "1,165", "1,265.5"]
    assert table[-1] == ["95 percent", "1,075", "1,175.5"]
    # the curve falls from left to right: in an SVG the vertical coordinate grows downwards
    path = page.locator("g[data-part='line'] path").first.get_attribute("d") or ""
    heights = [float(pair.split(",")[1]) for pair in re.split("[ML]", path) if pair]
    assert heights == sorted(heights)
    assert len(heights) == 7
    choose(page, "period", "1")
    assert [row[2] for row in numbers(page)[1:]] == ["unknown"] * 7
    assert page.locator("g[data-part='dot'] path").count() == 7


def test_exceedance_of_the_whole_simulation(open_page: Open) -> None:
    page = open_page("?view=exceedance&scenario=s0001,s0002&table=lake_period_summary")
    assert page.locator("#results-title").inner_text() == "Lake, whole simulation: Shasta (SHSTA), whole simulation"
    assert not page.locator("#period").is_visible()
    assert numbers(page)[1] == ["5 percent", "495", "unknown"]


def test_difference_against_the_baseline(open_page: Open) -> None:
    page = open_page("?view=difference&scenario=s0001,s0002,s0003&baseline=s0001&entity=SHSTA&statistic=q50_taf")
    table = numbers(page)
    assert table[0] == [
        "Part of the year",
        "s0001 (baseline)",
        "s0002",
        "s0002 less s0001",
        "s0003",
        "s0003 less s0001",
    ]
    assert table[1] == ["October", "1,060", "unknown", "unknown", "unknown", "unknown"]
    assert table[2][:4] == ["November", "1,070", "1,170.5", "+100.5"]
    assert table[7][:4] == ["April", "1,120", "1,119.75", "-0.25"]
    assert page.locator("g[data-part='dot'] path").count() == 11
    choose(page, "baseline", "s0002")
    assert numbers(page)[7][:4] == ["April", "1,119.75", "1,120", "+0.25"]


def test_percentages_differ_by_percentage_points(open_page: Open) -> None:
    page = open_page("?view=difference&scenario=s0001,s0002&table=lake_period_summary&statistic=demand_met_pct")
    assert texts(page, "y-axis label") == ["↑ difference, percentage points"]
    assert numbers(page)[1] == ["whole simulation", "80", "92.5", "+12.5"]
    assert page.inner_text("#statistic-hint") == "What demand_met_pct is."


def test_difference_needs_another_scenario(open_page: Open) -> None:
    page = open_page("?view=difference&scenario=s0001&baseline=s0001")
    assert page.inner_text("#reading") == "Choose a scenario other than the baseline."


def test_tiers(open_page: Open) -> None:
    page = open_page("?view=tiers&scenario=s0001,s0002")
    head = ["Scenario", "Level 1", "Level 2", "Level 3", "Level 4", "No level"]
    assert numbers(page) == [
        head,
        ["s0001 Present operations", "3", "0", "14", "2", "1"],
        ["s0002 Warm <b>", *["unknown"] * 5],
    ]
    assert numbers(page, 1)[1] == ["s0001 Present operations", "0", "0", "1", "0", "0"]
    bars = page.locator("#figures > figure").first.locator("g[data-part='bar'] rect").all()
    assert [bar.get_attribute("fill") for bar in bars] == ["#2cc83b", "#f89740", "#f96262", "#d8dee4"]
    assert texts(page, "text")[:5] == ["3", "14", "2", "1", "unknown"]


# ---- the real API


def test_the_numbers_are_those_of_the_api(open_page: Open, site: str) -> None:
    page = open_page("?scenario=s0001,s0002&table=reservoir_storage_monthly&entity=SHSTA", real_api=True)
    query = "scenario=s0001&entity=SHSTA&columns=" + ",".join(f"q{p}_taf" for p in QUANTILES)
    rows = httpx.get(f"{site}/api/v1/tables/reservoir_storage_monthly?{query}").json()["data"]
    assert [[number(text) for text in row[1:]] for row in numbers(page)[1:]] == [list(row.values()) for row in rows]
    # the second scenario has NULL everywhere
    assert page.locator(".nothing").inner_text() == "All values are unknown."
    assert {text for row in numbers(page, 1)[1:] for text in row[1:]} == {"unknown"}
    for code in VIEWS[1:]:
        view(page, code)
        assert page.get_by_role("alert").inner_text() == ""
        assert page.locator("#figures table").count() > 0
    # the third scenario of the registry is not active
    assert page.locator("#scenario input").evaluate_all("inputs => inputs.map(each => each.value)") == [
        "s0001",
        "s0002",
    ]


def test_every_table_of_statistics_can_be_drawn(open_page: Open, site: str) -> None:
    page = open_page(wait=False)
    tables = httpx.get(f"{site}/api/v1/tables").json()["data"]
    families = page.evaluate("async tables => (await import('/explore/static/catalogue.js')).families(tables)", tables)
    drawn = {family["code"]: family for family in families}
    forms = ("_monthly", "_seasonal", "_year_type", "_period_summary")
    of_statistics = {table["name"] for table in tables if table["name"].endswith(forms)} - {"water_year_type"}
    assert of_statistics <= set(drawn)
    for code in of_statistics:
        assert drawn[code]["statistics"]
        assert drawn[code]["name"], f"{code} has no column with the name of what it is about"
        assert code == "reservoir_spill_monthly" or any(each["exceedances"] for each in drawn[code]["measures"]), code


# ---- names, errors, nothing


def test_names_are_text(open_page: Open) -> None:
    for query in ("?entity=O%26D%3D1&scenario=s0001,s0002", "?view=tiers&scenario=s0001"):
        page = open_page(query)
        assert HOSTILE in page.locator("#results").inner_text()
        assert page.locator("img, #results b").count() == 0
    page = open_page("?entity=O%26D%3D1&scenario=s0001,s0002")
    assert numbers(page)[1][1] == "10"
    assert page.locator(".nothing").inner_text() == "All values are unknown."


def test_address_that_asks_for_what_is_not_there(open_page: Open) -> None:
    page = open_page("?view=bands&scenario=s9999,<i>,s0001&table=no_table&entity=<b>&measure=m&period=99")
    alert = page.get_by_role("alert").inner_text()
    assert "Not served, because unknown or not active: scenario s9999, <i>." in alert
    assert "There is no table “no_table” here; shown is “Lake storage by water month”." in alert
    assert "There is no entity “<b>” here" in alert
    assert page.url.endswith(
        "?view=bands&scenario=s0001&table=lake_storage_monthly&entity=O%26D%3D1&measure=taf&period=99"
    )


def test_no_more_scenarios_than_can_be_told_apart(open_page: Open) -> None:
    page = open_page("?entity=SHSTA&scenario=" + ",".join(f"s000{number}" for number in range(1, 8)))
    assert page.get_by_role("alert").inner_text() == "Shown are the first 6 of 7 scenarios."
    assert page.locator("#figures > figure").count() == 6
    last = page.get_by_role("checkbox", name="s0007")
    expect(last).to_be_disabled()
    page.get_by_role("checkbox", name="s0006").uncheck()
    settled(page)
    expect(last).to_be_enabled()


def test_scenario_without_results(open_page: Open) -> None:
    assert open_page("?scenario=s0003").inner_text("#reading") == "The chosen scenarios have no results in this family."
    page = open_page("?scenario=s0001,s0003&entity=SHSTA")
    assert page.locator(".nothing").inner_text() == "This scenario has no results here."
    page = open_page("?view=tiers&scenario=s0003")
    assert page.inner_text("#reading") == "No tier results were delivered for the chosen scenarios."


def test_synthetic_numbers_are_said_to_be_so(open_page: Open) -> None:
    page = open_page("?scenario=s0001,s0002&entity=SHSTA")
    expect(page.locator("#synthetic")).to_be_hidden()

    def as_synthetic(route: Route) -> None:
        found = answer(route.request.url)
        rows = [{**row, "kind": "synthetic" if row["scenario_id"] == "s0002" else "model_run"} for row in found["data"]]
        route.fulfill(json={**found, "data": rows})

    page.route("**/api/v1/scenarios?*", as_synthetic)
    page.reload()
    settled(page)
    note = page.get_by_role("note")
    expect(note).to_be_visible()
    assert note.inner_text().startswith("Synthetic, not real: the numbers of s0002 are made up")
    expect(page.get_by_role("checkbox", name="(synthetic)")).to_have_count(1)
    page.get_by_role("checkbox", name="s0002").uncheck()
    settled(page)
    expect(note).to_be_hidden()


def test_no_scenario_is_chosen_or_active(open_page: Open) -> None:
    page = open_page("?scenario=s0001")
    page.locator("#scenario input[value=s0001]").uncheck()
    settled(page)
    assert page.inner_text("#reading") == "Choose at least one scenario."
    page = open_page(wait=False)
    page.route(
        "**/api/v1/scenarios?*", lambda route: route.fulfill(json={"data": [], "total": 0, "meta": {"load_ids": {}}})
    )
    page.reload()
    settled(page)
    assert page.inner_text("#reading") == "No scenario is active at the moment, so there is nothing to show."
    expect(page.locator("form")).to_be_hidden()


def test_failures_are_said_in_words(open_page: Open) -> None:
    page = open_page("?scenario=s0001&entity=SHSTA")
    body = {
        "detail": "The database cannot be reached at the moment; try again soon.",
        "code": "database_away",
        "error_id": "ab12",
    }
    page.route("**/api/v1/tables/lake_period_summary?*", lambda route: route.fulfill(status=503, json=body))
    view(page, "exceedance")
    choose(page, "table", "lake_period_summary")
    alert = page.get_by_role("alert")
    assert (
        alert.inner_text() == "The database cannot be reached at the moment; try again soon. (status 503, error ab12)"
    )
    assert page.locator("#figures > figure").count() == 0
    page.route("**/api/v1/tables/salt_monthly?*", lambda route: route.abort())
    choose(page, "table", "salt_monthly")
    assert alert.inner_text() == "The service cannot be reached. Check the connection and reload the page."
    choose(page, "table", "lake_storage_monthly")
    assert alert.inner_text() == ""
    assert len(numbers(page)) == 8


def test_a_late_answer_does_not_replace_a_newer_one(open_page: Open) -> None:
    page = open_page("?scenario=s0001&entity=SHSTA")
    held: list[Route] = []
    page.route("**/api/v1/tables/salt_monthly?*", lambda route: held.append(route))
    with page.expect_request("**/api/v1/tables/salt_monthly?*"):
        page.locator("#table").select_option("salt_monthly")
    page.locator("#table").select_option("lake_storage_monthly")
    settled(page)
    for route in held:
        _fulfil(route)
    assert page.locator("#results-title").inner_text() == "Lake storage by water month: Shasta (SHSTA)"


# ---- address, keyboard, screen reader


def test_the_address_leads_back(open_page: Open) -> None:
    page = open_page("?scenario=s0001,s0002&entity=SHSTA")
    view(page, "exceedance")
    choose(page, "period", "7")
    shared = page.url
    shown = numbers(page)
    view(page, "tiers")
    assert page.inner_text("#source") == ""
    page.go_back()
    expect(page.locator("#view input[value=exceedance]")).to_be_checked()
    settled(page)
    assert numbers(page) == shown
    assert numbers(open_page(shared.partition("/explore")[2])) == shown


def test_keyboard_alone(open_page: Open) -> None:
    page = open_page("?scenario=s0001,s0002&entity=SHSTA")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the charts")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.locator("nav a").last.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Percentiles by water month")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#results-title")).to_have_text("Lake storage by water month: Shasta (SHSTA), October")
    expect(page.get_by_role("radio", name="Exceedance curves")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="s0001 Present operations")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#status")).to_have_text(
        "Shown: Lake storage by water month: Shasta (SHSTA), October, 1 chart. All values are unknown."
    )
    assert numbers(page)[0] == ["Exceeded in percent of the time", "s0002"]


def test_a_select_keeps_the_focus(open_page: Open) -> None:
    page = open_page("?view=exceedance&scenario=s0001&entity=SHSTA")
    for name, shown in (("entity", HOSTILE), ("period", "November"), ("table", "whole simulation")):
        page.locator(f"#{name}").focus()
        page.keyboard.press("ArrowUp" if name == "entity" else "ArrowDown")
        expect(page.locator("#results-title")).to_contain_text(shown)
        settled(page)
        expect(page.locator(f"#{name}")).to_be_focused()


def test_what_a_screen_reader_gets(open_page: Open) -> None:
    page = open_page("?scenario=s0001,s0002&entity=SHSTA")
    expect(page.get_by_role("status")).to_have_text(
        "Shown: Lake storage by water month: Shasta (SHSTA), 2 charts. 7 of 168 values are unknown."
    )
    for group in ("Chart", "Scenarios"):
        expect(page.get_by_role("group", name=group, exact=True)).to_be_visible()
    for label in ("Family of statistics", "Place or unit", "Measure"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("Percentile bands by water month, .*, Shasta .*, s0001"))
    ).to_have_count(1)
    expect(
        page.get_by_role("table", name="Percentiles by water month, thousand acre-feet (TAF): Shasta (SHSTA), s0001")
    ).to_be_visible()
    assert page.locator("tbody th[scope=row]").count() == 24
    assert page.title() == "Lake storage by water month: Shasta (SHSTA) – Explore scenarios – COEQWAL"
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_text("Up to 6 at a time.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", VIEWS)
def test_rules_of_accessibility(open_page: Open, code: str, width: str) -> None:
    page = open_page(f"?view={code}&scenario=s0001,s0002&entity=SHSTA", WIDTHS[width])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    # the page itself never scrolls sideways; wide tables scroll in their own box
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [chart.bounding_box() for chart in page.locator("svg[role=img]").all()]
    assert boxes
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= WIDTHS[width] for box in boxes)


def test_charts_follow_the_window(open_page: Open) -> None:
    page = open_page("?scenario=s0001&entity=SHSTA")
    assert page.locator("svg[role=img]").get_attribute("width") == "720"
    page.set_viewport_size({"width": 400, "height": 800})
    expect(page.locator("svg[role=img]")).not_to_have_attribute("width", "720")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# ---- the service


def test_the_page_keeps_to_its_own_server(site: str) -> None:
    page = httpx.get(f"{site}/explore")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    asked = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert all(not url.startswith(("http", "//", "/")) for url in asked)
    for url in asked:
        if url.startswith("explore/"):
            file = httpx.get(f"{site}/{url}")
            assert file.status_code == 200, url
            assert file.headers["Cache-Control"] == "no-cache"
            again = httpx.get(f"{site}/{url}", headers={"If-None-Match": file.headers["ETag"]})
            assert again.status_code == 304
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|style=", page.text)
    for escape in ("../main.py", "%2e%2e/main.py", "..%2fmain.py"):
        assert httpx.get(f"{site}/explore/static/{escape}").status_code == 404
    assert httpx.get(f"{site}/").json()["links"]["explore"] == "/explore"


def test_each_library_has_its_licence_and_its_version() -> None:
    index = (FOLDER / "index.html").read_text()
    listed = (FOLDER / "vendor" / "README.md").read_text()
    libraries = sorted((FOLDER / "vendor").glob("*.js"))
    assert [file.name.split("-")[0] for file in libraries] == ["d3", "plot"]
    for file in libraries:
        name, version = re.match(r"([a-z0-9]+)-(\d+\.\d+\.\d+)", file.name).groups()  # type: ignore[union-attr]
        assert f"v{version} Copyright" in file.read_text().splitlines()[0]
        assert "Permission to use, copy, modify" in (FOLDER / "vendor" / f"{name}-LICENSE.txt").read_text()
        assert file.name in index
        assert f"`{file.name}`" in listed
