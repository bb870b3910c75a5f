"""What Gradio keeps of calls and uploads is forgotten, but not before its time."""

import json
import os
import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from lenet.demo.server.cleanup import Forgetful, trim
from tests.helpers.servers import Server
from tests.helpers.tries import JSON, ask, function
from tests.helpers.wrong_files import png

PART = b'--B\r\nContent-Disposition: form-data; name="files"; filename="seven.png"\r\n\r\n%b\r\n--B--\r\n' % png()
PARTS = {"Content-Type": "multipart/form-data; boundary=B"}


def page(start: Callable[..., Server], folder: Path, every: int, age: int) -> Server:
    command = [sys.executable, "tests/helpers/forgetful_page.py", str(every), str(age)]
    return start(command, {"GRADIO_TEMP_DIR": str(folder)})


def call(server: Server, said: str) -> str:
    """Make a call and return the address of its events."""
    answer = ask(server.url, "/gradio_api/call/say", json.dumps({"data": [said]}).encode(), JSON)
    return f"/gradio_api/call/say/{json.loads(answer.text)['event_id']}"


def at_once(server: Server, name: str, *data: object) -> Any:
    body = {"data": data, "fn_index": function(server.url, name)}
    answer = ask(server.url, "/gradio_api/run/predict", json.dumps(body).encode(), JSON)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)["data"]


def kept(server: Server) -> dict[str, int]:
    [numbers] = at_once(server, "kept")
    return dict(numbers)


def break_off(server: Server, folder: Path) -> None:
    """Hang up in the middle of an upload, when a part of it is on the disk."""
    before = set(folder.iterdir())
    head = "POST /gradio_api/upload?upload_id=broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as line:
        line.sendall(f"{head}Content-Type: {PARTS['Content-Type']}\r\n\r\n".encode() + PART[:-9] + bytes(100_000))
        assert until(lambda: set(folder.iterdir()) > before)
    assert until(lambda: set(folder.iterdir()) == before)


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


def test_of_calls_and_uploads_nothing_is_kept(start: Callable[..., Server], tmp_path: Path) -> None:
    server = page(start, tmp_path, every=1, age=2)
    assert '["mine"]' in ask(server.url, call(server, "mine")).text
    call(server, "nobody fetches this")
    upload = ask(server.url, "/gradio_api/upload?upload_id=mine", PART, PARTS)
    assert Path(json.loads(upload.text)[0]).is_file()
    assert all(count for name, count in kept(server).items() if name != "running")
    assert ask(server.url, "/gradio_api/upload_progress?upload_id=of-nobody").status == 404
    break_off(server, tmp_path)
    assert until(lambda: not any(kept(server).values())), kept(server)
    assert '["again"]' in ask(server.url, call(server, "again")).text
    assert "Traceback" not in server.log.read_text()


def test_what_is_not_yet_old_is_kept(start: Callable[..., Server], tmp_path: Path) -> None:
    server = page(start, tmp_path, every=3600, age=3600)
    at_once(server, "forget", 60)
    events = call(server, "soon")
    assert until(lambda: not kept(server)["running"])
    for _ in range(3):
        at_once(server, "forget", 60)
    assert '["soon"]' in ask(server.url, events).text
    events = call(server, "late")
    assert until(lambda: not kept(server)["running"])
    at_once(server, "forget", 0)
    assert ask(server.url, events).status == 404
    assert "Traceback" not in server.log.read_text()


def test_an_upload_that_comes_while_others_are_deleted_does_not_disturb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload(number: int) -> str:
        file = tmp_path / str(number) / "seven.png"
        file.parent.mkdir()
        file.write_bytes(png())
        files.add(str(file))
        return str(file)

    def looked_at(path: Path) -> os.stat_result:
        if not late:
            late.append(upload(100))
        return os.lstat(path)

    files, late = set[str](), list[str]()
    old = [upload(number) for number in range(10)]
    example = upload(11)
    queue = SimpleNamespace(pending_messages_per_session=SimpleNamespace(max_size=1))
    kept = {0: SimpleNamespace(keep_in_cache={example})}
    blocks = SimpleNamespace(_queue=queue, blocks=kept, temp_file_sets=[files], GRADIO_CACHE=str(tmp_path))
    forgetful = Forgetful(blocks)
    monkeypatch.setattr(Path, "lstat", looked_at)
    forgetful.delete_uploads(age=-1)
    assert not any(Path(file).parent.exists() for file in old)
    assert files == {example, *late}
    assert all(Path(file).is_file() for file in files)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc keeps what is free")
def test_memory_that_visitors_left_between_that_of_others_is_given_back() -> None:
    def megabytes() -> float:
        return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]

    left = [bytes(1000) for _ in range(200_000)]
    full = megabytes()
    left = left[::50]
    trim()
    assert megabytes() < full - 100
