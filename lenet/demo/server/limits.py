"""What a request has to be before Gradio sees it: small, for a function that is there, and for a door that is open.

Gradio's own limit, `max_file_size`, is for uploaded files alone; a JSON body it reads whole and without end. And where
a request asks for something that is not there, some of its routes fail, with a traceback in the log. Here such a
request is answered in a sentence.

An ASGI middleware: `launch(app_kwargs={"middleware": [Middleware(Gate)]})` puts it inside Gradio's own.
"""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from gradio_client.utils import construct_args
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.demo.picture.input import MOST_BYTES

# A picture of MOST_BYTES in base64, and what stands around it.
MOST_JSON = MOST_BYTES // 3 * 4 + 100_000
# One picture and the headers of its part: the page never sends two in one request.
MOST_UPLOAD = MOST_BYTES + 100_000
# The events that the page posts in place carry a drawing as text or the name of an upload: see Sketchpad's MAX_TEXT.
MOST_EVENT = 1_000_000
# Numbers and texts in a body. Python takes 4 s to read five million of them, and nobody else is served meanwhile; a
# drawing of 10,000 dots, the most that is read, has 40,000 commas and brackets.
MOST_VALUES = 100_000
DEEPEST = 32  # brackets in brackets: the deepest that is sent, a drawing's point, is at 6
# Of uploads that wait to be deleted, five minutes each: a Space has 50 GB for all that it does.
MOST_STORED = 1_000_000_000

API = "/gradio_api"
# What Gradio serves and this page has no use for. A deep link writes what is on a visitor's page into a file that
# stays; a recording is given to ffmpeg; a proxy is for pages made of other Spaces; custom components write the client's
# text into the log; the editor and the reloader are for developers.
CLOSED = re.compile(
    rf"{API}/(deep_link|process_recording|proxy=|custom_component/|dev/|(undo-)?vibe-|stream/)"
    rf"|/monitoring|{API}/file[=/].*://"  # of another server: Gradio would fetch it, for anybody
)
CALL = re.compile(rf"{API}/(?P<way>run|api|call/v2|call|queue)/(?P<name>[^/]+)/?")
EVENTS = re.compile(rf"{API}/call/(v2/)?[^/]+/(?P<id>[^/]+)")
STREAM = re.compile(rf"{API}/(queue/data|call/.+)")
RANGE = re.compile(r"bytes=\d*-\d*")


class Refused(Exception):
    """A request that goes no further: the status and the sentence of its answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class NoEvents(Refused):
    """The same for who asks for a call's events: the answer is one."""


