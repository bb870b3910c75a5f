"""Gradio's Blocks, except that what a client sends wrong is an answer and not a server's error, and is not kept.

And it ends without leaving anybody waiting: see `shutdown`.
"""

import threading
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.exceptions import ComponentProcessingError
from gradio_client.utils import async_traverse, is_file_obj_with_meta, is_http_url_like

from lenet.demo import shutdown
from lenet.demo.fetch import FetchError, fetch

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
        """What a function receives for what a client sent.

        Here Gradio looks at types and numbers of values and at where files lie; ours comes after it and answers for
        itself.

        Raises:
            gr.Error: if it does not fit, in a sentence.
        """
        fetched = 0

        async def local(file: dict[str, Any]) -> dict[str, Any]:
            """A picture of the web as a file, downloaded by us: Gradio would take one of any size."""
            nonlocal fetched
            if not is_http_url_like(file["path"]):
                return file
            fetched += 1
            if fetched > 1:
                raise FetchError("One address at a time.")
            path = str(await fetch(file["path"], Path(self.GRADIO_CACHE)))
            self.upload_file_set.add(path)  # deleted with the uploads
            return {**file, "path": path, "url": None}

        try:
            inputs = await async_traverse(inputs, local, is_file_obj_with_meta)
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except FetchError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except (gr.Error, ComponentProcessingError):  # a sentence already; a fault of ours
            raise
        except Exception as error:
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
