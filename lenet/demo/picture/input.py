"""`gr.Image` for programs that passes a file on to the decoder instead of decoding it in the page's process."""

import errno
import os
from pathlib import Path

import gradio as gr
from gradio.data_classes import ImageData

MOST_BYTES = 20 * 2**20  # per file; a phone's photo has 3 to 8 MB
# Errors of a path that is not, or no longer, an upload. All others are faults of the disk.
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


class PictureInput(gr.Image):
    """A picture to read.

    The function receives the bytes of the file, or those of a data URL; empty bytes for a path that is not an upload;
    or None when nothing was sent.
    """

    is_template = True  # clients see a gr.Image

    def preprocess(self, payload: ImageData | None) -> bytes | None:  # type: ignore[override]
        """Return what the function receives; `lenet.image.decode` takes it."""
        if payload is None:
            return None
        if payload.url and payload.url.startswith("data:"):
            return payload.url.encode("ascii", "replace")
        try:
            # Gradio checks the path only if the client sends "meta".
            path = Path(os.path.realpath(payload.path or ""))
            return path.read_bytes() if path.is_relative_to(os.path.realpath(self.GRADIO_CACHE)) else b""
        except ValueError:  # a path with a zero byte or a lone surrogate
            return b""
        except OSError as error:
            if error.errno in NO_FILE:
                return b""
            raise
