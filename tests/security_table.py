"""Write the table of SECURITY.md: `python tests/security_table.py` sends every try to a page of its own.

$ python tests/security_table.py
SECURITY.md: 72 tries, 0 not answered as they should be
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from servers import ROOT, run
from tries import Try, function, send, tries

START, END = "<!-- tries: written by `python tests/security_table.py` -->", "<!-- end of tries -->"


def table(rows: list[tuple[Try, bool]]) -> str:
    """The rows, counted by what was tried."""
    made = Counter(each.kind for each, _ in rows)
    right = Counter(each.kind for each, answered in rows if answered)
    lines = ["| tried | tries | answered in a sentence | lost |", "|---|---:|---:|---|"]
    for kind, count in made.items():
        lost = "nothing" if right[kind] == count else f"{count - right[kind]} answers"
        lines.append(f"| {kind} | {count} | {right[kind]} | {lost} |")
    return "\n".join(lines)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.txt")
        server = run([sys.executable, "app.py"], log, {"GRADIO_TEMP_DIR": folder})
        try:
            rows = []
            for each in tries(function(server.url, "show_1"), function(server.url, "show")):
                answer = send(server.url, each)
                clean = "Traceback" not in log.read_text()
                rows.append((each, clean and answer.status == each.status and each.answer in answer.text))
        finally:
            server.stop()
    file = ROOT / "SECURITY.md"
    before, _, rest = file.read_text("utf-8").partition(START)
    file.write_text(f"{before}{START}\n\n{table(rows)}\n\n{END}{rest.partition(END)[2]}", "utf-8")
    wrong = sum(not answered for _, answered in rows)
    print(f"SECURITY.md: {len(rows)} tries, {wrong} not answered as they should be")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
