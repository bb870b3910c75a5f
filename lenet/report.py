"""Write the README's results and the model card from what was measured, in weights/.

    $ python -m lenet.report
    $ python -m lenet.report --check
    $ python -m lenet.report --log "Elastic distortions" --runs runs/seed1 runs/seed2      also into the history

`--check` writes nothing. It fails if a text does not have the figures of metrics.json, or if drawings are now read
differently than when these were measured: see `lenet.evaluation.fingerprint`.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lenet.evaluation import model_card
from lenet.evaluation.fingerprint import conditions, find_change
from lenet.evaluation.metrics import METRICS
from lenet.evaluation.results import results
from lenet.files import replace_block, write_json
from lenet.model.weights import FACTS, WEIGHTS, WeightsError

README = WEIGHTS.parent / "README.md"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.report", description="Write the README's tables and the model card."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a text or figure is stale")
    parser.add_argument("--log", metavar="CHANGE", help="add this change to the recipe's history, with --runs")
    parser.add_argument(
        "--runs", nargs="+", type=Path, default=[], metavar="DIR", help="what --out of its trainings was, a seed each"
    )
    options = parser.parse_args(arguments)
    if bool(options.log) != bool(options.runs) or (options.log and options.check):
        parser.error("--log and --runs go together, and not with --check")
    metrics, facts, log = (_read(name) for name in (METRICS, FACTS, model_card.LOG))
    if options.log:
        log = [*log, model_card.entry(options.log, options.runs)]
        write_json(WEIGHTS / model_card.LOG, log)
    texts = {
        README: replace_block(
            README.read_text(encoding="utf-8"), "results", "python -m lenet.report", results(metrics, log)
        ),
        WEIGHTS / model_card.CARD: model_card.card(metrics, facts, log),
    }
    stale = [path.name for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if options.check:
        problems = [f"Stale: {' and '.join(stale)}; run `python -m lenet.report`."] if stale else []
        problems += _stale_figures(metrics)
        for problem in problems:
            print(problem, file=sys.stderr)
        return int(bool(problems))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


def _stale_figures(metrics: dict[str, Any]) -> list[str]:
    """Return the sentence that says why metrics.json has to be measured again, if it has."""
    try:
        change = find_change(metrics, conditions(WEIGHTS))
    except WeightsError as error:
        return [str(error)]
    remedy = "run `python -m lenet.evaluate --strokes …` on every set of the results, then `python -m lenet.report`"
    return [f"The figures in {METRICS} are stale, as {change}; {remedy}."] if change else []


def _read(name: str) -> Any:
    path = WEIGHTS / name
    if name == model_card.LOG and not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
