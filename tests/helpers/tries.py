"""What a hostile client sends, and what it gets: one list for the test and for the table in SECURITY.md."""

import base64
import functools
import http.client
import json
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.helpers.wrong_files import POLYGLOTS, SCRIPTS

JSON = {"Content-Type": "application/json"}
PARTS = {"Content-Type": "multipart/form-data"}
DRAWING = '{"strokes":[[[60,60],[200,60],[120,240]]]}'
UNFIT = "This is not what the function takes"
UNKNOWN = "read this file as a picture"
NO_DOOR = "This page has no such address"
META = {"_type": "gradio.FileData"}


class Try(NamedTuple):
    """A request, and a part of its answer."""

    kind: str  # the row of the table that it counts for
    name: str
    path: str
    body: bytes | None  # None: it is a GET
    status: int
    answer: str
    headers: dict[str, str] = JSON


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]


def ask(url: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """One request, its path as it is: urllib would tidy it."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(errors="replace"), dict(answer.getheaders()))
    finally:
        connection.close()


def send(url: str, each: Try) -> Answer:
    """Make a try; of a call of a function the answer is what its events say."""
    answer = ask(url, each.path, each.body, each.headers)
    if each.path.startswith("/gradio_api/call/") and each.body is not None and answer.status == 200:
        answer = ask(url, f"/gradio_api/call/predict/{json.loads(answer.text)['event_id']}")
    return answer


def function(url: str, name: str) -> int:
    """The number that Gradio gave to a function of the page."""
    dependencies = json.loads(ask(url, "/config").text)["dependencies"]
    return next(each["id"] for each in dependencies if each["api_name"] == name)


@functools.cache
def tries(live: int, shown: int) -> list[Try]:
    """All of them.

    Args:
        live: the number of the function that reads the pad.
        shown: of the one that reads a picture on the page.
    """

    def event(name: str, body: object, status: int, answer: str, kind: str = "the live event") -> Try:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Try(kind, name, "/gradio_api/run/predict", raw, status, answer)

    def drawing(name: str, value: object, answer: str, status: int = 500) -> Try:
        return event(name, {"data": [value, False], "fn_index": live}, status, answer)

    def call(name: str, data: object, status: int, answer: str, path: str = "call/predict") -> Try:
        return Try("`/predict`, `/read`", name, f"/gradio_api/{path}", json.dumps(data).encode(), status, answer)

    def picture(name: str, value: object, answer: str = UNFIT) -> Try:
        return call(name, {"data": [value]}, 200, answer)

    def inline(content: bytes) -> dict[str, str]:
        return {"url": f"data:image/png;base64,{base64.b64encode(content).decode()}"}

    def closed(path: str, body: bytes | None = None, status: int = 404, answer: str = NO_DOOR) -> Try:
        return Try("addresses that Gradio has and the page does not use", path, path, body, status, answer)

    def file(path: str, status: int = 403, answer: str = "File not allowed") -> Try:
        return Try("`/gradio_api/file=`", path, f"/gradio_api/file={path}", None, status, answer)

    def upload(name: str, content: bytes, status: int, answer: str, file: str = "x.png") -> Try:
        head = f'--B\r\nContent-Disposition: form-data; name="files"; filename="{file}"\r\n\r\n'.encode()
        headers = {"Content-Type": "multipart/form-data; boundary=B"}
        return Try("uploads", name, "/gradio_api/upload", head + content + b"\r\n--B--\r\n", status, answer, headers)

    host = {"data": [{"path": "docs/page.png"}], "fn_index": shown}
    zeros = b'{"data":[[' + b"0," * 300_000 + b'0],false],"fn_index":%d}' % live
    deep = b'{"data":[' + b"[" * 2000 + b"]" * 2000 + b',false],"fn_index":%d}' % live
    return [
        drawing("a number", 5, "A drawing is"),
        drawing("a list", [1, [2]], "A drawing is"),
        drawing("NaN", '{"strokes":[[[NaN,60]]]}', "A point is [x, y]"),
        drawing("an infinite pen", '{"pen":Infinity,"strokes":[]}', "`pen` of a drawing is a number from 0.1 to 200"),
        drawing("a number of 5,000 digits", f'{{"strokes":[[[1{"0" * 5000},60]]]}}', "A drawing is JSON"),
        drawing("300,000 characters", "x" * 300_000, "at most 200,000 characters"),
        drawing("20,000 points", {"strokes": [[[1, 2]] * 20_000]}, "at most 10,000 points"),
        drawing("20,000 strokes", {"strokes": [[[1, 2]]] * 20_000}, "at most 10,000 points"),
        drawing("half a character", "\ud800", "A drawing is JSON"),
        drawing("a file of the host", {"path": "/etc/passwd", "meta": META}, UNFIT),
        drawing("meta that is none", {"path": "x", "meta": "x"}, UNFIT),
        drawing("meta that is null", {"path": "x", "meta": None}, UNFIT),
        drawing("a file's size as text", {"path": "x", "meta": META, "size": "large"}, UNFIT),
        event("5 MB", b" " * 5_000_000, 413, "at most 1,000,000 bytes"),
        event("300,000 numbers", zeros, 413, "at most 100,000 values"),
        event("2,000 lists in each other", deep, 400, "at most 32 lists"),
        event("no data", {"fn_index": live}, 422, "Field required"),
        event("too few data", {"data": [], "fn_index": live}, 500, UNFIT),
        event("too many data", {"data": [DRAWING, False, False], "fn_index": live}, 500, UNFIT),
        event("no such function", {"data": [], "fn_index": 99_999}, 404, "There is no function of number 99999"),
        event("a function as text", {"data": [], "fn_index": "9"}, 404, "There is no function of number 9"),
        event("no JSON", b"{", 422, "JSON decode error"),
        event("no UTF-8", b'{"data":["\xff"]}', 400, "error parsing the body"),
        picture("text where a picture belongs", "x"),
        picture("a list where a picture belongs", [1]),
        picture("nothing", None, "Send a picture"),
        picture("a path that is a list", {"path": [1]}),
        picture("a path with a zero byte", {"path": "a\0b", "meta": META}),
        picture("a path of half a character", {"path": "\ud800", "meta": META}),
        picture("a path of 5,000 characters", {"path": "a" * 5000, "meta": META}),
        picture("a file in a folder of someone else", {"path": "/root/x", "meta": META}),
        picture("a file of the host", {"path": "docs/page.png"}, UNKNOWN),
        picture("an endless file of the host", {"path": "/dev/zero"}, UNKNOWN),
        picture("a file of the host as an upload", {"path": "/etc/passwd", "meta": META}),
        picture("a file URL", {"path": "file:///etc/passwd", "meta": META}),
        picture("this server", {"path": "http://127.0.0.1/config", "meta": META}, "only public ones"),
        picture("this server by a number", {"path": "http://2130706433/", "meta": META}, "only public ones"),
        picture("a port that is none", {"path": "http://1.1.1.1:99999/", "meta": META}, "only public ones"),
        picture("the cloud's own address", {"path": "http://169.254.169.254/", "meta": META}, "only public ones"),
        picture("10 MB of base64 that is none", {"url": "data:image/png;base64," + "A" * 10_000_000}, UNKNOWN),
        *(picture(name, inline(content), '"label": "7"') for name, content in POLYGLOTS.items()),
        *(picture(name, inline(content), UNKNOWN) for name, content in SCRIPTS.items()),
        call("30 MB of base64", {"data": [{"url": "A" * 30_000_000}]}, 413, "at most 28,062,024 bytes"),
        call("a session without a name", {"data": [None], "session_hash": ""}, 400, "A session has a name"),
        call("too few data", {"data": []}, 200, UNFIT),
        call("too many data", {"data": [1, 2, 3]}, 200, UNFIT),
        call("one value too many", {"data": [None, None]}, 200, UNFIT),
        call("no such name", {"data": []}, 404, "There is no function /nothing", "call/nothing"),
        call("no such parameter", {"foo": 1}, 400, "not the parameters of /predict", "call/v2/predict"),
        call("no such name, v2", {}, 404, "There is no function /nothing", "call/v2/nothing"),
        call("a queue for nothing", {"data": [], "session_hash": "x"}, 404, "There is no function", "queue/join"),
        Try("events of others", "a queue", "/gradio_api/queue/data?session_hash=other", None, 200, "session_not_found"),
        Try("events of others", "a call", "/gradio_api/call/predict/other", None, 404, "event: error"),
        event("a file of the host on the page", host, 200, UNKNOWN),
        upload("21 MB", b"x" * (21 * 2**20), 413, "at most 21,071,520 bytes"),
        upload("a name of 5,000 letters", b"x", 413, "Headers exceeded", "a" * 5000),
        Try(
            "uploads", "no parts", "/gradio_api/upload", b"x", 400, "boundary", {"Content-Type": "multipart/form-data"}
        ),
        file("/etc/passwd"),
        file("../../../../etc/passwd"),
        file("%2e%2e/%2e%2e/etc/passwd"),
        file("/ETC/PASSWD"),
        file("app.py"),
        file("weights/lenet5.json"),
        file("/proc/self/environ"),
        file("%00"),
        file("//host/share"),
        file("https://example.com/", 404, NO_DOOR),
        file("HTTP://127.0.0.1/", 404, NO_DOOR),
        file("http://169.254.169.254/", 404, NO_DOOR),
        file("file:///etc/passwd", 404, NO_DOOR),
        closed("/gradio_api/proxy=http://127.0.0.1/config"),
        closed("/gradio_api/proxy=https://example.hf.space/"),
        closed("/gradio_api/vibe-edit", b"{}"),
        closed("/gradio_api/vibe-code"),
        closed("/gradio_api/deep_link?session_hash=x"),
        closed("/gradio_api/process_recording", b""),
        closed("/gradio_api/custom_component/x/client/component/a%0Ab"),
        closed(
            "/gradio_api/component_server", b'{"data":1,"component_id":5,"session_hash":"x","fn_name":"preprocess"}'
        ),
        closed("/gradio_api/dev/reload"),
        closed("/monitoring"),
        closed("/monitoring/summary"),
        closed("/gradio_api/runs", None, 404, "Not found"),
        closed("/static/..%2f..%2f..%2fetc/passwd", None, 403, "Forbidden"),
        closed("/assets/..%2f..%2f..%2fetc/passwd", None, 403, "Forbidden"),
    ]
