"""Download one file: bounded in size and time, with a progress bar, kept in memory until it is complete."""

import queue
import threading
import time
import urllib.error
import urllib.request

from tqdm import tqdm

CHUNK = 1 << 16  # bytes read from the network at once


class Flaw(Exception):
    """A fault of a file or URL; the text is the part of a sentence that follows its name."""


def fetch(url: str, size: int, timeout: float, slowest: float) -> bytes:
    """Download a file of known size, and at most one byte more.

    A thread waits for the server, because urllib's time-out covers neither a silent name server nor headers that
    trickle in.

    Args:
        url: the file's address.
        size: of the file, in bytes.
        timeout: seconds without a byte after which the download is abandoned.
        slowest: bytes/s over the whole file, after `timeout`, below which the download is abandoned.

    Returns:
        `size` bytes.

    Raises:
        Flaw: if the server does not answer in time, or with anything else.
    """
    chunks: queue.SimpleQueue[bytes | Flaw] = queue.SimpleQueue()  # b"" comes last
    abandoned = threading.Event()

    def receive() -> None:
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "lenet-mnist"})
            with urllib.request.urlopen(request, timeout=timeout) as response:
                left = size + 1
                while left and not abandoned.is_set() and (chunk := response.read1(min(CHUNK, left))):
                    left -= len(chunk)
                    chunks.put(chunk)
            chunks.put(b"")
        except urllib.error.HTTPError as problem:
            problem.close()
            chunks.put(Flaw(f"answers {problem.code} {problem.reason}"))
        except Exception as problem:  # of any type: the next mirror may work
            chunks.put(Flaw(f"failed ({getattr(problem, 'reason', problem)})"))

    allowed = timeout + size / slowest
    deadline = time.monotonic() + allowed
    packed = bytearray()
    threading.Thread(target=receive, daemon=True).start()
    bar = tqdm(total=size, desc=url.rpartition("/")[2], unit="B", unit_scale=True)
    try:
        while chunk := chunks.get(timeout=max(0.0, deadline - time.monotonic())):
            if isinstance(chunk, Flaw):
                raise chunk
            packed += chunk
            bar.update(len(chunk))
    except queue.Empty:
        raise Flaw(f"is too slow ({len(packed):,} of {size:,} bytes in {allowed:.0f} s)") from None
    finally:
        abandoned.set()
        bar.close()
    if len(packed) < size:
        raise Flaw(f"sent {len(packed):,} bytes, not {size:,}")
    if len(packed) > size:
        raise Flaw(f"sent more than {size:,} bytes")
    return bytes(packed)
