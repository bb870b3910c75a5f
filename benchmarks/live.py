"""Clients that draw: the requests that the page sends while a pen moves, for loads without a browser.

The benchmarks of the server and of the start, `tools.load`, `tools.eight_hours` and `deploy.trial` share them.
"""

import asyncio
import json
import math
import ssl
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE
from tests.helpers.digits import DIGITS

UPDATES = 10  # per drawing, each a tenth longer than the last
PATH = "/gradio_api/run/predict"
JSON = {"Content-Type": "application/json"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the certificates for each client


def stages(digit: int) -> list[str]:
    """Return a drawing as it grows, as JSON texts that the pad sends."""
    points = [(number, point) for number, stroke in enumerate(DIGITS[digit]) for point in stroke]
    drawings = []
    for part in range(1, UPDATES + 1):
        strokes: list[list[list[float]]] = [[] for _ in DIGITS[digit]]
        for number, point in points[: max(1, len(points) * part // UPDATES)]:
            strokes[number].append([round(float(value), 1) for value in point])
        drawing = {"w": CANVAS_SIZE, "h": CANVAS_SIZE, "pen": BRUSH_WIDTH, "strokes": list(filter(None, strokes))}
        drawings.append(json.dumps(drawing, separators=(",", ":")))
    return drawings


STAGES = {digit: stages(digit) for digit in range(10)}


def live_event(url: str) -> dict[str, int]:
    """Return the event that reads the pad, as a request names it."""
    with urllib.request.urlopen(f"{url}/config") as response:
        config = json.load(response)
    pad = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == "sketchpad")
    live = next(event["id"] for event in config["dependencies"] if [pad, "input"] in event["targets"])
    return {"fn_index": live, "trigger_id": pad}


def body(event: dict[str, int], drawing: str, session: str) -> bytes:
    """Return the body of an update: the drawing, with *Inside the network* closed."""
    return json.dumps({"data": [drawing, False], "session_hash": session, **event}).encode()


def read(url: str, event: dict[str, int], drawing: str) -> list[Any]:
    """Send one update and return the values of its answer."""
    request = urllib.request.Request(url + PATH, body(event, drawing, "reference"), JSON)
    with urllib.request.urlopen(request, timeout=60) as response:
        values: list[Any] = json.load(response)["data"]
    return values


def connect() -> httpx.AsyncClient:
    """Return a client for one person: searching a shared pool of 200 takes longer than the server's answer."""
    return httpx.AsyncClient(timeout=60, verify=NO_TLS, trust_env=False)


@dataclass
class Record:
    """Measurements of one load.

    Attributes:
        answers: time of each right answer (`time.perf_counter`), and seconds since its update was sent.
        errors: time of each failed update or wrong answer, and the reason.
        finals: seconds from the last point of each drawing to the answer to it.
        lost: drawings whose last update failed or got a wrong answer.
    """

    answers: list[tuple[float, float]] = field(default_factory=list)
    errors: list[tuple[float, str]] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def updates(self) -> int:
        """Number of updates sent."""
        return len(self.answers) + len(self.errors)

    @property
    def drawings(self) -> int:
        """Number of drawings finished."""
        return len(self.finals)

    @property
    def seconds(self) -> list[float]:
        """Seconds from each update to its answer."""
        return [seconds for _, seconds in self.answers]

    def error(self, reason: object) -> None:
        """Count an error."""
        self.errors.append((time.perf_counter(), str(reason)))


class Crowd:
    """People who draw on one page. A right answer equals that to a lone client that sent the same drawing before.

    Args:
        url: of the page.
        reference: of the page that the lone client draws on; default: the same.
    """

    def __init__(self, url: str, reference: str = "") -> None:
        self.url = url
        self.event = live_event(url)
        drawings = [drawing for digit in STAGES for drawing in STAGES[digit]]
        self.expected = {drawing: read(reference or url, self.event, drawing) for drawing in drawings}

    async def update(self, client: httpx.AsyncClient, record: Record, drawing: str, session: str) -> bool:
        """Send one update; return True if the answer is right."""
        started = time.perf_counter()
        try:
            response = await client.post(self.url + PATH, content=body(self.event, drawing, session), headers=JSON)
            response.raise_for_status()
            answer = response.json()["data"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            record.error(repr(error))
            return False
        ended = time.perf_counter()
        if answer != self.expected[drawing]:
            record.error(f"wrong answer: {str(answer)[:200]}")
            return False
        record.answers.append((ended, ended - started))
        return True

    async def draw(
        self, client: httpx.AsyncClient, record: Record, digit: int, session: str, rate: float = math.inf
    ) -> None:
        """Draw one digit.

        Args:
            client: the person's connection.
            record: receives the measurements.
            digit: 0 to 9.
            session: of the person.
            rate: updates per second by which the drawing grows. Like the page, the client sends the latest state when
                it has the last answer. Infinite: it sends all of them without a pause.
        """
        began, sent, last, right = time.perf_counter(), -1, UPDATES - 1, False
        while sent < last:
            due = sent + 1 if rate == math.inf else min(int((time.perf_counter() - began) * rate), last)
            if due == sent:
                await asyncio.sleep(began + (sent + 1) / rate - time.perf_counter())
                continue
            lifted, sent = time.perf_counter() if rate == math.inf else began + last / rate, due
            right = await self.update(client, record, STAGES[digit][due], session)
        record.finals.append(time.perf_counter() - lifted)
        record.lost += not right

    async def draw_until(self, done: Callable[[], bool], record: Record, person: int) -> None:
        """Draw digit after digit without a pause until `done()`, which is called before each update."""
        async with connect() as client:
            position = UPDATES * person  # people do not all draw the same digit
            while not done():
                drawing = STAGES[position // UPDATES % 10][position % UPDATES]
                await self.update(client, record, drawing, f"person{person}")
                position += 1
