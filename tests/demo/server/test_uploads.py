"""An upload is one file; whatever else is sent leaves nothing on the disk, and all uploads are bounded."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gradio.route_utils import GradioUploadFile

from lenet.demo.server import uploads as module
from lenet.demo.server.uploads import Uploads
from tests.demo.server import test_blocks
from tests.helpers.servers import Server
from tests.helpers.tries import ask, multipart, upload

PART = b'--B\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\nx\r\n'
FILE, NAMED = b'; filename="a"', b"; filename*=UTF-8''a"
END = b"--B--\r\n"
MALFORMED = {
    "another name": (PART % (b"other", FILE) + END, "boundary=B"),
    "two files": (2 * PART % (b"files", FILE, b"files", FILE) + END, "boundary=B"),
    "a field": (PART % (b"files", b"") + END, "boundary=B"),
    "a file and a field": (PART % (b"files", FILE) + PART % (b"x", b"") + END, "boundary=B"),
    "no last boundary": (PART % (b"files", FILE), "boundary=B"),
    "no part": (END, "boundary=B"),
    "a boundary of 300 letters": (b"x", "boundary=" + 300 * "b"),
    "no boundary": (b"x", ""),
    "no name": (b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END, "boundary=B"),
    "another file after the first": (PART % (b"files", FILE) + PART % (b"files", NAMED) + END, "boundary=B"),
}


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return tmp_path / "uploads"


@pytest.fixture
def client(uploads: Path) -> Any:
    client = test_blocks.serve(test_blocks.demo_blocks)
    client.app.get_blocks().max_file_size = 1_000_000  # type: ignore[attr-defined]  # as `launch` sets it
    return client


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_upload_is_refused_with_a_sentence_and_leaves_nothing(
    client: Any, uploads: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    content, parameter = MALFORMED[name]
    answer = client.post(
        "/gradio_api/upload",
        content=content,
        headers={"Content-Type": f"multipart/form-data; {parameter}"},
    )
    assert answer.status_code == 400
    assert len(answer.text) > 20
    assert files(uploads) == []
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "..", "", "\\udc80", "con", "ä%0A"])
def test_the_name_of_an_upload_is_ours_whatever_the_client_calls_it(client: Any, uploads: Path, name: str) -> None:
    for charset in ("utf-8", "utf-7", "unicode_escape", "none"):
        answer = client.post(
            "/gradio_api/upload",
            content=multipart(name, b"x"),
            headers={"Content-Type": f"multipart/form-data; boundary=B; charset={charset}"},
        )
        if answer.status_code == 200:
            [path] = map(Path, answer.json())
            assert path.name in ("upload", path.parent.name)
    assert {path.name for path in files(uploads)} <= {"upload"}


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    client: Any, uploads: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def write(self: Any, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(GradioUploadFile, "write", write)
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    answer = client.post("/gradio_api/upload", content=multipart("a", b"x"), headers=headers)
    assert (answer.status_code, "cannot store the file" in answer.text) == (507, True)
    assert files(uploads) == []
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", 250), ("MOST_FILES", 2)])
def test_uploads_are_refused_beyond_the_limit_of_all_until_older_ones_are_deleted(
    client: Any, uploads: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(module, limit, value)
    headers = {"Content-Type": "multipart/form-data; boundary=B"}

    def send(number: int) -> int:
        content = multipart("a", bytes([number]) * 100)
        return int(client.post("/gradio_api/upload", content=content, headers=headers).status_code)

    assert [send(number) for number in range(4)] == [200, 200, 503, 503]
    assert len(files(uploads)) == 2
    client.app.get_blocks().uploads.delete(age=0)
    assert list((uploads / "lenet").iterdir()) == []
    assert send(5) == 200


def test_the_count_is_exact_after_a_deletion_and_includes_unfinished_uploads(tmp_path: Path) -> None:
    folder = Uploads(tmp_path / "lenet")
    (folder.folder / "tmpabc").write_bytes(bytes(500))
    (folder.folder / "0f").mkdir()
    (folder.folder / "0f" / "upload").write_bytes(bytes(70))
    folder.delete(age=60)
    assert (folder.bytes, folder.files) == (570, 2)
    (folder.folder / "0f" / "seven.png").write_bytes(bytes(30))  # the page's own
    time.sleep(0.05)
    folder.delete(age=0)
    assert (folder.bytes, folder.files) == (30, 1)
    assert [path.name for path in files(tmp_path)] == ["seven.png"]


HOLD = "import sys; from pathlib import Path; from lenet.demo.server.uploads import Uploads\n"
HOLD += "Uploads(Path(sys.argv[1])).delete_unused(); print(flush=True); sys.stdin.read()"


def test_a_folder_that_another_process_uses_is_not_emptied_at_the_start(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        (tmp_path / "tmpabc").write_bytes(b"of the other process")
        ours = Uploads(tmp_path)
        ours.delete_unused()
        assert len(files(tmp_path)) == 1
        other.kill()
        other.wait()
    ours.delete_unused()
    assert files(tmp_path) == []


def test_the_folder_is_no_symbolic_link_to_files_of_other_programs(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "lenet").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="lenet"):
        Uploads(tmp_path / "lenet")


def test_a_start_deletes_what_a_killed_process_left_and_no_files_of_other_programs(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    (tmp_path / "tmpother").write_bytes(b"another program's")
    env = {"GRADIO_TEMP_DIR": str(tmp_path)}
    server = start([sys.executable, "app.py"], env)
    [path] = map(Path, json.loads(upload(server.url, "a", b"x").text))
    assert path.is_file()
    os.kill(server.process.pid, 9)
    server.process.wait()
    server = start([sys.executable, "app.py"], env)
    assert [path.name for path in files(tmp_path)] == ["tmpother"]
    assert ask(server.url, "/gradio_api/startup-events").status == 200
