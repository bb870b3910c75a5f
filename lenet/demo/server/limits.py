"""ASGI middleware that passes on the requests that the page needs, of bounded size, and rejects all others.

Gradio's own limit, `max_file_size`, covers uploaded files only: it reads JSON bodies of any length, and some of its
routes fail, with a traceback in the log, where a request names something that does not exist.
"""

import re
from typing import Any

import orjson
from gradio_client.utils import construct_args
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A picture in base64, and the JSON around it; larger ones are uploaded, because parsing holds the event loop.
MOST_JSON = 8_000_000
# Events of the page carry a drawing as text (see Sketchpad's MAX_TEXT) or a picture's pixels; clients upload before.
MOST_EVENT = 1_000_000
# Numbers and texts in a body. Python parses five million in 4 s, in which no other request is served; a drawing of
# 10,000 points, the limit, has 40,000 commas and brackets.
MOST_VALUES = 100_000
DEEPEST = 32  # nested lists and objects; the page sends 6 at most
# Bytes of all bodies of more than SMALL that are received or wait to be read. A drawing is smaller and never waits.
MOST_IN_FLIGHT = 64_000_000
SMALL = 64_000

API = "/gradio_api"
# What the page and clients of its API request; docs/gradio.md lists what Gradio offers besides.
OPEN = {
    "HEAD": re.compile("/"),
    "GET": re.compile(
        r"/|/(config|theme\.css|favicon\.ico|robots\.txt|manifest\.json)/?|/(static|assets|svelte)/[\w./@+-]{1,200}"
        rf"|{API}/(info/?|openapi\.json|theme\.css|startup-events|heartbeat/[^/]+|(?P<stream>queue/data)"
        r"|call/(v2/)?[^/]+/(?P<event>[^/]+))",
        re.ASCII,
    ),
    "POST": re.compile(
        rf"{API}/((?P<route>run|api|call/v2|call|queue)/(?P<name>[^/]+)/?|(?P<cancel>cancel)|reset/?|(?P<upload>upload))"
    ),
}
# What a page with Gradio's own pad requests besides: it uploads its layers.
OF_GRADIOS_PAD = {"GET": re.compile(rf"{API}/file=[^:]+"), "POST": re.compile(f"{API}/(?P<upload>component_server)/?")}
MCP = re.compile(rf"{API}/mcp(/.*)?")
UNKNOWN_CALL = HTTPException(404, "Unknown call: it was never made, or its answer was fetched already.")


