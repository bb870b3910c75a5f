"""ASGI middleware that rejects oversized, malformed or unrouted requests before Gradio reads them.

Gradio's own limit, `max_file_size`, covers uploaded files only: it reads JSON bodies of any length, and some of its
routes fail, with a traceback in the log, where a request names something that does not exist.

`launch(app_kwargs={"middleware": [Middleware(RequestLimits)]})` installs it.
"""

import json
import re
from pathlib import Path
from typing import Any

from gradio_client.utils import construct_args
from starlette.datastructures import Headers, QueryParams
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.demo.picture.input import MOST_BYTES

# A picture of MOST_BYTES in base64, and the JSON around it.
MOST_JSON = MOST_BYTES // 3 * 4 + 100_000
# One picture and the headers of its part: the page never sends two in one request.
MOST_UPLOAD = MOST_BYTES + 100_000
# Events of the page carry a drawing as text or the name of an upload: see Sketchpad's MAX_TEXT.
MOST_EVENT = 1_000_000
# Numbers and texts in a body. Python parses five million in 4 s, in which no other request is served; a drawing of
# 10,000 points, the limit, has 40,000 commas and brackets.
MOST_VALUES = 100_000
DEEPEST = 32  # nested lists and objects; the page sends 6 at most
# Bytes of uploads that are not deleted yet, five minutes each: a Space has 50 GB of disk.
MOST_STORED = 1_000_000_000

API = "/gradio_api"
# Routes of Gradio that the page does not use. Deep links write the state of a visitor's page into a file that stays;
# recordings are passed to ffmpeg; proxies are for pages composed of other Spaces; custom components write the client's
# text into the log; the editor and the reloader are for developers.
CLOSED = re.compile(
    rf"{API}/(deep_link|process_recording|proxy=|custom_component/|dev/|(undo-)?vibe-|stream/)"
    rf"|/monitoring|{API}/file[=/].*://"  # Gradio would fetch a file of any other server
)
CALL = re.compile(rf"{API}/(?P<route>run|api|call/v2|call|queue)/(?P<name>[^/]+)/?")
STREAM = re.compile(rf"{API}/(queue/data|call/(v2/)?[^/]+/(?P<event_id>[^/]+))")
RANGE = re.compile(rb"bytes=\d*-\d*")


