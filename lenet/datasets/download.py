"""One download: bounded in size and in time, with a progress bar, held in memory until it is whole."""

import queue
import threading
import time
import urllib.error
import urllib.request

from tqdm import tqdm

CHUNK = 1 << 16  # bytes read from the network at once


class Flaw(Exception):
    """What is wrong with one file or address, as the part of a sentence that follows its name."""


def fetch(address: str, size: int, timeout: float, slowest: float) -> bytes:
    """Download a file of known size; never takes more than one byte too many.

    A thread of its own does the waiting: neither a silent name server nor headers that trickle in meet urllib's
    time-out, and the deadline holds for them too.

    Args:
        address: the file's URL.
        size: bytes that it should have.
        timeout: seconds of silence after which it is given up.
        slowest: bytes a second over the whole file, on top of `timeout`, below which it is given up.

    Returns:
        `size` bytes.

    Raises:
        Flaw: if the address does not answer, or with something else.
    """
    chunks: queue.SimpleQueue[bytes | Flaw] = queue.SimpleQueue()  # b"" ends them
    abandoned = threading.Event()

    def receive() -> None:
        try:
            request = urllib.request.Request(address, headers={"User-Agent": "lenet-mnist"})
            with urllib.request.urlopen(request, timeout=timeout) as response:
                left = size + 1
                while left and not abandoned.is_set() and (chunk := response.read1(min(CHUNK, left))):
                    left -= len(chunk)
                    chunks.put(chunk)
            chunks.put(b"")
        except urllib.error.HTTPError as problem:
            problem.close()
            chunks.put(Flaw(f"answers {problem.code} {problem.reason}"))
        except Exception as problem:  # whatever it is, the next address may do better
            chunks.put(Flaw(f"failed ({getattr(problem, 'reason', problem)})"))

    allowed = timeout + size / slowest
    deadline = time.monotonic() + allowed
    packed = bytearray()
    threading.Thread(target=receive, daemon=True).start()
    bar = tqdm(total=size, desc=address.rpartition("/")[2], unit="B", unit_scale=True)
    try:
        while got := chunks.get(timeout=max(0.0, deadline - time.monotonic())):
            if isinstance(got, Flaw):
                raise got
            packed += got
            bar.update(len(got))
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
