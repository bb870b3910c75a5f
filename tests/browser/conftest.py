"""Browser tests: a real Chromium against real processes, on loopback only.

Without Chromium the tests are skipped; with REQUIRE_BROWSER=1 in the environment they fail instead.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.helpers import chromium
from tests.helpers.pads import PAD_APP, PHONE, Pad

expect.set_options(timeout=30_000)  # for a busy machine

REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.fixture(scope="module")  # while Playwright runs, other tests cannot run an event loop of their own
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file."""
    path = chromium.find()
    if path is None:
        reason = f"No browser: set CHROMIUM to a Chromium's path, or install one of {', '.join(chromium.NAMES)}."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Return `open_page(url, **options)`, which opens a page in a browser context of its own.

    A script error in the page fails the test. A failed test saves a screenshot and a Playwright trace.
    """
    pages: list[Page] = []
    errors: list[Error] = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 760}, **options})
        context.tracing.start()
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(url)
        return page

    yield open_page
    report = request.node.stash.get(REPORT, None)
    failed = bool(errors) or report is None or report.failed
    for i, page in enumerate(pages):
        trace = tmp_path / f"trace-{i}.zip"
        if failed:
            page.screenshot(path=trace.with_suffix(".png"))
            print(f"Screenshot: {trace.with_suffix('.png')}. Trace: playwright show-trace {trace}")
        page.context.tracing.stop(path=trace if failed else None)
        page.context.close()
    assert not errors


@pytest.fixture(scope="module")
def app(browser: Browser, request: pytest.FixtureRequest) -> str:
    """URL of the page; without a browser no server is started."""
    return request.getfixturevalue("page_server").url


@pytest.fixture
def page(open_page: Any, app: str) -> Page:
    """The page in a desktop's window."""
    return open_page(app)


@pytest.fixture(scope="module")
def pad_url(browser: Browser, start: Any) -> str:
    return start(PAD_APP).url


@pytest.fixture
def pad(open_page: Any, pad_url: str) -> Pad:
    return Pad(open_page(pad_url))


@pytest.fixture
def phone(open_page: Any, pad_url: str) -> Pad:
    return Pad(open_page(pad_url, **PHONE), "touch")


@pytest.fixture(params=["pad", "phone"])
def any_pad(request: pytest.FixtureRequest) -> Pad:
    """A pad used with a mouse, and one used with a finger."""
    return request.getfixturevalue(request.param)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Tell `open_page` the result of the test."""
    report = yield
    if call.when == "call":
        item.stash[REPORT] = report
    return report
