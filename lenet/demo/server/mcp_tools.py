"""The page's tools for language models, by MCP, if GRADIO_MCP_SERVER is true."""

import json
from typing import Any

import gradio.mcp
from gradio.utils import get_function_description


class Tools(gradio.mcp.GradioMCPServer):
    """MCP server that answers in JSON.

    Gradio 6.31 answers with Python's notation, and advises to use a tool that this server does not have.
    """

    def get_fn_description(self, block_fn: Any, tool_name: str) -> tuple[str, dict[str, str]]:
        """Return the description of a tool and of its arguments, from the function's docstring."""
        description, parameters, returns = get_function_description(block_fn.fn)
        return f"{description} Returns JSON: {' '.join(returns)}", parameters

    def postprocess_output_data(self, data: Any, root_url: str) -> list[Any]:
        """Return the outputs of a tool as JSON; none of them is a file."""
        return [self.types.TextContent(type="text", text=json.dumps(output, ensure_ascii=False)) for output in data]


def use() -> None:
    """Make Gradio start this server instead of its own."""
    gradio.mcp.GradioMCPServer = Tools  # type: ignore[misc]
