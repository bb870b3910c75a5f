"""Only the routes that the page needs are open, and the bodies of all requests together are bounded."""

import asyncio
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.routing import BaseRoute

from lenet.demo import build_demo
from lenet.demo.server import limits
from lenet.demo.server.limits import RequestLimits, allowed

# Every route of Gradio's app that is open; all others are closed.
OPEN = """
GET / · HEAD / · GET /config · GET /config/ · GET /theme.css · GET /favicon.ico · GET /robots.txt · GET /manifest.json
GET /static/{path:path} · GET /assets/{path:path} · GET /svelte/{path:path}
GET /gradio_api/info · GET /gradio_api/info/ · GET /gradio_api/openapi.json · GET /gradio_api/theme.css
GET /gradio_api/startup-events · GET /gradio_api/heartbeat/{session_hash} · GET /gradio_api/queue/data
GET /gradio_api/call/{api_name}/{event_id} · GET /gradio_api/call/v2/{api_name}/{event_id}
POST /gradio_api/run/{api_name} · POST /gradio_api/run/{api_name}/
POST /gradio_api/api/{api_name} · POST /gradio_api/api/{api_name}/
POST /gradio_api/call/{api_name} · POST /gradio_api/call/{api_name}/
POST /gradio_api/call/v2/{api_name} · POST /gradio_api/call/v2/{api_name}/
POST /gradio_api/queue/join · POST /gradio_api/cancel · POST /gradio_api/reset · POST /gradio_api/reset/
POST /gradio_api/upload
"""
OF_GRADIOS_PAD = """
GET /gradio_api/file={path_or_url:path} · POST /gradio_api/component_server · POST /gradio_api/component_server/
"""


def routes(app: App) -> Iterator[tuple[str, str]]:
    """Yield the method and the path of each route."""

    def parts(route: BaseRoute | Any) -> Iterator[Any]:
        included = getattr(route, "effective_candidates", None)  # of FastAPI's routers
        return (part for child in included() for part in parts(child)) if included else iter([route])

    for route in (part for top in app.routes for part in parts(top)):
        path = getattr(route, "path", "")
        if (methods := getattr(route, "methods", None)) is None:  # mounted
            yield from (("GET", f"{path}/x"), ("POST", f"{path}/x"))
        yield from ((method, path) for method in methods or ())


@pytest.mark.parametrize(
    ("pad", "mcp", "expected"),
    [
        (None, False, OPEN),
        (gr.Sketchpad, False, OPEN + OF_GRADIOS_PAD),
        pytest.param(
            None,
            True,
            f"{OPEN}GET /gradio_api/mcp/x · POST /gradio_api/mcp/x",
            marks=pytest.mark.skipif(find_spec("mcp") is None, reason="gradio[mcp] is not installed"),
        ),
    ],
    ids=["page", "gradios pad", "mcp"],
)
def test_only_the_routes_that_the_page_needs_are_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, pad: Any, mcp: bool, expected: str
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))

    async def build() -> tuple[gr.Blocks, App]:
        page = build_demo(**({"pad": pad} if pad else {}))
        return page, App.create_app(page, mcp_server=mcp)

    page, app = asyncio.run(build())
    everything = set(routes(app))
    assert ("POST", "/gradio_api/process_recording") in everything  # routes of FastAPI's routers are listed
    opened = {f"{method} {path}" for method, path in everything if allowed(method, re.sub(r"\{.*?\}", "x", path), page)}
    assert opened == {route.strip() for route in re.split("[·\n]", expected) if route.strip()}


@pytest.mark.parametrize("path", ["/static/" + "a" * 260, "/assets/" + "ä" * 90, "/gradio_api/upload_progress", "/ws"])
def test_paths_that_gradio_fails_on_are_closed(path: str) -> None:
    assert allowed("GET", path, SimpleNamespace(blocks={}, mcp_server=False)) is None


class Client:
    """Sends a request to the middleware, piece by piece."""

    def __init__(self, middleware: RequestLimits, path: str, queue: Any) -> None:
        function = SimpleNamespace(api_name="read", fn=len)
        page = SimpleNamespace(blocks={}, mcp_server=False, fns={0: function}, _queue=queue)
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [],
            "app": SimpleNamespace(get_blocks=lambda: page, api_info=None),
        }
        self.pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.status = 0
        self.task = asyncio.create_task(middleware(self.scope, self.pieces.get, self.answer))

    async def send(self, body: bytes, more: bool = True) -> int:
        """Send a piece and return the status of the answer, or 0 before it arrives."""
        await self.pieces.put({"type": "http.request", "body": body, "more_body": more})
        for _ in range(9):
            await asyncio.sleep(0)
        return self.status

    async def answer(self, message: Any) -> None:
        self.status = message.get("status", self.status)


async def application(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})


def test_bodies_in_flight_are_bounded_and_a_drawing_always_passes() -> None:
    async def run() -> None:
        middleware = RequestLimits(application)
        queue = SimpleNamespace(event_ids_to_events={}, pending_event_ids_session={})
        clients = [Client(middleware, "/gradio_api/call/read", queue) for _ in range(9)]
        statuses = [await client.send(bytes(limits.MOST_JSON - 1)) for client in clients]
        assert statuses == [0] * 8 + [503]
        assert middleware.in_flight <= limits.MOST_IN_FLIGHT
        drawing = json.dumps({"data": ["x" * 50_000]}).encode()
        assert await Client(middleware, "/gradio_api/run/read", queue).send(drawing, more=False) == 200
        assert await Client(middleware, "/gradio_api/run/read", queue).send(drawing + b" " * 50_000) == 503
        for client in clients:
            client.task.cancel()
        await asyncio.gather(*(client.task for client in clients), return_exceptions=True)
        assert middleware.in_flight == 0
        waiting = SimpleNamespace(request=SimpleNamespace(scope={"in_flight": limits.MOST_IN_FLIGHT}))
        queue.event_ids_to_events["id"] = waiting  # a call that waits for its turn
        assert await Client(middleware, "/gradio_api/call/read", queue).send(bytes(limits.SMALL + 1)) == 503

    asyncio.run(run())


def test_a_route_that_is_closed_is_answered_before_its_body_is_read() -> None:
    async def run() -> None:
        client = Client(RequestLimits(application), "/gradio_api/process_recording", None)
        await client.task
        assert client.status == 404

    asyncio.run(run())
