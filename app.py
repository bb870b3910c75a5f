"""Serve the page, locally and as a Hugging Face Space.

    $ python app.py

Ctrl-C ends it. Environment variables:

    GRADIO_SERVER_PORT   port of the page, by default 7860; it must be free
    GRADIO_SERVER_NAME   address to listen on; 0.0.0.0 makes the page reachable from other machines
    GRADIO_ROOT_PATH     path of the page behind a proxy, such as /digits
    GRADIO_MCP_SERVER    true offers the page's API to language models as tools
    GRADIO_TEMP_DIR      folder of the uploads
    LENET_WEIGHTS        folder of other weights, such as `python -m lenet.train` writes
    MNIST_DIR            folder with MNIST, for *Surprise me*
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lenet.command import Parser, command
from lenet.model.weights import WEIGHTS, WeightsError


class AddressError(Exception):
    """The page cannot be served at its address; the message says why."""


@command(WeightsError, AddressError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    Parser("python app.py", __doc__).parse_args(arguments)
    port = os.environ.get("GRADIO_SERVER_PORT") or "7860"
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise AddressError(f"GRADIO_SERVER_PORT is {port!r}; it has to be a number from 1 to 65535.")
    folder = os.environ.get("LENET_WEIGHTS")
    if folder and not Path(folder).is_dir():
        raise WeightsError(f"LENET_WEIGHTS is {folder!r}, which is not a folder; leave it out for the page's weights.")

    from lenet.demo import LAUNCH, build_demo  # Gradio reads the port when it is imported

    demo = build_demo(weights=Path(folder or WEIGHTS))
    try:
        demo.launch(**LAUNCH, server_port=int(port))
    except OSError as error:
        if "empty port" not in str(error):
            raise
        host = os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
        reason = "the port is taken, or the address is not one of this machine's"
        raise AddressError(
            f"Cannot serve at {host}, port {port}: {reason}. GRADIO_SERVER_PORT and GRADIO_SERVER_NAME choose another."
        ) from error
    return 0


if __name__ == "__main__":
    sys.exit(main())
