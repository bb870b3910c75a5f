"""Hostile requests to the running page: none makes it fail, reads its files or leaves anything behind."""

import http.client
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenet.demo import LAUNCH
from tests.helpers.servers import Server
from tests.helpers.strategies import DRAWINGS
from tests.helpers.strategies import JSON as JSON_VALUES
from tests.helpers.tries import DRAWING, JSON, META, TRIES, Try, ask, function, run_event, send, upload
from tests.helpers.wrong_files import png

ORIGIN = "Access-Control-Allow-Origin"
ROUTES = ["run/draw", "run/predict", "call/predict", "call/read", "call/v2/predict", "queue/join", "cancel", "reset"]
ROUTES += ["component_server"]
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def server(start: Callable[..., Server], folder: Path) -> Server:
    return start([sys.executable, "app.py"], {"GRADIO_TEMP_DIR": str(folder)})


@pytest.mark.slow
@pytest.mark.parametrize("path", ["queue/data?session_hash=other", "call/say/other"])
def test_gradio_still_fails_at_unknown_streams(start: Callable[..., Server], tmp_path: Path, path: str) -> None:
    server = start([sys.executable, "tests/helpers/cleanup_page.py", "gradio"], {"GRADIO_TEMP_DIR": str(tmp_path)})
    with suppress(OSError, http.client.HTTPException):
        ask(server.url, f"/gradio_api/{path}")
    end = time.monotonic() + 10
    while "Traceback" not in server.log.read_text():  # written after the connection is closed
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("attempt", [pytest.param(attempt, id=f"{attempt.kind}: {attempt.name}") for attempt in TRIES])
def test_a_hostile_request_is_answered_in_a_sentence_and_the_log_stays_clean(server: Server, attempt: Try) -> None:
    answer = send(server.url, attempt)
    assert answer.status == attempt.status, answer.text[:500]
    assert attempt.answer in answer.text
    assert "root:" not in answer.text
    assert "Traceback" not in server.log.read_text()


@settings(max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ROUTES), BODIES)
def test_any_json_body_is_answered_and_the_log_stays_clean(server: Server, route: str, body: object) -> None:
    before = len(server.log.read_text())
    answer = ask(server.url, f"/gradio_api/{route}", json.dumps(body).encode(), JSON)
    assert 200 <= answer.status < 600
    assert "Traceback" not in server.log.read_text()[before:]


def test_drawings_and_uploads_are_still_read_after_hostile_requests(server: Server) -> None:
    assert 'data-digit=\\"7\\"' in run_event(server.url, "draw", DRAWING, False).text
    [path] = json.loads(upload(server.url, "seven.png", png(7)).text)
    call = json.dumps({"data": [{"path": path, "meta": META}]}).encode()
    assert '"label": "7"' in send(server.url, Try("", "", "/gradio_api/call/predict", call, 200, "")).text


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1.example.com"])
def test_a_page_of_another_origin_cannot_read_answers_of_a_local_server(server: Server, origin: str) -> None:
    body = json.dumps({"data": [DRAWING, False]}).encode()
    assert ORIGIN not in ask(server.url, "/gradio_api/run/draw", body, JSON | {"Origin": origin}).headers
    same_origin = ask(server.url, "/gradio_api/run/draw", body, JSON | {"Origin": server.url})
    assert same_origin.headers[ORIGIN] == server.url


def test_an_upload_cannot_be_fetched(server: Server) -> None:
    [path] = json.loads(upload(server.url, "x.html", b"<script>alert(1)</script>").text)
    assert Path(path).is_file()
    assert ask(server.url, f"/gradio_api/file={path}").status == 404


def test_an_upload_stays_in_the_upload_folder_whatever_its_name(server: Server, folder: Path) -> None:
    [path] = json.loads(upload(server.url, "../../../evil.png", b"x").text)
    assert Path(path).resolve().is_relative_to(folder.resolve())


def test_a_session_name_alone_neither_reads_nor_cancels_a_call(server: Server) -> None:
    join = {"data": [None], "fn_index": function(server.url, "predict"), "session_hash": "mine"}
    event = json.loads(ask(server.url, "/gradio_api/queue/join", json.dumps(join).encode(), JSON).text)["event_id"]
    for path in ("call/predict/mine", f"call/predict/{event}"):  # the second would stream the whole session
        assert ask(server.url, f"/gradio_api/{path}").status == 404
    for session, event_id in (("mine", "0" * 32), ("mine", None), ("other", event), (event, event)):
        body = {"session_hash": session, "event_id": event_id, "fn_index": join["fn_index"]}
        assert ask(server.url, "/gradio_api/cancel", json.dumps(body).encode(), JSON).status == 404
    assert "Send a picture" in ask(server.url, "/gradio_api/queue/data?session_hash=mine").text


def test_a_drawing_is_neither_on_the_disk_nor_on_another_page(server: Server, folder: Path) -> None:
    before = {file for file in folder.rglob("*") if file.is_file()}
    secret = '{"strokes":[[[61.5,67.5],[211.5,67.5],[121.5,247.5]]]}'
    assert run_event(server.url, "draw", secret, False, session_hash="mine").status == 200
    assert {file for file in folder.rglob("*") if file.is_file()} == before
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/queue/status"):
        assert "247.5" not in ask(server.url, path).text


def test_startup_events_answer_at_once(server: Server) -> None:
    started = time.monotonic()
    assert json.loads(ask(server.url, "/gradio_api/startup-events").text) in (True, False)
    assert time.monotonic() - started < 10


def test_launch_uses_no_option_that_exposes_the_machine() -> None:
    assert not {"share", "allowed_paths", "auth", "show_error"} & set(LAUNCH)
    assert LAUNCH["enable_monitoring"] is False
    source = "".join(path.read_text("utf-8") for path in Path(__file__).parents[3].glob("lenet/demo/**/*.py"))
    for name in ("gr.load", "flagging", "FileExplorer", "LoginButton", "DeepLinkButton"):
        assert name not in source
