"""Write the README's results and the model card from the measurements in weights/.

    $ python -m lenet.report
    $ python -m lenet.report --check
    $ python -m lenet.report --log "Elastic distortions" --runs runs/seed1 runs/seed2      also adds to the history

`--check` writes nothing. It fails if a document differs from metrics.json, or if the pipeline now reads drawings
differently than when the figures were measured: see `lenet.evaluation.fingerprint`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lenet.command import Parser, command
from lenet.evaluation import log, model_card
from lenet.evaluation.fingerprint import conditions, find_change
from lenet.evaluation.metrics import METRICS
from lenet.evaluation.results import results
from lenet.evaluation.schema import Change, Metrics
from lenet.files import replace_block, write_json, write_text
from lenet.model.weights import WEIGHTS, WeightsError, read_facts

README = WEIGHTS.parent / "README.md"
REMEDY = (
    "Run `python -m lenet.evaluate --weights weights --strokes …` with every stroke file of the results, then "
    "`python -m lenet.report`."
)


class ReportError(Exception):
    """The measurements cannot be used; the message is a sentence."""


@command(WeightsError, ReportError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = Parser("python -m lenet.report", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if anything is stale")
    parser.add_argument("--log", metavar="CHANGE", help="add this change and its --runs to the recipe's history")
    parser.add_argument(
        "--runs", nargs="+", type=Path, default=[], metavar="DIR", help="the --out folders of its trainings"
    )
    options = parser.parse_args(arguments)
    if bool(options.log) != bool(options.runs) or (options.log and options.check):
        parser.error("--log and --runs need each other, and exclude --check")
    facts = read_facts(WEIGHTS)
    now = conditions(WEIGHTS) if options.check else None
    metrics: Metrics = _read(WEIGHTS / METRICS)
    history = _read(WEIGHTS / log.LOG) if (WEIGHTS / log.LOG).exists() else []
    if options.log:
        history.append(_entry(options.log, options.runs))
        write_json(WEIGHTS / log.LOG, history)
    readme = README.read_text(encoding="utf-8")
    documents = {
        README: replace_block(readme, "results", "python -m lenet.report", results(metrics, history)),
        WEIGHTS / model_card.CARD: model_card.card(metrics, facts, history),
    }
    if not now:
        for path, text in documents.items():
            write_text(path, text)
        return 0
    stale = [path.name for path, text in documents.items() if not path.exists() or path.read_text("utf-8") != text]
    if stale:
        print(f"Stale: {' and '.join(stale)}. Run `python -m lenet.report`.", file=sys.stderr)
    change = find_change(metrics, now)
    if change:
        print(f"The figures in {METRICS} are stale because {change}. {REMEDY}", file=sys.stderr)
    return int(bool(stale or change))


def _entry(change: str, folders: Sequence[Path]) -> Change:
    try:
        return log.entry(change, folders)
    except (OSError, ValueError, KeyError) as error:
        raise ReportError(f"--runs names a folder without the figures of a training ({error}).") from error


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"Cannot read {path} ({error.strerror}); `python -m lenet.evaluate` writes it.") from error
    except ValueError as error:
        raise ReportError(f"{path} is not JSON ({error}); `python -m lenet.evaluate` writes it again.") from error


if __name__ == "__main__":
    sys.exit(main())
