"""Write the tables of SECURITY.md, each of what was done to a page or a training of their own.

$ python -m tools.security_table tries
SECURITY.md: 72 tries, 0 not answered as they should be
$ python -m tools.security_table faults
$ python -m tools.security_table fuzz
$ python -m tools.security_table load
$ python -m tools.security_table            # all four, half an hour
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from lenet.files import replace_block
from tests.helpers.servers import ROOT, run
from tests.helpers.tries import TRIES, Try, send
from tools import eight_hours, fuzz_bytes, kill_training, load

KILLS = 20
FUZZED = 100  # seconds of each target
# Tests that break something on purpose; a test's name is what it promises.
INJECTED = ["training/test_training_faults.py", "demo/test_start.py", "demo/server/test_shutdown.py"]


def table(rows: list[tuple[Try, bool]]) -> str:
    """The rows, counted by what was tried."""
    made = Counter(each.kind for each, _ in rows)
    right = Counter(each.kind for each, answered in rows if answered)
    lines = ["| tried | tries | answered in a sentence | lost |", "|---|---:|---:|---|"]
    for kind, count in made.items():
        lost = "nothing" if right[kind] == count else f"{count - right[kind]} answers"
        lines.append(f"| {kind} | {count} | {right[kind]} | {lost} |")
    return "\n".join(lines)


def write(name: str, text: str) -> None:
    """Put a table between its marks."""
    file = ROOT / "SECURITY.md"
    file.write_text(replace_block(file.read_text("utf-8"), name, "python -m tools.security_table", text), "utf-8")


def write_tries() -> int:
    """Send every try to a page; returns how many were answered wrongly."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        server = run([sys.executable, "app.py"], log, {"GRADIO_TEMP_DIR": folder})
        try:
            rows = []
            for each in TRIES:
                answer = send(server.url, each)
                clean = "Traceback" not in log.read_text()
                rows.append((each, clean and answer.status == each.status and each.answer in answer.text))
        finally:
            server.stop()
    write("tries", table(rows))
    wrong = sum(not answered for _, answered in rows)
    print(f"SECURITY.md: {len(rows)} tries, {wrong} not answered as they should be")
    return wrong


def passed(names: list[str]) -> dict[str, list[bool]]:
    """Run test files; by the name of each test whether it passed, once for each of its parameters."""
    found: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        tests = [str(ROOT / "tests" / name) for name in names]
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-k", "not killed", f"--junitxml={report}", *tests]
        subprocess.run(command, cwd=ROOT, check=False)
        for case in ElementTree.parse(report).iter("testcase"):
            name = case.get("name", "").partition("[")[0].removeprefix("test_").replace("_", " ")
            found.setdefault(name, []).append(not len(case))  # a failure, an error or a skip is an element in it
    return found


def fault_table(killed: kill_training.Killed, tested: dict[str, list[bool]]) -> str:
    """The rows of what was broken on purpose: kills of trainings, and tests by name."""
    cut = [each.survived for each in killed.kills if each.cut]
    kills = {
        "a training gets SIGKILL at a random moment, and goes on": [each.survived for each in killed.kills],
        f"{len(cut)} of these times the newest checkpoint is cut in half besides": cut,
    }
    lines = ["| fault | times | survived | lost |", "|---|---:|---:|---|"]
    for name, survived in (kills | tested).items():
        times = len(survived) - sum(survived)
        lost = "; ".join(killed.lost) if name in kills else f"{times} times" if times else ""
        lines.append(f"| {name} | {len(survived)} | {sum(survived)} | {lost or 'nothing'} |")
    return "\n".join(lines)


def write_faults() -> int:
    """Kill trainings, and run the tests that break something; returns how much was lost."""
    with tempfile.TemporaryDirectory() as folder:
        killed = kill_training.kill(KILLS, Path(folder), verbose=True)
    tested = passed(INJECTED)
    write("faults", fault_table(killed, tested))
    return len(killed.lost) + sum(not each for right in tested.values() for each in right)


def write_fuzz() -> int:
    """Fuzz what takes strangers' bytes; returns how many inputs broke its promise."""
    made = fuzz_bytes.fuzz_all(list(fuzz_bytes.TARGETS), FUZZED, 0, seed=1)
    lines = ["| fuzzed | inputs | seconds | found |", "|---|---:|---:|---|"]
    for each in made:
        what = str(fuzz_bytes.TARGETS[each.target].__doc__).partition("\n")[0].rstrip(".")
        print(each.found)
        lines.append(f"| {what} | {each.runs:,} | {each.seconds:.0f} | {'an error' if each.found else 'nothing'} |")
    write("fuzz", "\n".join(lines))
    return sum(bool(each.found) for each in made)


def write_load() -> int:
    """Put the page under load, and let eight hours of visitors come; returns how much went wrong."""
    made = list(load.loads(10_000, [50, 200], 20))
    day = list(eight_hours.hours())
    print("memory by the hour, MB:", *(round(sample) for each in day for sample in each.samples))
    machine = f"Client and server on {os.cpu_count()} cores, {platform.machine()}, {platform.system()}."
    write("load", "\n".join([load.TABLE, *map(load.row, made + day), "", machine]))
    wrong = load.faults(made) + load.faults(day)
    print(*wrong, sep="\n")
    return len(wrong)


TABLES = {"tries": write_tries, "faults": write_faults, "fuzz": write_fuzz, "load": write_load}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help="tries, faults, fuzz or load; default: all")
    wanted = parser.parse_args().tables or list(TABLES)
    if unknown := set(wanted) - set(TABLES):
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    return int(sum(TABLES[name]() for name in wanted) > 0)


if __name__ == "__main__":
    sys.exit(main())
