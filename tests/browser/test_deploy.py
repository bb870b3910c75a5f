"""Two replicas behind nginx serve like one page, without sticky sessions, and survive the death of one of them."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.live import Record
from deploy.trial import HERE, Replicas, crowd, drawing, nginx
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen

CALL = "/gradio_api/call/predict"
UPDATE = "/gradio_api/run/predict"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    if nginx() is None:
        reason = "No nginx: install it with `apt install nginx`."
        if os.environ.get("REQUIRE_NGINX") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with Replicas(2) as replicas:
        yield replicas


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    Image.fromarray(render(DIGITS[7])).save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


def asked(replicas: Replicas, path: str) -> list[list[str]]:
    """Return the replicas that nginx asked, for each request for a path."""
    return [re.findall(r"127\.0\.0\.1:\d+", line) for line in replicas.access_log() if path in line]


def address(replicas: Replicas, number: int) -> str:
    return replicas.urls[number].removeprefix("http://")


def upload(url: str, picture: Path) -> dict:
    [path] = httpx.post(f"{url}/gradio_api/upload", files={"files": ("seven.png", picture.read_bytes())}).json()
    return {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}


def draw_until(replicas: Replicas, done: Callable[[Record], bool], then: Callable[[], object] = lambda: None) -> Record:
    """Let people draw until `done`, call `then`, and let them draw 50 updates more."""

    async def draw() -> Record:
        async with drawing(people) as record:
            while not done(record):
                await asyncio.sleep(0.01)
            await asyncio.to_thread(then)
            count = record.updates
            while record.updates < count + 50:
                await asyncio.sleep(0.01)
        return record

    people = crowd(replicas)
    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop runs in this one
        return thread.submit(asyncio.run, draw()).result()


def test_updates_of_a_drawing_take_turns_and_every_replica_gives_the_same_answers(replicas: Replicas) -> None:
    record = draw_until(replicas, lambda record: record.updates >= 50)
    assert record.errors == []
    first = [servers[0] for servers in asked(replicas, UPDATE)]
    assert len(first) >= 100
    assert abs(first.count(address(replicas, 0)) - first.count(address(replicas, 1))) <= 1


def test_no_cookie_is_set(replicas: Replicas) -> None:
    for path in ("/", "/config", "/gradio_api/info"):
        answer = httpx.get(replicas.url + path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers


def test_predict_answers_gradios_client(replicas: Replicas, seven: Path) -> None:
    for _ in range(3):  # each has a session of its own
        client = Client(replicas.url, verbose=False)
        for _ in range(3):
            label, verdict = client.predict(handle_file(str(seven)), api_name="/predict")
            assert (label["label"], verdict) == ("7", "digit")
        client.close()


def test_a_picture_uploaded_to_one_replica_is_read_by_the_other(replicas: Replicas, seven: Path) -> None:
    first, second = replicas.urls
    event = httpx.post(second + CALL, json=upload(first, seven)).json()["event_id"]
    assert '"label": "7"' in httpx.get(f"{second}{CALL}/{event}", timeout=60).text


def test_predict_answers_curl_whichever_replica_took_the_call(replicas: Replicas, seven: Path) -> None:
    picture = upload(replicas.url, seven)
    for _ in range(4):
        event = httpx.post(replicas.url + CALL, json=picture).json()["event_id"]
        answer = httpx.get(f"{replicas.url}{CALL}/{event}", timeout=60)
        assert answer.text.startswith("event: complete")
        assert '"label": "7"' in answer.text
    both = any(len(servers) == 2 for servers in asked(replicas, f"GET {CALL}/"))
    assert both, "no request went to a replica that did not know the event"


def test_an_unknown_event_is_not_found(replicas: Replicas) -> None:
    answer = httpx.get(f"{replicas.url}{CALL}/{'0' * 32}")
    assert answer.status_code == 404
    assert "Unknown call" in answer.json()["detail"]


def test_a_killed_replica_costs_no_visitor_an_answer_and_serves_again_after_its_restart(
    replicas: Replicas, seven: Path
) -> None:
    dead = address(replicas, 1)
    record = draw_until(replicas, lambda record: record.updates >= 50, lambda: replicas.kill(1))
    assert record.errors == []
    assert [dead, address(replicas, 0)] in asked(replicas, UPDATE), "no request was retried"
    label, _ = Client(replicas.url, verbose=False).predict(handle_file(str(seven)), api_name="/predict")
    assert label["label"] == "7"
    before = len(asked(replicas, UPDATE))
    replicas.start(1)
    record = draw_until(replicas, lambda _: [dead] in asked(replicas, UPDATE)[before:])
    assert record.errors == []


def test_a_person_who_draws_does_not_notice_the_death_of_a_replica(
    replicas: Replicas, open_page: Callable[..., Page]
) -> None:
    page = open_page(replicas.url)
    pen = Pen(page)
    first, second = DIGITS[4]
    pen.draw([first])
    expect(page.locator("#verdict")).not_to_have_attribute("data-verdict", "blank")
    replicas.kill(0)
    pen.draw([second])
    expect(page.locator("#verdict")).to_have_text("This looks like a 4.")
    expect(page.get_by_text("Connection")).to_have_count(0)


def test_nginx_runs_with_the_configuration_of_the_repository(replicas: Replicas) -> None:
    configuration = (replicas.folder / "lenet.conf").read_text("utf-8")
    listen = f"listen {replicas.url.removeprefix('http://')};"
    assert configuration.replace(listen, "listen 80;") == (HERE / "nginx.conf").read_text("utf-8")
