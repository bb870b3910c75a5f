"""Download of a picture from a public address, limited in size and time."""

import asyncio
import tempfile
from pathlib import Path

import httpx
import safehttpx

from lenet.demo.picture.input import MOST_BYTES

SECONDS = 20
MOST_REDIRECTS = 5


class FetchError(Exception):
    """A download that failed; the message tells the client why."""


async def fetch(url: str, folder: Path, most_bytes: int = MOST_BYTES, seconds: float = SECONDS) -> Path:
    """Download a file.

    Args:
        url: its address, http or https.
        folder: destination, created if missing.
        most_bytes: largest size.
        seconds: longest duration.

    Raises:
        FetchError: if the host is not public or does not answer, or the file is missing, too large or too slow.
        OSError: if the file cannot be written.
    """
    try:
        async with asyncio.timeout(seconds):
            content = await _content(url, most_bytes)
    except TimeoutError as error:
        raise FetchError(f"The download took more than {seconds} seconds: send the picture as a file.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: the host has no public address
        raise FetchError("There is no picture at this URL. Only public addresses are allowed.") from error
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fetched-", delete=False) as file:
        file.write(content)
    return Path(file.name)


async def _content(url: str, most_bytes: int) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        if not 0 <= (httpx.URL(url).port or 0) < 2**16:  # httpx fails when it connects, with an ExceptionGroup
            raise httpx.InvalidURL(f"Invalid port: {url}")
        # As in Gradio: connect to the address that was checked, whatever the name server answers next.
        transport = safehttpx.AsyncSecureTransport(await safehttpx.async_validate_url(httpx.URL(url).host))
        async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", url) as answer:
            if answer.has_redirect_location:
                url = str(httpx.URL(url).join(answer.headers["location"]))
                continue
            answer.raise_for_status()
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > most_bytes:
                    raise FetchError(f"The picture exceeds {most_bytes // 2**20} MB: send a smaller copy.")
            return bytes(content)
    raise FetchError(f"The URL redirects more than {MOST_REDIRECTS} times.")
