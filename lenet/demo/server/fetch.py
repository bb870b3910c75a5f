"""A picture from the web: from public addresses alone, no larger than an upload, and in reasonable time."""

import asyncio
import tempfile
from pathlib import Path

import httpx
import safehttpx

from lenet.demo.picture.input import MOST_BYTES

SECONDS = 20
MOST_REDIRECTS = 5


class FetchError(Exception):
    """There is no picture; the text says why."""


async def fetch(url: str, folder: Path) -> Path:
    """Download a file.

    Args:
        url: its address, http or https.
        folder: where it is put.

    Raises:
        FetchError: if there is none, it is too large, it takes too long, or its host is not a public one.
        OSError: if it cannot be written.
    """
    try:
        async with asyncio.timeout(SECONDS):
            content = await _content(url)
    except TimeoutError as error:
        raise FetchError(f"The picture did not come within {SECONDS} seconds: send it as a file.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: the host has no public address
        raise FetchError("There is no picture at this address: only public ones can be read.") from error
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fetched-", delete=False) as file:
        file.write(content)
    return Path(file.name)


async def _content(url: str) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        if not 0 <= (httpx.URL(url).port or 0) < 2**16:  # which httpx finds when it connects, in an ExceptionGroup
            raise httpx.InvalidURL(f"Invalid port: {url}")
        # As Gradio does it: the address that was checked is the one that is connected to, whatever the name's server
        # says the next time.
        transport = safehttpx.AsyncSecureTransport(await safehttpx.async_validate_url(httpx.URL(url).host))
        async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", url) as answer:
            if answer.has_redirect_location:
                url = str(httpx.URL(url).join(answer.headers["location"]))
                continue
            answer.raise_for_status()
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise FetchError(f"The picture has more than {MOST_BYTES // 2**20} MB: take a smaller copy.")
            return bytes(content)
    raise FetchError(f"The address leads to more than {MOST_REDIRECTS} others.")
