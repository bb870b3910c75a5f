"""Download of a picture from a public address, limited in size and time."""

import asyncio
import ipaddress
import socket
import tempfile
from pathlib import Path

import httpx

from lenet.demo.picture.input import MOST_BYTES

SECONDS = 20
MOST_REDIRECTS = 5
UNICAST, SIX_TO_FOUR = map(ipaddress.ip_network, ("2000::/3", "2002::/16"))


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
    except (httpx.HTTPError, httpx.InvalidURL, socket.gaierror, ValueError) as error:
        raise FetchError("There is no picture at this URL. Only public addresses are allowed.") from error
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fetched-", delete=False) as file:
        file.write(content)
    return Path(file.name)


async def _content(url: str, most_bytes: int) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        target = httpx.URL(url)
        if not 0 <= (target.port or 0) < 2**16:  # httpx fails when it connects, with an ExceptionGroup
            raise httpx.InvalidURL(f"Invalid port: {url}")
        # Connect to the address that was checked, whatever the name server answers next, and to no proxy.
        address = target.copy_with(host=await _public_address(target.raw_host.decode()))
        headers = {"Host": target.netloc.decode(), "Accept-Encoding": "identity"}
        name = {"sni_hostname": target.raw_host.decode()}  # of the certificate
        async with (
            httpx.AsyncClient(trust_env=False) as client,
            client.stream("GET", address, headers=headers, extensions=name) as answer,
        ):
            if answer.has_redirect_location:
                url = str(target.join(answer.headers["location"]))
                continue
            answer.raise_for_status()
            if answer.headers.get("content-encoding", "identity") != "identity":  # 5 kB of Brotli can unpack to 12 GB
                raise FetchError("This URL's server compresses the picture although it must not: send it as a file.")
            content = bytearray()
            async for part in answer.aiter_raw():
                content += part
                if len(content) > most_bytes:
                    raise FetchError(f"The picture exceeds {most_bytes // 2**20} MB: send a smaller copy.")
            return bytes(content)
    raise FetchError(f"The URL redirects more than {MOST_REDIRECTS} times.")


async def _public_address(host: str) -> str:
    """Return a host's first public address, or raise a ValueError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    for *_, (text, *_) in found:
        address = ipaddress.ip_address(text)
        # Nor 100.64.0.0/10, which holds the metadata service of a cloud, nor an IPv4 address within one of IPv6.
        if address.is_global and (address.version == 4 or (address in UNICAST and address not in SIX_TO_FOUR)):
            return str(address)
    raise ValueError(f"{host} has no public address")
