"""`gr.Blocks` that reports malformed input as `gr.Error`, keeps no input, and answers what is asked before it ends.

For the last see `shutdown`.
"""

import threading
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.exceptions import InvalidPathError
from gradio_client.utils import async_traverse, is_file_obj, is_file_obj_with_meta, is_http_url_like
from pydantic import ValidationError

from lenet.demo.server import shutdown
from lenet.demo.server.fetch import FetchError, fetch

UNFIT = (
    "This is not what the function takes: /gradio_api/info says what that is. A picture is an upload, the address of "
    "one on the web, or base64."
)


class CheckedBlocks(gr.Blocks):
    """A page as of `gr.Blocks`.

    Args:
        forgets: seconds: how often, and after how many, what is kept of visitors is forgotten, their uploads too; by
            `forget.forgetting` as the lifespan of its app.
    """

    def __init__(self, *args: Any, forgets: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.forgets = forgets

    async def preprocess_data(self, block_fn: Any, inputs: Any, state: Any, explicit_call: bool = False) -> Any:
        """Return what a function receives for what a client sent.

        Any exception but those below is the server's fault: Gradio logs it and answers without a sentence.

        Raises:
            gr.Error: if the input is malformed, in a sentence.
        """
        fetched = 0

        async def local(file: dict[str, Any]) -> dict[str, Any]:
            """Return a file that Gradio can look for, downloaded if need be: Gradio would take one of any size."""
            nonlocal fetched
            path = FileData.model_validate(file).path
            if not is_http_url_like(path):
                _check_path(path)
                return file
            fetched += 1
            if fetched > 1:
                raise FetchError("One address at a time.")
            path = str(await fetch(path, Path(self.GRADIO_CACHE)))
            self.upload_file_set.add(path)  # deleted with the uploads
            return {**file, "path": path, "url": None}

        try:
            if len(inputs) != len(block_fn.inputs):  # Gradio would leave out what is too much
                raise gr.Error(UNFIT, print_exception=False)
            inputs = await async_traverse(inputs, local, _names_a_file)
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except FetchError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except (ValidationError, InvalidPathError) as error:  # of a data model; of a file that was not uploaded
            raise gr.Error(UNFIT, print_exception=False) from error
        finally:
            # Gradio would keep the last input of each session, of megabytes perhaps, for links that nobody can make.
            for block in block_fn.inputs if state else ():
                state._update_value_in_config(block._id, None)

    def block_thread(self) -> None:
        """Serve until Ctrl-C or SIGTERM; `launch` calls it in a script."""
        if threading.current_thread() is threading.main_thread():
            shutdown.serve(self)
        else:  # who gets no signals
            super().block_thread()


def _names_a_file(value: Any) -> bool:
    """Return whether Gradio takes a value for a file, or fails on it because its `meta` is not an object."""
    return is_file_obj(value) and (not isinstance(value.get("meta", {}), dict) or is_file_obj_with_meta(value))


def _check_path(path: str) -> None:
    """Raise InvalidPathError for a path that Gradio fails on: too long, inaccessible, with a zero byte, not Unicode."""
    try:
        Path(path).stat()
    except FileNotFoundError:  # perhaps an upload that was deleted: the component answers that it is no picture
        pass
    except (OSError, ValueError) as error:
        raise InvalidPathError(path) from error
