"""A client of the Model Context Protocol finds the page's tools and gets JSON from them."""

import asyncio
import base64
import io
import json
import re
import sys
from collections.abc import Callable
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from PIL import Image

from tests.helpers.servers import ROOT, Server

mcp = pytest.importorskip("mcp", reason="mcp is not installed; CI has it")
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

SEVEN = "data:image/png;base64," + base64.b64encode((ROOT / "examples" / "seven.png").read_bytes()).decode()
PAPER = io.BytesIO()
Image.new("L", (50, 50), 255).save(PAPER, "PNG")
BLANK = "data:image/png;base64," + base64.b64encode(PAPER.getvalue()).decode()


@pytest.fixture(scope="module")
def app(start: Callable[..., Server]) -> str:
    return start([sys.executable, "app.py"], {"GRADIO_MCP_SERVER": "true"}).url


def ask(url: str, *calls: tuple[str, dict[str, Any]]) -> tuple[dict[str, Any], list[Any]]:
    """Return the tools by name, and the results of calls of them."""

    async def session() -> tuple[dict[str, Any], list[Any]]:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (reader, writer, _),
            mcp.ClientSession(reader, writer) as client,
        ):
            await client.initialize()
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            return tools, [await client.call_tool(*call) for call in calls]

    return asyncio.run(session())


def test_the_tools_have_the_names_of_the_endpoints_and_say_which_pictures_they_take(app: str) -> None:
    tools, _ = ask(app)
    assert tools.keys() == {"predict", "read"}
    for tool in tools.values():
        assert "Returns JSON: " in tool.description
        assert "upload_file_to_gradio" not in tool.description  # there is no such tool
        assert "base64 data URL" in tool.inputSchema["properties"]["image"]["description"]
        assert "public URL" in tool.inputSchema["properties"]["image"]["description"]


def test_the_tools_answer_in_json(app: str) -> None:
    _, results = ask(app, ("read", {"image": SEVEN}), ("predict", {"image": SEVEN}), ("read", {"image": BLANK}))
    [seven, (label, verdict), blank] = [json.loads(result.content[0].text) for result in results]
    assert (seven["verdict"], seven["digit"], seven["digits"]) == ("digit", 7, [7])
    assert (label["label"], verdict) == ("7", "digit")
    assert (blank["verdict"], blank["digit"], blank["probabilities"]) == ("blank", None, None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "'image' is a required property"),
        ({"image": "seven.png"}, "provide a url"),
        ({"image": "http://127.0.0.1:1/seven.png"}, "Only public addresses are allowed."),
        ({"image": "data:image/png;base64," + base64.b64encode(b"no picture").decode()}, "picture"),
    ],
)
def test_a_wrong_picture_is_an_error_in_one_sentence(app: str, arguments: dict[str, str], sentence: str) -> None:
    _, [result] = ask(app, ("read", arguments))
    assert result.isError
    assert sentence in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_adding_mcp_changes_no_pinned_package() -> None:
    pins = re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    limits = [Requirement(line) for line in requires("gradio")]
    of_mcp = {
        limit.name: limit.specifier for limit in limits if limit.marker and limit.marker.evaluate({"extra": "mcp"})
    }
    assert of_mcp.keys() >= {"mcp", "pydantic"}
    pinned = {name: version for name, version in pins if name in of_mcp}
    assert pinned
    assert [name for name, version in pinned.items() if version not in of_mcp[name]] == []