class RequestError(Exception):
    """A request that is rejected.

    Args:
        status: of the HTTP response.
        message: tells the client why.
        event: the response to a request for a stream of events.
    """

    def __init__(self, status: int, message: str, event: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.event = event

    def response(self) -> Response:
        """Return the response; the page reads `error`, Gradio's clients `detail`."""
        if self.event is not None:
            return PlainTextResponse(f"{self.event}\n\n", self.status, media_type="text/event-stream")
        return JSONResponse({"detail": str(self), "error": str(self)}, self.status)


class RequestLimits:
    """ASGI middleware that passes a request on, or rejects it.

    Args:
        app: the next ASGI application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            try:
                receive = await _check(path, scope, receive)
            except RequestError as error:
                await error.response()(scope, receive, send)
                return
            if path.startswith(f"{API}/file"):
                # Gradio 6.31 fails on malformed ranges, with 2 kB of traceback; without one it sends the whole file.
                scope["headers"] = [
                    (name, value) for name, value in scope["headers"] if name != b"range" or RANGE.fullmatch(value)
                ]
        await self.app(scope, receive, send)


async def _check(path: str, scope: Scope, receive: Receive) -> Receive:
    """Return the body to pass on, or raise a RequestError."""
    blocks = scope["app"].get_blocks()
    if CLOSED.match(path) or (
        path.startswith(f"{API}/component_server")
        and not any(getattr(block, "server_fns", ()) for block in blocks.blocks.values())
    ):
        raise RequestError(404, "Not found.")
    if scope["method"] == "GET" and (stream := STREAM.fullmatch(path)):
        _check_stream(stream["event_id"], scope, blocks._queue)
    return await _check_body(path, scope, receive) if scope["method"] == "POST" else receive


def _check_stream(event_id: str | None, scope: Scope, queue: Any) -> None:
    """Check that a stream of events exists.

    Gradio 6.31 responds with 200 before it looks, and then raises a 404 within the response, which writes 5 kB of
    traceback per request. After a 404 a load balancer asks the next server.
    """
    if event_id is None:
        session = QueryParams(scope["query_string"]).get("session_hash")
    elif event := queue.event_ids_to_events.get(event_id):
        session = event.session_hash
    else:
        calls = queue.pending_event_ids_session.items()
        session = next((session for session, event_ids in calls if event_id in event_ids), None)
    if session in queue.pending_messages_per_session or not (event_id or session):
        return
    message = "Unknown call: it was never made, or its answer was fetched already."
    if event_id:
        raise RequestError(404, message, f"event: error\ndata: {json.dumps(message)}")
    error = {"msg": "unexpected_error", "message": message, "session_not_found": True, "success": False}
    raise RequestError(200, message, f"data: {json.dumps(error)}")


async def _check_body(path: str, scope: Scope, receive: Receive) -> Receive:
    headers = Headers(scope=scope)
    uploads = headers.get("content-type", "").lower().startswith("multipart/")
    call = CALL.fullmatch(path)
    event = call is not None and call["route"] in ("run", "api")
    limit = MOST_UPLOAD if uploads else MOST_EVENT if event else MOST_JSON
    too_large = RequestError(413, f"A request has at most {limit:,} bytes: send a smaller picture or fewer strokes.")
    if int(headers.get("content-length", 0)) > limit:
        raise too_large
    if uploads:
        if _stored(scope["app"].get_blocks()) > MOST_STORED:
            raise RequestError(503, "The server stores too many uploads at the moment: try again in a few minutes.")
        return _limited(receive, limit)
    body = bytearray()
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large
    check_json(bytes(body), call, scope["app"])
    return _replayed(bytes(body), receive)


def check_json(body: bytes, call: re.Match[str] | None, app: Any) -> None:
    """Check a JSON body; one that does not parse passes, because FastAPI tells the client where it fails.

    Args:
        body: any bytes.
        call: match of CALL with the path, if it calls a function.
        app: Gradio's app; not used without a call.

    Raises:
        RequestError: if it is too large, nested too deeply, or names a function that does not exist.
    """
    values = sum(map(body.count, (b",", b"[", b"{")))
    if values > MOST_VALUES:
        raise RequestError(
            413, f"A request has at most {MOST_VALUES:,} values: send fewer strokes, or a picture as base64."
        )
    try:
        content = json.loads(body, parse_constant=_reject_constant)
        depth = _depth(content)
    except RecursionError:
        depth = DEEPEST + 1
    except ValueError:
        return
    if depth > DEEPEST:
        raise RequestError(400, f"A request has at most {DEEPEST} nested lists.")
    if call and isinstance(content, dict):
        if content.get("session_hash") == "":  # Gradio stores the answer under this name and looks under another
            raise RequestError(400, "`session_hash` must not be empty.")
        _check_function(call["route"], call["name"], content, app)


def _reject_constant(name: str) -> None:
    """Reject NaN and Infinity, which Python parses; FastAPI fails when it reports an error in a body with them."""
    raise RequestError(400, f"{name} is not valid JSON.")


def _check_function(route: str, name: str, content: dict[str, Any], app: Any) -> None:
    blocks = app.get_blocks()
    index = content.get("fn_index") if route in ("run", "api", "queue") else None
    function: Any = None
    if index is not None:
        name = f"with number {str(index)[:20]}"
        function = blocks.fns.get(index) if type(index) is int else None
    elif route != "queue":
        function = next((function for function in blocks.fns.values() if function.api_name == name), None)
        name = f"/{name[:80]}"
    endpoint = (app.api_info or blocks.get_api_info())["named_endpoints"].get(name) if route == "call/v2" else None
    if function is None or function.fn is None or (route == "call/v2" and endpoint is None):
        raise RequestError(404, f"There is no function {name}. {API}/info lists the functions.")
    if endpoint:
        try:
            construct_args(endpoint["parameters"], (), dict(content))
        except TypeError as error:
            raise RequestError(400, f"These are not the parameters of {name}: {error}") from None


def _depth(content: Any) -> int:
    """Return how deeply lists and objects are nested; may raise a RecursionError."""
    if isinstance(content, dict):
        content = list(content.values())
    return 1 + max(map(_depth, content), default=0) if isinstance(content, list) else 0


def _stored(blocks: Any) -> int:
    """Return the bytes of the uploads that are not deleted yet."""
    return sum(path.stat().st_size for path in map(Path, tuple(blocks.upload_file_set)) if path.is_file())


def _limited(receive: Receive, limit: int) -> Receive:
    """Pass an upload on up to a limit; the client need not have declared its length.

    Gradio 6.31 removes the part that it has written only after a MultiPartException.
    """
    size, more = 0, True

    async def limited() -> Message:
        nonlocal size, more
        message = await receive()
        if more and message["type"] == "http.disconnect":
            raise MultiPartException("The upload was interrupted.")
        more = more and message.get("more_body", False)
        size += len(message.get("body", b""))
        if size > limit:
            # Gradio responds with 413 to messages that have these words.
            raise MultiPartException(f"A request exceeds the maximum allowed size of {limit:,} bytes.")
        return message

    return limited


def _replayed(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