class RequestLimits:
    """ASGI middleware that passes a request on, or rejects it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.in_flight = 0  # bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope["in_flight"] = 0  # bytes of this request
        try:
            receive = await self._check(scope, receive)
        except HTTPException as error:  # the page reads `error`, Gradio's clients `detail`
            content = {"detail": error.detail, "error": error.detail}
            await JSONResponse(content, error.status_code)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
        finally:
            self.in_flight -= scope["in_flight"]

    async def _check(self, scope: Scope, receive: Receive) -> Receive:
        """Return the body to pass on; raise an HTTPException for a request that is rejected."""
        blocks = scope["app"].get_blocks()
        request = allowed(scope["method"], scope["path"].removeprefix(scope.get("root_path", "")), blocks)
        if request is None:
            raise HTTPException(404, "Not found.")
        parts = request.groupdict()
        if parts.get("event") or parts.get("stream"):
            _check_stream(parts["event"], scope, blocks._queue)
        if parts.get("upload"):  # `uploads` limits it
            scope["query_string"] = (
                b""  # with an id Gradio would keep the upload's progress, which the page does not show
            )
        elif scope["method"] == "POST":
            event = parts.get("route") in ("run", "api", "queue")
            body = await self._read(scope, receive, MOST_EVENT if event else MOST_JSON, blocks._queue)
            content = parse(body)
            if parts.get("route"):
                check_call(parts["route"], parts["name"], content, scope["app"])
            events = blocks._queue.pending_event_ids_session.get(str(content.get("session_hash")), ())
            if parts.get("cancel") and content.get("event_id") not in tuple(events):
                raise UNKNOWN_CALL
            messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def replay() -> Message:
                return messages.pop() if messages else await receive()

            return replay
        return receive

    async def _read(self, scope: Scope, receive: Receive, limit: int, queue: Any) -> bytes:
        """Return the body; raise an HTTPException if it exceeds `limit` bytes, or too many bytes are in flight."""
        declared, body = int(Headers(scope=scope).get("content-length", 0)), bytearray()
        message: Message = {"more_body": True}
        while message.get("more_body"):
            if max(declared, len(body)) > limit:
                raise HTTPException(413, f"A request has at most {limit:,} bytes: upload the picture, or draw less.")
            message = await receive()
            body += message.get("body", b"")
            if len(body) > SMALL:
                self.in_flight += len(body) - scope["in_flight"]
                scope["in_flight"] = len(body)
                waiting = sum(event.request.scope["in_flight"] for event in queue.event_ids_to_events.values())
                if self.in_flight + waiting + max(0, declared - len(body)) > MOST_IN_FLIGHT:
                    raise HTTPException(503, "The server is busy with other pictures: try again in a minute.")
        return bytes(body)


def allowed(method: str, path: str, blocks: Any) -> re.Match[str] | None:
    """Return the match of a request that the page needs, None for any other."""
    patterns = [OPEN.get(method)]
    if any(getattr(block, "server_fns", ()) for block in blocks.blocks.values()):
        patterns.append(OF_GRADIOS_PAD.get(method))
    if blocks.mcp_server:
        patterns.append(MCP)
    return next((match for pattern in patterns if pattern and (match := pattern.fullmatch(path))), None)


def _check_stream(event_id: str | None, scope: Scope, queue: Any) -> None:
    """Check that a stream of events exists.

    Gradio 6.31 responds with 200 before it looks, and then raises a 404 within the response, which writes 5 kB of
    traceback per request. It also takes the name of a session, which clients choose, for the id of an event.
    """
    session = event_id or QueryParams(scope["query_string"]).get("session_hash", "")
    is_call = event_id in queue.pending_event_ids_session.get(session, ())  # a call is a session of its own
    if session not in queue.pending_messages_per_session or (event_id and not is_call):
        raise UNKNOWN_CALL


def parse(body: bytes) -> dict[str, Any]:
    """Return a JSON object; raise an HTTPException if it is not one, too large, or nested too deeply."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise HTTPException(413, f"A request has at most {MOST_VALUES:,} values: draw less, or send base64.")
    try:  # refuses NaN, 1e999 and lone surrogates, which Python takes and Gradio fails on
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"The body is not valid JSON: {error}") from None
    if not isinstance(content, dict):
        raise HTTPException(422, "The body is a JSON object.")
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        children = (value.values() if isinstance(value, dict) else value for value in level)
        level = [child for part in children for child in part if isinstance(child, dict | list)]
    if level:
        raise HTTPException(400, f"A request has at most {DEEPEST} nested lists.")
    return content


def check_call(route: str, name: str, content: dict[str, Any], app: Any) -> None:
    """Check that a call names a function of the page, and no other client's session."""
    blocks, session = app.get_blocks(), content.get("session_hash")
    if session == "":  # Gradio stores the answer under this name and looks under another
        raise HTTPException(400, "`session_hash` must not be empty.")
    if session is not None and route.startswith("call"):  # its stream would carry all answers of the session
        raise HTTPException(400, "A call has no `session_hash`: its event id names the answer.")
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
        raise HTTPException(404, f"There is no function {name}. {API}/info lists the functions.")
    if endpoint:
        try:
            construct_args(endpoint["parameters"], (), dict(content))
        except TypeError as error:
            raise HTTPException(400, f"These are not the parameters of {name}: {error}") from None
