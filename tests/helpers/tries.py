"""Hostile requests and their expected answers, for the test and for the table in SECURITY.md."""

import base64
import http.client
import json
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np

from tests.helpers.picked import picked
from tests.helpers.wrong_files import POLYGLOTS, SCRIPTS

JSON = {"Content-Type": "application/json"}
PARTS = {"Content-Type": "multipart/form-data; boundary=B"}
DRAWING = '{"strokes":[[[60,60],[200,60],[120,240]]]}'
META = {"_type": "gradio.FileData"}
MALFORMED = "The input does not match"
NOT_FOUND = "Not found."
PICKED = "A picture is JSON text"
UNKNOWN = "read this file as a picture"  # without its apostrophe, which JSON escapes


class Try(NamedTuple):
    """A request, and a part of its answer."""

    kind: str  # row of the table that it counts for
    name: str
    path: str
    body: bytes | None  # None for a GET
    status: int
    answer: str
    headers: dict[str, str] = JSON


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]


def ask(url: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Send a request without normalizing its path, which urllib does."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        response = connection.getresponse()
        headers = {name.title(): value for name, value in response.getheaders()}
        return Answer(response.status, response.read().decode(errors="replace"), headers)
    finally:
        connection.close()


def run_event(url: str, name: str, *data: object, **body: object) -> Answer:
    """Run an event of the page in place, as the page does."""
    return ask(url, f"/gradio_api/run/{name}", json.dumps({"data": data, **body}).encode(), JSON)


def upload(url: str, name: str, content: bytes, query: str = "") -> Answer:
    """Upload a file; the answer is a JSON list of its path."""
    return ask(url, f"/gradio_api/upload{query}", multipart(name, content), PARTS)


def multipart(name: str, content: bytes) -> bytes:
    """Return the body of an upload."""
    head = f'--B\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--B--\r\n"


def send(url: str, attempt: Try) -> Answer:
    """Send a hostile request; the answer to a call of a function is in its events."""
    answer = ask(url, attempt.path, attempt.body, attempt.headers)
    if attempt.path.startswith("/gradio_api/call/") and attempt.body is not None and answer.status == 200:
        answer = ask(url, f"/gradio_api/call/predict/{json.loads(answer.text)['event_id']}")
    return answer


def function(url: str, name: str) -> int:
    """Return the number that Gradio gave to a function of the page."""
    dependencies = json.loads(ask(url, "/config").text)["dependencies"]
    return next(dependency["id"] for dependency in dependencies if dependency["api_name"] == name)


def _event(
    name: str, body: object, status: int, answer: str, path: str = "run/draw", headers: dict[str, str] = JSON
) -> Try:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Try("the live event", name, f"/gradio_api/{path}", raw, status, answer, headers)


def _drawing(name: str, value: object, answer: str, status: int = 500) -> Try:
    return _event(name, {"data": [value, False]}, status, answer)


def _call(name: str, data: object, status: int, answer: str, path: str = "call/predict") -> Try:
    return Try("`/predict`, `/read`", name, f"/gradio_api/{path}", json.dumps(data).encode(), status, answer)


def _picture(name: str, value: object, answer: str = MALFORMED) -> Try:
    return _call(name, {"data": [value]}, 200, answer)


def _inline(content: bytes) -> dict[str, str]:
    return {"url": f"data:image/png;base64,{base64.b64encode(content).decode()}"}


def _stream(name: str, path: str, status: int, answer: str) -> Try:
    return Try("events of other sessions", name, f"/gradio_api/{path}", None, status, answer)


def _closed(path: str, body: bytes | None = None, status: int = 404, answer: str = NOT_FOUND) -> Try:
    return Try("routes of Gradio that the page does not use", path, path, body, status, answer)


def _upload(name: str, body: bytes, status: int, answer: str, headers: dict[str, str] = PARTS) -> Try:
    return Try("uploads", name, "/gradio_api/upload", body, status, answer, headers)


TOO_MANY = picked(np.zeros((837, 837), np.uint8))
ZEROS = b'{"data":[[' + b"0," * 300_000 + b"0],false]}"
NESTED = b'{"data":[' + b"[" * 2000 + b"]" * 2000 + b",false]}"
TRIES = [
    _drawing("a number", 5, "A drawing is"),
    _drawing("a list", [1, [2]], "A drawing is"),
    _drawing("NaN", '{"strokes":[[[NaN,60]]]}', "A drawing is JSON"),
    _drawing("an infinite pen", '{"pen":1e999,"strokes":[]}', "A drawing is JSON"),
    _drawing("a pen of 300", '{"pen":300,"strokes":[]}', "`pen` of a drawing is a number from 0.1 to 200"),
    _drawing("a canvas of one pixel", '{"w":1,"h":1,"strokes":[]}', "`w` of a drawing is a number from 10 to 2000"),
    _drawing("a number of 5,000 digits", f'{{"strokes":[[[1{"0" * 5000},60]]]}}', "A drawing is JSON"),
    _drawing("300,000 characters", "x" * 300_000, "at most 200,000 characters"),
    _drawing("20,000 points", {"strokes": [[[1, 2]] * 20_000]}, "at most 10,000 points"),
    _drawing("20,000 strokes", {"strokes": [[[1, 2]]] * 20_000}, "at most 10,000 points"),
    _drawing("a lone surrogate", "\ud800", "not valid JSON", 400),
    _drawing("a lone surrogate in the text", '{"strokes":[["\\ud800"]]}', "A drawing is JSON"),
    _event("1e999", b'{"data":[1e999,false]}', 400, "not valid JSON"),
    _event("a list instead of an object", [1], 422, "a JSON object"),
    _event("no content type", {"data": [DRAWING, False]}, 422, "valid dictionary", headers={}),
    _event(
        "an event id of another type",
        {"event_id": [1], "session_hash": {}, "fn_index": 0},
        404,
        "Unknown call",
        "cancel",
    ),
    _drawing("a file of the host", {"path": "/etc/passwd", "meta": META}, MALFORMED),
    _drawing("meta that is text", {"path": "x", "meta": "x"}, MALFORMED),
    _drawing("meta that is null", {"path": "x", "meta": None}, MALFORMED),
    _drawing("a file's size as text", {"path": "x", "meta": META, "size": "large"}, MALFORMED),
    _event("5 MB", b" " * 5_000_000, 413, "at most 1,000,000 bytes"),
    _event("300,000 numbers", ZEROS, 413, "at most 100,000 values"),
    _event("2,000 nested lists", NESTED, 400, "not valid JSON"),
    _event("200 nested lists", b'{"data":[' + b"[" * 200 + b"]" * 200 + b",false]}", 400, "at most 32 nested lists"),
    _event("no data", {}, 422, "Field required"),
    _event("too few values", {"data": []}, 500, MALFORMED),
    _event("too many values", {"data": [DRAWING, False, False]}, 500, MALFORMED),
    _event(
        "an unknown function", {"data": [], "fn_index": 99_999}, 404, "no function with number 99999", "run/predict"
    ),
    _event("a function as text", {"data": [], "fn_index": "9"}, 404, "no function with number 9", "run/predict"),
    _event("invalid JSON", b"{", 400, "not valid JSON"),
    _event("invalid UTF-8", b'{"data":["\xff"]}', 400, "not valid JSON"),
    _picture("text instead of a picture", "x"),
    _picture("a list instead of a picture", [1]),
    _picture("nothing", None, "Send a picture"),
    _picture("a path that is a list", {"path": [1]}),
    _picture("a path with a zero byte", {"path": "a\0b", "meta": META}),
    _picture("a path of 5,000 characters", {"path": "a" * 5000, "meta": META}),
    _picture("a file in another user's folder", {"path": "/home/other/x", "meta": META}),
    _picture("a file of the host", {"path": "docs/page.png"}, UNKNOWN),
    _picture("an endless file of the host", {"path": "/dev/zero"}, UNKNOWN),
    _picture("a file of the host as an upload", {"path": "/etc/passwd", "meta": META}),
    _picture("a file URL", {"path": "file:///etc/passwd", "meta": META}),
    _picture("this server", {"path": "http://127.0.0.1/config", "meta": META}, "Only public addresses"),
    _picture("this server as a number", {"path": "http://2130706433/", "meta": META}, "Only public addresses"),
    _picture("a port out of range", {"path": "http://1.1.1.1:99999/", "meta": META}, "Only public addresses"),
    _picture(
        "the metadata server of a cloud", {"path": "http://169.254.169.254/", "meta": META}, "Only public addresses"
    ),
    _picture("the shared addresses of a cloud", {"path": "http://100.64.0.1/", "meta": META}, "Only public addresses"),
    _picture("7 MB of base64 that is no picture", {"url": "data:image/png;base64," + "A" * 7_000_000}, UNKNOWN),
    *(_picture(name, _inline(content), '"label": "7"') for name, content in POLYGLOTS.items()),
    *(_picture(name, _inline(content), "picture") for name, content in SCRIPTS.items()),
    _call("30 MB of base64", {"data": [{"url": "A" * 30_000_000}]}, 413, "at most 8,000,000 bytes"),
    _call("another client's session", {"data": [None], "session_hash": "other"}, 400, "A call has no `session_hash`"),
    _call("an empty session name", {"data": [None], "session_hash": ""}, 400, "`session_hash` must not be empty"),
    _call("too few values", {"data": []}, 200, MALFORMED),
    _call("too many values", {"data": [1, 2, 3]}, 200, MALFORMED),
    _call("one value too many", {"data": [None, None]}, 200, MALFORMED),
    _call("an unknown name", {"data": []}, 404, "There is no function /nothing", "call/nothing"),
    _call("an unknown parameter", {"foo": 1}, 400, "not the parameters of /predict", "call/v2/predict"),
    _call("an unknown name, v2", {}, 404, "There is no function /nothing", "call/v2/nothing"),
    _call("a queue for nothing", {"data": [], "session_hash": "x"}, 404, "There is no function", "queue/join"),
    _stream("a queue", "queue/data?session_hash=other", 404, "Unknown call"),
    _stream("a call", "call/predict/other", 404, "Unknown call"),
    _event("a file of the host on the page", {"data": [{"path": "docs/page.png"}]}, 500, PICKED, "run/read_picture"),
    _event("a picture of text on the page", {"data": ["x"]}, 500, PICKED, "run/read_picture"),
    _event("too many pixels on the page", {"data": [TOO_MANY]}, 500, PICKED, "run/read_picture"),
    _upload("21 MB", multipart("x.png", b"x" * (21 * 2**20)), 413, "maximum allowed size"),
    _upload("a name of 5,000 letters", multipart("a" * 5000, b"x"), 413, "Headers exceeded"),
    _upload("no parts", b"x", 400, "boundary", {"Content-Type": "multipart/form-data"}),
    _closed("/gradio_api/file=/etc/passwd"),
    _closed("/gradio_api/file=app.py"),
    _closed("/gradio_api/file=http://169.254.169.254/"),
    _closed("/gradio_api/upload_progress?upload_id=1"),
    _closed("/static/" + "a" * 260),
    _closed("/assets/" + "a" * 260),
    _closed("/gradio_api/proxy=http://127.0.0.1/config"),
    _closed("/gradio_api/proxy=https://example.hf.space/"),
    _closed("/gradio_api/vibe-edit", b"{}"),
    _closed("/gradio_api/vibe-code"),
    _closed("/gradio_api/deep_link?session_hash=x"),
    _closed("/gradio_api/process_recording", b""),
    _closed("/gradio_api/custom_component/x/client/component/a%0Ab"),
    _closed("/gradio_api/component_server", b'{"data":1,"component_id":5,"session_hash":"x","fn_name":"preprocess"}'),
    _closed("/gradio_api/dev/reload"),
    _closed("/monitoring"),
    _closed("/monitoring/summary"),
    _closed("/gradio_api/runs", None, 404, NOT_FOUND),
    _closed("/static/..%2f..%2f..%2fetc/passwd", None, 403, "Forbidden"),
    _closed("/assets/..%2f..%2f..%2fetc/passwd", None, 403, "Forbidden"),
]