class Gate:
    """Lets a request pass, or answers it.

    Args:
        app: what comes behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, as ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        try:
            _check_door(path, scope["app"].get_blocks())
            if scope["method"] == "GET" and (event := EVENTS.fullmatch(path)):
                _check_event(event["id"], scope["app"].get_blocks())
            if scope["method"] == "POST":
                receive = await _checked_body(path, scope, receive)
        except Refused as refused:
            await _answer(refused)(scope, receive, send)
            return
        if path.startswith(f"{API}/file"):
            scope["headers"] = [header for header in scope["headers"] if _understood(*header)]
        try:
            await self.app(scope, receive, send)
        except RuntimeError as error:
            # Who asks for events that nobody made, or that were fetched before, is told 404 in an event; then Gradio
            # fails, as it raises that 404 too.
            if not (isinstance(error.__cause__, HTTPException) and STREAM.fullmatch(path)):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _answer(refused: Refused) -> Response:
    if isinstance(refused, NoEvents):
        event = f"event: error\ndata: {json.dumps(str(refused))}\n\n"
        return PlainTextResponse(event, refused.status, media_type="text/event-stream")
    # The page reads `error`, Gradio's clients `detail`.
    return JSONResponse({"detail": str(refused), "error": str(refused)}, refused.status)


def _check_event(event_id: str, blocks: Any) -> None:
    """Whether a call's events are here: as Gradio looks, but before it has answered 200.

    So a balancer in front of several servers can ask the next one.
    """
    queue = blocks._queue
    event = queue.event_ids_to_events.get(event_id)
    waiting = (session for session, events in queue.pending_event_ids_session.items() if event_id in events)
    session = event.session_hash if event else next(waiting, event_id)
    if session not in queue.pending_messages_per_session:
        raise NoEvents(404, "There is no such call: its events were fetched already, or it was never made.")


def _check_door(path: str, blocks: Any) -> None:
    component = path.startswith(f"{API}/component_server")
    if CLOSED.match(path) or (
        component and not any(getattr(each, "server_fns", ()) for each in blocks.blocks.values())
    ):
        raise Refused(404, "This page has no such address.")


async def _checked_body(path: str, scope: Scope, receive: Receive) -> Receive:
    """Check the body of a POST, and give it again to who comes after."""
    headers = Headers(scope=scope)
    uploaded = headers.get("content-type", "").lower().startswith("multipart/")
    call = CALL.fullmatch(path)
    event = call is not None and call["way"] in ("run", "api")
    limit = MOST_UPLOAD if uploaded else MOST_EVENT if event else MOST_JSON
    sentence = f"A request has at most {limit:,} bytes here: send a smaller picture, or fewer strokes."
    if int(headers.get("content-length", 0)) > limit:
        raise Refused(413, sentence)
    if uploaded:
        if _stored(scope["app"].get_blocks()) > MOST_STORED:
            raise Refused(503, "Too many pictures are kept here just now: try again in a few minutes.")
        return _counted(receive, limit)
    body = bytearray()
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise Refused(413, sentence)
    _check_json(bytes(body), call, scope["app"])
    return _again(bytes(body), receive)


def _check_json(body: bytes, call: re.Match[str] | None, app: Any) -> None:
    values = sum(map(body.count, (b",", b"[", b"{")))
    if values > MOST_VALUES:
        raise Refused(413, f"A request has at most {MOST_VALUES:,} values: send fewer strokes, or a picture as base64.")
    try:
        content = json.loads(body, parse_constant=_no_json)
    except RecursionError:
        raise Refused(400, f"A request has at most {DEEPEST} lists in each other.") from None
    except ValueError:
        return  # FastAPI says where
    if values > DEEPEST and _deeper(content):
        raise Refused(400, f"A request has at most {DEEPEST} lists in each other.")
    if call and isinstance(content, dict):
        if content.get("session_hash") == "":  # Gradio keeps the answer under this name, and looks under another
            raise Refused(400, "A session has a name: leave `session_hash` out, or say one.")
        _check_function(call["way"], call["name"], content, app)


def _no_json(name: str) -> None:
    """Python reads NaN and Infinity; FastAPI fails when it says what is wrong with a body that has them."""
    raise Refused(400, f"{name} is no number of JSON.")


def _check_function(way: str, name: str, content: dict[str, Any], app: Any) -> None:
    functions = app.get_blocks().fns
    if way == "call/v2":
        endpoint = (app.api_info or app.get_blocks().get_api_info())["named_endpoints"].get(f"/{name}")
        if endpoint is None:
            raise Refused(404, _no_function(f"/{name}"))
        try:
            construct_args(endpoint["parameters"], (), dict(content))
        except TypeError as error:
            raise Refused(400, f"These are not the parameters of /{name}: {error}") from None
        return
    index = None if way == "call" else content.get("fn_index")
    if index is None:
        found = next((each for each in functions.values() if each.api_name == name and way != "queue"), None)
    else:
        found = functions.get(index) if type(index) is int else None
    if found is None or found.fn is None:
        raise Refused(404, _no_function(f"/{name}" if index is None else f"of number {str(index)[:20]}"))


def _no_function(name: str) -> str:
    return f"There is no function {name[:80]}: {API}/info names those that are there."


def _deeper(content: Any) -> bool:
    """Whether more than DEEPEST lists and objects are in each other."""
    level = [content]
    for _ in range(DEEPEST):
        inner = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, list | dict))
        level = [each for values in inner for each in values]
    return any(isinstance(each, list | dict) for each in level)


def _stored(blocks: Any) -> int:
    """Bytes of the uploads that are not deleted yet."""
    size = 0
    for file in tuple(blocks.upload_file_set):
        with suppress(OSError):
            size += Path(file).stat().st_size
    return size


def _counted(receive: Receive, limit: int) -> Receive:
    """Pass an upload on as it comes, up to a limit: its sender need not have said how long it is."""
    size, more = 0, True

    async def counted() -> Message:
        nonlocal size, more
        message = await receive()
        if more and message["type"] == "http.disconnect":
            # Of nothing but such an error does Gradio remove what it has written.
            raise MultiPartException("The upload broke off before its end.")
        more = more and message.get("more_body", False)
        size += len(message.get("body", b""))
        if size > limit:
            # What Gradio answers 413 to, and after which it removes what it has written.
            raise MultiPartException(f"A request exceeds the maximum allowed size of {limit:,} bytes.")
        return message

    return counted


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _understood(name: bytes, value: bytes) -> bool:
    """Not a range of a file that Gradio fails on; without, the file comes whole."""
    return name != b"range" or bool(RANGE.fullmatch(value.decode("latin-1")))
