"""Two replicas behind nginx serve as one page does, without sticky sessions, and one of them may die."""

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

from deploy import trial
from deploy.replicas import HERE, Replicas, nginx
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen

CALL = "/gradio_api/call/predict"
DATA = {"meta": {"_type": "gradio.FileData"}}


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    if nginx() is None:
        reason = "No nginx: `apt install nginx` brings it."
        if os.environ.get("REQUIRE_NGINX") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with Replicas(2) as replicas:
        yield replicas


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    Image.fromarray(render(DIGITS[7])).save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


def served_by(replicas: Replicas, path: str) -> list[list[str]]:
    """The ports that each request for a path went to, as nginx wrote it down."""
    lines = [line for line in replicas.log("access").splitlines() if path in line]
    return [re.findall(r"127\.0\.0\.1:(\d+)", line) for line in lines]


def draw_until(replicas: Replicas, done: Callable[[trial.Load], bool], then: Callable[[], object]) -> trial.Load:
    """Clients draw until something is the case, then `then` happens, and they draw 50 times more."""

    async def draw() -> trial.Load:
        load, end = await trial.load(replicas), asyncio.Event()
        async with asyncio.TaskGroup() as clients:
            for client in range(trial.CLIENTS):
                clients.create_task(load.draw(client, end))
            while not done(load):
                await asyncio.sleep(0.01)
            await asyncio.to_thread(then)
            count = len(load.times)
            while len(load.times) < count + 50:
                await asyncio.sleep(0.01)
            end.set()
        return load

    with ThreadPoolExecutor(1) as beside:  # Playwright has this thread's loop
        return beside.submit(asyncio.run, draw()).result()


def test_a_drawings_updates_take_turns_and_every_replica_answers_the_same(replicas: Replicas) -> None:
    load = draw_until(replicas, lambda load: len(load.times) >= 50, lambda: None)
    assert load.wrong == []
    asked = [ports[0] for ports in served_by(replicas, "/gradio_api/run/predict")]
    counts = [asked.count(str(port)) for port in replicas.ports]
    assert len(asked) >= 100
    assert abs(counts[0] - counts[1]) <= 1


def test_nothing_is_sticky(replicas: Replicas) -> None:
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
    first, second = (f"http://127.0.0.1:{port}" for port in replicas.ports)
    [path] = httpx.post(f"{first}/gradio_api/upload", files={"files": ("seven.png", seven.read_bytes())}).json()
    event = httpx.post(second + CALL, json={"data": [{"path": path, **DATA}]}).json()["event_id"]
    assert '"label": "7"' in httpx.get(f"{second}{CALL}/{event}", timeout=60).text


def test_predict_answers_curl_whichever_replica_took_the_call(replicas: Replicas, seven: Path) -> None:
    [path] = httpx.post(f"{replicas.url}/gradio_api/upload", files={"files": ("7.png", seven.read_bytes())}).json()
    for _ in range(4):
        event = httpx.post(replicas.url + CALL, json={"data": [{"path": path, **DATA}]}).json()["event_id"]
        answer = httpx.get(f"{replicas.url}{CALL}/{event}", timeout=60)
        assert answer.text.startswith("event: complete")
        assert '"label": "7"' in answer.text
    assert any(len(ports) == 2 for ports in served_by(replicas, f"GET {CALL}/")), "asked only who knew it"


def test_a_call_that_nobody_made_is_not_found(replicas: Replicas) -> None:
    answer = httpx.get(f"{replicas.url}{CALL}/{'0' * 32}")
    assert answer.status_code == 404
    assert answer.text.startswith("event: error\ndata: ")


def test_a_killed_replica_costs_no_visitor_an_answer_and_serves_again_when_it_is_back(
    replicas: Replicas, seven: Path
) -> None:
    load = draw_until(replicas, lambda load: len(load.times) >= 50, lambda: replicas.kill(1))
    assert load.wrong == []
    dead = str(replicas.ports[1])
    assert [dead, str(replicas.ports[0])] in served_by(replicas, "/gradio_api/run/predict"), "nobody was sent to it"
    label, _ = Client(replicas.url, verbose=False).predict(handle_file(str(seven)), api_name="/predict")
    assert label["label"] == "7"

    def back(load: trial.Load) -> bool:
        return [dead] in served_by(replicas, "/gradio_api/run/predict")[before:]

    before = len(served_by(replicas, "/gradio_api/run/predict"))
    replicas.start(1)
    load = draw_until(replicas, back, lambda: None)
    assert load.wrong == []


def test_who_draws_on_the_page_does_not_notice_that_a_replica_dies(
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


def test_what_is_shipped_is_what_nginx_was_given(replicas: Replicas) -> None:
    shipped = (HERE / "nginx.conf").read_text("utf-8")
    given = (replicas.folder / "lenet.conf").read_text("utf-8")
    assert given.replace(f"listen {replicas.url.removeprefix('http://')};", "listen 80;") == shipped
