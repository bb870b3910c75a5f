"""`gr.Blocks` that reports malformed input as `gr.Error`, keeps no input and shuts down gracefully."""

import os
import threading
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.exceptions import InvalidPathError
from gradio.utils import get_upload_folder
from gradio_client.utils import async_traverse, is_file_obj, is_file_obj_with_meta, is_http_url_like
from pydantic import ValidationError

from lenet.demo.picture.fetch import FetchError, fetch
from lenet.demo.server import shutdown
from lenet.demo.server.uploads import Uploads

FOLDER = "lenet"  # in Gradio's folder, which other programs may use

MALFORMED = (
    "The input does not match the function's parameters: see /gradio_api/info. A picture is an uploaded file, a public "
    "URL or base64."
)


class DemoBlocks(gr.Blocks):
    """The page; `delete_uploads` is seconds between two clean-ups, and the age of uploads to delete."""

    def __init__(self, *args: Any, delete_uploads: tuple[int, int], **kwargs: Any) -> None:
        folder = Path(get_upload_folder())
        os.environ["GRADIO_TEMP_DIR"] = str(folder if folder.name == FOLDER else folder / FOLDER)
        super().__init__(*args, **kwargs)
        self.delete_uploads = delete_uploads
        self.uploads = Uploads(Path(self.GRADIO_CACHE))

    async def preprocess_data(self, block_fn: Any, inputs: Any, state: Any, explicit_call: bool = False) -> Any:
        """Return the arguments of a function from the values that a client sent.

        Gradio 6.31 answers malformed values with an error without text, and logs a traceback for each. It downloads
        pictures of any size. Any exception other than the following is a fault of the server, and is logged.

        Raises:
            gr.Error: if the input is malformed; the message tells the client why.
        """
        downloads = 0

        async def download(file: dict[str, Any]) -> dict[str, Any]:
            nonlocal downloads
            path = FileData.model_validate(file).path
            if not is_http_url_like(path):
                if "\0" in path or len(path) > 1000 or not Path(path).is_relative_to(self.uploads.folder):
                    raise InvalidPathError(path)  # Gradio fails on these
                return file
            downloads += 1
            if downloads > 1:
                raise FetchError("Send one URL at a time.")
            path = str(await fetch(path, Path(self.GRADIO_CACHE)))
            return {**file, "path": path, "url": None}

        try:
            if len(inputs) != len(block_fn.inputs):  # Gradio ignores surplus values
                raise gr.Error(MALFORMED, print_exception=False)
            inputs = await async_traverse(inputs, download, _is_file)
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except FetchError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except (ValidationError, InvalidPathError) as error:  # of a data model; of a file that was not uploaded
            raise gr.Error(MALFORMED, print_exception=False) from error
        finally:
            # Gradio 6.31 keeps the last input of each session for deep links, which this page does not have: 493 MB
            # after 100 sessions with 5 MB each.
            for block in block_fn.inputs if state else ():
                state._update_value_in_config(block._id, None)

    def block_thread(self) -> None:
        """Serve until Ctrl-C or SIGTERM; `launch` calls this in a script."""
        if threading.current_thread() is threading.main_thread():
            shutdown.serve(self)
        else:  # only the main thread receives signals
            super().block_thread()


def _is_file(value: Any) -> bool:
    """Return whether Gradio treats a value as a file, or fails on it because its `meta` is not an object."""
    return is_file_obj(value) and (not isinstance(value.get("meta", {}), dict) or is_file_obj_with_meta(value))
