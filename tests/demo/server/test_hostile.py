"""Nothing sent to the page makes it fail, reads its files, or leaves anything with it: against the running server."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenet.demo import LAUNCH
from tests.helpers.servers import Server
from tests.helpers.strategies import DRAWINGS
from tests.helpers.strategies import JSON as JSON_VALUES
from tests.helpers.tries import DRAWING, JSON, Try, ask, function, send, tries
from tests.helpers.wrong_files import png

ORIGIN = "Access-Control-Allow-Origin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def server(start: Callable, folder: Path) -> Server:
    return start([sys.executable, "app.py"], {"GRADIO_TEMP_DIR": str(folder)})


@pytest.fixture(scope="module")
def live(server: Server) -> int:
    return function(server.url, "show_1")


@pytest.fixture(scope="module")
def wanted(server: Server, live: int) -> dict[str, Try]:
    return {f"{each.kind}: {each.name}": each for each in tries(live, function(server.url, "show"))}


def draw(server: Server, live: int, session: str | None = None, **headers: str) -> str:
    body = {"data": [DRAWING, False], "fn_index": live, "session_hash": session}
    answer = ask(server.url, "/gradio_api/run/predict", json.dumps(body).encode(), JSON | headers)
    assert answer.status == 200, answer
    return answer.text


def upload(server: Server, name: str, content: bytes) -> str:
    head = f'--B\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    answer = ask(server.url, "/gradio_api/upload", head + content + b"\r\n--B--\r\n", headers)
    return json.loads(answer.text)[0]


# A function's number is asked of the server; the names are known without.
@pytest.mark.parametrize("name", [f"{each.kind}: {each.name}" for each in tries(0, 0)])
def test_a_wrong_request_is_answered_in_a_sentence_and_the_log_stays_clean(
    server: Server, wanted: dict[str, Try], name: str
) -> None:
    expected = wanted[name]
    answer = send(server.url, expected)
    assert answer.status == expected.status, answer.text[:500]
    assert expected.answer in answer.text
    assert "root:" not in answer.text
    assert "Traceback" not in server.log.read_text()


WAYS = [
    "run/predict",
    "call/predict",
    "call/read",
    "call/v2/predict",
    "queue/join",
    "component_server",
    "cancel",
    "reset",
]
BODIES = JSON_VALUES | st.fixed_dictionaries(
    {"data": JSON_VALUES | st.lists(JSON_VALUES | DRAWINGS.map(json.dumps), max_size=3)},
    optional={
        "fn_index": st.integers(-2, 40) | JSON_VALUES,
        "session_hash": st.text(max_size=5) | JSON_VALUES,
        "event_id": JSON_VALUES,
        "trigger_id": JSON_VALUES,
        "event_data": JSON_VALUES,
        "simple_format": JSON_VALUES,
    },
)


@settings(max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(WAYS), BODIES)
def test_whatever_is_posted_is_answered_and_the_log_stays_clean(server: Server, way: str, body: object) -> None:
    before = len(server.log.read_text())
    answer = ask(server.url, f"/gradio_api/{way}", json.dumps(body).encode(), JSON)
    assert 200 <= answer.status < 600
    assert "Traceback" not in server.log.read_text()[before:]


def test_after_all_that_a_drawing_is_read(server: Server, live: int) -> None:
    assert 'data-digit="7"' in draw(server, live).replace("\\", "")


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1.example.com"])
def test_a_page_of_another_origin_cannot_read_what_this_machine_serves(server: Server, live: int, origin: str) -> None:
    body = json.dumps({"data": [DRAWING, False], "fn_index": live}).encode()
    answer = ask(server.url, "/gradio_api/run/predict", body, JSON | {"Origin": origin})
    assert ORIGIN not in {header.title() for header in answer.headers}
    ours = ask(server.url, "/gradio_api/run/predict", body, JSON | {"Origin": server.url})
    assert {header.title(): value for header, value in ours.headers.items()}[ORIGIN] == server.url


@pytest.mark.parametrize(("name", "kind"), [("x.html", "octet-stream"), ("x.svg", "octet-stream"), ("x.js", "octet")])
def test_an_upload_that_could_run_is_served_as_an_attachment(server: Server, name: str, kind: str) -> None:
    path = upload(server, name, b"<svg onload='alert(1)'><script>alert(1)</script></svg>")
    headers = {key.title(): value for key, value in ask(server.url, f"/gradio_api/file={path}").headers.items()}
    assert headers["Content-Disposition"].startswith("attachment")
    assert kind in headers["Content-Type"]


def test_an_upload_stays_in_its_folder_whatever_its_name_is(server: Server, folder: Path) -> None:
    path = Path(upload(server, "../../../evil.png", b"x"))
    assert path.resolve().is_relative_to(folder.resolve())


def test_a_range_that_is_none_brings_the_file(server: Server) -> None:
    path = upload(server, "x.png", b"picture")
    assert ask(server.url, f"/gradio_api/file={path}", headers={"Range": "bytes=0-1-2"}).text == "picture"
    assert "Traceback" not in server.log.read_text()


def test_no_drawing_is_on_the_disk_or_on_anothers_page(server: Server, live: int, folder: Path) -> None:
    before = {file for file in folder.rglob("*") if file.is_file()}
    secret = '{"strokes":[[[61.5,67.5],[211.5,67.5],[121.5,247.5]]]}'
    body = {"data": [secret, False], "fn_index": live, "session_hash": "mine"}
    assert ask(server.url, "/gradio_api/run/predict", json.dumps(body).encode(), JSON).status == 200
    assert {file for file in folder.rglob("*") if file.is_file()} == before
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/queue/status"):
        assert "247.5" not in ask(server.url, path).text


def test_an_upload_is_deleted_when_its_time_is_over(start: Callable, tmp_path: Path) -> None:
    soon = (
        "import runpy; from lenet.demo import page; page.DELETE_UPLOADS = (1, 1);"
        "runpy.run_path('app.py', run_name='__main__')"
    )
    server = start([sys.executable, "-c", soon], {"GRADIO_TEMP_DIR": str(tmp_path)})
    path = Path(upload(server, "seven.png", png(7)))
    assert path.is_file()
    end = time.monotonic() + 30
    while path.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not path.exists()
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_an_address_that_starts_nothing_says_that_it_is_up(server: Server) -> None:
    started = time.monotonic()
    assert json.loads(ask(server.url, "/gradio_api/startup-events").text) in (True, False)
    assert time.monotonic() - started < 10


def test_a_picture_that_was_uploaded_is_still_read(server: Server) -> None:
    path = upload(server, "seven.png", png(7))
    data = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}
    answer = send(server.url, Try("", "", "/gradio_api/call/predict", json.dumps(data).encode(), 200, ""))
    assert '"label": "7"' in answer.text


def test_the_page_is_not_launched_with_what_opens_the_machine() -> None:
    assert not {"share", "allowed_paths", "auth", "show_error"} & set(LAUNCH)
    assert LAUNCH["enable_monitoring"] is False
    source = "".join(path.read_text("utf-8") for path in Path(__file__).parents[3].glob("lenet/demo/*.py"))
    for name in ("gr.load", "flagging", "FileExplorer", "LoginButton", "DeepLinkButton"):
        assert name not in source
