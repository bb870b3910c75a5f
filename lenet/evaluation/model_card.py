"""The model card: the template model_card.md, filled in from metrics.json, lenet5.json and log.json.

`python -m lenet.report` writes it to weights/MODEL_CARD.md.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import cast

from lenet.evaluation.log import mean, seeds
from lenet.evaluation.results import measured, sets
from lenet.evaluation.schema import Change, Metrics, Pair, Run, Training
from lenet.files import markdown_table, percent
from lenet.model.weights import Facts

CARD = "MODEL_CARD.md"
TEMPLATE = Path(__file__).with_suffix(".md")

PEOPLE = """\
- **Drawings by people**: the first nine tenths of {files}; the last tenth is for validation. The files are from
  *Pen-Based Recognition of Handwritten Digits* (Alpaydin and Alimoglu, UCI 1998, CC BY 4.0): 30 people wrote
  pendigits-train on a tablet, 14 other people pendigits-test."""

CALIBRATION = """\
## Calibration and thresholds

`python -m lenet.calibrate` computed the temperature and the thresholds from {digits_people} renderings of people's
digits that were not trained on, {digits_by_rule} synthetic digits, of which {digits_wrong} are read wrong in total,
and {not_digits_count} synthetic non-digits. The two quantiles behind `unsure`, `DOUBTED` and `PASSING` in
`lenet/evaluation/calibration.py`, were set by hand after looking at the test sets' accepted rates, which are
therefore not an independent measurement.

- The temperature {temperature} changes the calibration error of these digits from {digits_calibration_error_before}
  to {digits_calibration_error}.
- `unsure` is a largest probability below {unsure}: {digits_accepted} of these digits and {not_digits_accepted} of
  the non-digits are accepted.
- `several` needs at least {several} for every part, and more than for the whole drawing: {two_digits_several} of
  {two_digits_count} drawings of two digits are read as several, {two_digits_right_of_several} of these correctly;
  {digits_several} of single digits are.
- `blank` is an extent below {blank} of the pad, or of 1,000 pixels in a larger photo. A dot of the pad's pen has
  0.07, the smallest digit drawn on purpose 0.15."""

TRAIN = "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --out weights"
CONTINUE = (  # for a recipe that starts from trained weights
    "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --out runs/start\n"
    "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --recipe {recipe} --from runs/start --out weights"
)


def card(metrics: Metrics, facts: Facts, log: Sequence[Change]) -> str:
    """Return the model card as Markdown."""
    training = metrics["training"]
    recipe = training["recipe"]
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        training["versions"],
        people=_people(training),
        results=measured(metrics),
        seeds=_seeds(seeds(metrics, log)),
        calibration=_calibration(facts),
        errors=_errors(metrics),
        history=_history(log),
        train=(CONTINUE if recipe.get("continues") else TRAIN).format(seed=training["seed"], recipe=recipe["name"]),
        minutes=f"{training['seconds'] / 60:.0f}",
        cores=training["hardware"]["cores"],
        cpu=training["hardware"]["cpu"],
    )
    return re.sub(r"\n{3,}", "\n\n", text)  # of sections that are empty


def _people(training: Training) -> str:
    files = [f"`{file['name']}` ({file['count']:,})" for file in training.get("drawings", [])]
    return PEOPLE.format(files=", ".join(files)) if files else ""


def _calibration(facts: Facts) -> str:
    if "calibration" not in facts:
        return ""
    calibration = cast(Mapping[str, Mapping[str, float]], facts["calibration"])
    values = {
        f"{group}_{name}": percent(value) if isinstance(value, float) else f"{value:,}"
        for group, figures in calibration.items()
        for name, value in figures.items()
    }
    return CALIBRATION.format(**facts["thresholds"], **values)


def _errors(metrics: Metrics) -> str:
    paragraphs = []
    for name, figures in sets(metrics).items():
        if "misses" in figures:
            worst = sorted(figures["digits"], key=lambda row: row["misses"] / max(1, row["count"]), reverse=True)[:3]
            digits = ", ".join(f"{row['digit']} ({row['misses']} of {row['count']:,} wrong)" for row in worst)
            suffix = "" if name == "MNIST test" else f"-{name}"
            paragraphs += [
                f"Worst digits of {name}: {digits}. Truth → answer and its probability, most confident first:",
                f"![Misread digits of {name}](misread{suffix}.png)",
            ]
    return "\n\n".join(paragraphs)


def _seeds(runs: Sequence[Run]) -> str:
    """Return the accuracy by seed, or nothing of a single run, which has no spread."""
    if len(runs) < 2:
        return ""
    names = _names(runs)
    rows = [[run["seed"], _validation(run), *(_accuracy(pair) for pair in _pairs(run, names))] for run in runs]
    columns = zip(*(_pairs(run, names) for run in runs), strict=True)
    rows.append(["**mean ± standard deviation**", "", *(mean(column) for column in columns)])
    table = markdown_table(["seed", "validation", "MNIST test, raw", *names], rows, "ll" + "r" * (1 + len(names)))
    return f"## Seeds\n\nThe weights are those of the seed with the fewest errors in validation.\n\n{table}"


def _history(log: Sequence[Change]) -> str:
    if not log:
        return ""
    names = _names([run for change in log for run in change["runs"]])
    rows = []
    for number, change in enumerate(log, 1):
        heads = [(number, change["change"]), *[("", "")] * (len(change["runs"]) - 1)]
        for head, run in zip(heads, change["runs"], strict=True):
            counts = [_count(pair) for pair in _pairs(run, names)[1:]]
            rows.append([*head, run["recipe"], run["seed"], _validation(run), run["mnist_test"][0], *counts])
    header = ["", "change", "recipe, steps × batch", "seed", "validation", "MNIST test, raw", *names]
    table = markdown_table(header, rows, "rllrlr" + "r" * len(names))
    return f"## History of the recipe\n\nErrors in each set, a row for each training.\n\n{table}"


def _names(runs: Sequence[Run]) -> list[str]:
    """Return the names of all stroke files that any run was measured on."""
    return list(dict.fromkeys(name for run in runs for name in run["strokes"]))


def _pairs(run: Run, names: Sequence[str]) -> list[Pair | None]:
    """Return the errors of MNIST's test set and of the stroke files, None for a set that was not measured."""
    return [run["mnist_test"], *(run["strokes"].get(name) for name in names)]


def _validation(run: Run) -> str:
    return ", ".join(_count(pair) for pair in run["validation"])


def _count(pair: Pair | None) -> str:
    return f"{pair[0]} of {pair[1]:,}" if pair else ""


def _accuracy(pair: Pair | None) -> str:
    return f"{pair[0]} wrong, {percent(1 - pair[0] / pair[1])}" if pair else ""
