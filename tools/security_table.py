"""Write the tables of SECURITY.md from what a running page or a training of their own withstood.

$ python -m tools.security_table tries
SECURITY.md: 72 tries, 0 not answered as they should be
$ python -m tools.security_table faults
$ python -m tools.security_table load
$ python -m tools.security_table            # all three, about half an hour
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from lenet.command import Parser, command
from lenet.files import markdown_table, replace_block
from tests.helpers.servers import ROOT, run
from tests.helpers.tries import TRIES, send
from tools import attacks, eight_hours, kill_training, load

KILLS = 20
# Tests that break something on purpose; a test's name is the promise it checks.
INJECTED = ["training/test_training_faults.py", "demo/test_start.py", "demo/server/test_shutdown.py"]


def write(name: str, table: str) -> None:
    """Replace the table `name` in SECURITY.md."""
    file = ROOT / "SECURITY.md"
    file.write_text(replace_block(file.read_text("utf-8"), name, "python -m tools.security_table", table), "utf-8")


def write_tries() -> int:
    """Send every hostile request to a page; return how many got a wrong answer."""
    right: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        server = run([sys.executable, "app.py"], log, {"GRADIO_TEMP_DIR": folder})
        try:
            for attempt in TRIES:
                answer = send(server.url, attempt)
                expected = answer.status == attempt.status and attempt.answer in answer.text
                right.setdefault(attempt.kind, []).append(expected and "Traceback" not in log.read_text())
        finally:
            server.stop()
    rows = []
    for kind, answered in right.items():
        wrong = len(answered) - sum(answered)
        rows.append((kind, len(answered), sum(answered), f"{wrong} answers" if wrong else "nothing"))
    write("tries", markdown_table(["tried", "tries", "answered in a sentence", "lost"], rows, "lrrl"))
    wrong = sum(answered.count(False) for answered in right.values())
    print(f"SECURITY.md: {sum(map(len, right.values()))} tries, {wrong} not answered as they should be")
    return wrong


def run_tests(files: Sequence[str]) -> dict[str, list[bool]]:
    """Run test files; return for each test, named by its promise, if it passed, once per parameter."""
    passed: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        tests = [str(ROOT / "tests" / name) for name in files]
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-m", "", f"--junitxml={report}", *tests]
        subprocess.run(command, cwd=ROOT, check=False)
        for case in ElementTree.parse(report).iter("testcase"):
            name = case.get("name", "").partition("[")[0].removeprefix("test_").replace("_", " ")
            passed.setdefault(name, []).append(not len(case))  # a failure, an error or a skip is an element in it
    return passed


def fault_table(killed: kill_training.Killed, tested: dict[str, list[bool]]) -> str:
    """Return the table of faults: kills of trainings, then tests by name."""
    cut = [kill.survived for kill in killed.kills if kill.cut]
    kills = {
        "a training gets SIGKILL at a random moment, and resumes": [kill.survived for kill in killed.kills],
        f"in {len(cut)} of these cases the newest checkpoint is also cut in half": cut,
    }
    rows = []
    for name, survived in (kills | tested).items():
        failures = len(survived) - sum(survived)
        lost = "; ".join(killed.lost) if name in kills else f"{failures} times" if failures else ""
        rows.append((name, len(survived), sum(survived), lost or "nothing"))
    return markdown_table(["fault", "times", "survived", "lost"], rows, "lrrl")


def write_faults() -> int:
    """Kill trainings and run the tests that break something; return how many of both failed."""
    with tempfile.TemporaryDirectory() as folder:
        killed = kill_training.kill(KILLS, Path(folder), verbose=True)
    tested = run_tests(INJECTED)
    write("faults", fault_table(killed, tested))
    return len(killed.lost) + sum(passed.count(False) for passed in tested.values())


def write_load() -> int:
    """Put the page under load and simulate eight hours of visitors; return how many faults that showed."""
    crowds = list(load.loads(10_000, [50, 200], 20))
    day = list(eight_hours.hours())
    print("memory by the hour, MB:", *(round(sample) for hours in day for sample in hours.memory))
    machine = f"Client and server on {os.cpu_count()} cores, {platform.machine()}, {platform.system()}."
    write("load", f"{load.table(crowds + day)}\n\n{machine}")
    faults = load.faults(crowds) + load.faults(day)
    print(*faults, sep="\n")
    return len(faults)


def write_attacks() -> int:
    """Run every attack, without and with nginx; return how many bounds were exceeded."""
    tables, faults = [], []
    for nginx in (False, True):
        results = [attacks.measure(name, attacks.PEOPLE, 20, nginx) for name in attacks.ATTACKS]
        tables.append(attacks.table(results))
        faults += [fault for result in results for fault in result.faults()]
    write("attacks", "\n\nBehind nginx:\n\n".join(tables))
    print(*faults, sep="\n")
    return len(faults)


TABLES = {"tries": write_tries, "attacks": write_attacks, "faults": write_faults, "load": write_load}


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser("python -m tools.security_table", __doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(TABLES)}; default: all")
    names = parser.parse_args(arguments).tables or list(TABLES)
    if unknown := set(names) - set(TABLES):
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    return int(sum(TABLES[name]() for name in names) > 0)


if __name__ == "__main__":
    sys.exit(main())
