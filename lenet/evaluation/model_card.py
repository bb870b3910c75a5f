"""The model card: what the weights are for, what they were made of, what they can and cannot, and how they came to be.

`python -m lenet.report` writes it as weights/MODEL_CARD.md, from metrics.json, lenet5.json and log.json beside it.
"""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lenet.evaluation.metrics import METRICS

CARD, LOG = "MODEL_CARD.md", "log.json"

Pair = Sequence[int]  # [wrong, count]

HEAD = """---
license: mit
library_name: keras
pipeline_tag: image-classification
datasets:
  - ylecun/mnist
---

# LeNet-5 that reads handwritten digits

*Written by `python -m lenet.report` from metrics.json, lenet5.json and log.json in this folder.*

## Intended use

It reads one handwritten digit, drawn on a pad or photographed on paper, after `lenet.image.preprocess` has brought it into
the form of MNIST, and it is there to be watched and learnt from. It is not made for letters, printed digits, numbers of
touching digits, or decisions about people: addresses, cheques, exams."""

DATA = """## Training data

- **MNIST** (LeCun, Cortes, Burges): 55,000 of its 60,000 training images; American hands of the 1990s. The first 5,000
  are validation. The 10,000 test images were not trained on, but they were measured after every change of the recipe,
  as were the other test sets, and elastic bending was added because of them.
- **Digits by rule** (`lenet/datasets/synthetic/digits.py`): the styles that MNIST lacks, such as a 1 with flag and foot, a barred
  7, a slashed 0, drawn as strokes by code. No font, nobody's data.
- **Not-digits by rule** (`lenet/datasets/synthetic/nondigits.py`): letters, signs, scribbles, little pictures, several digits;
  trained towards ten equal probabilities."""


PEN_DIGITS = """- **Drawings of people**: the first nine tenths of {files}; the last tenth is validation. The files
  are of *Pen-Based Recognition of Handwritten Digits* (Alpaydin and Alimoglu, UCI 1998, CC BY 4.0): 30 people wrote
  pendigits-train on a tablet; 14 others pendigits-test."""

REPRODUCE = """## How to reproduce

```sh
{train}      # {minutes:.0f} minutes on {cores} × {cpu}
python -m lenet.evaluate --strokes pendigits-orig.tes --strokes doodles.jsonl
python -m lenet.report
```

`pendigits-orig.tra` and `.tes` are UCI's `.Z` files (<https://archive.ics.uci.edu/dataset/81>), unpacked with
`gzip -d`. `python -m tools.doodles --count 5000 --strokes doodles.jsonl` writes the not-digits, by a generator that shares no code
with the one trained on. TensorFlow {tensorflow}, Keras {keras}, NumPy {numpy}, Python {python}. The same seed on the
same versions and processor gives the same weights; another processor rounds otherwise."""


# The command that made the weights; those of a recipe that continues need the weights it goes on from.
TRAIN = "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --out weights"
CONTINUE = (
    "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --out runs/start\n"
    "python -m lenet.train --strokes pendigits-orig.tra --seed {seed} --recipe {recipe} --from runs/start --out weights"
)


def entry(change: str, folders: Sequence[Path]) -> dict[str, Any]:
    """What one change to the training gave, for the log.

    Args:
        change: in words.
        folders: of the trainings, one a seed, each measured by `python -m lenet.evaluate --strokes …`.
    """
    return {"change": change, "runs": [_run(json.loads((folder / METRICS).read_text("utf-8"))) for folder in folders]}


def _run(metrics: dict[str, Any]) -> dict[str, Any]:
    training = metrics["training"]
    counts = training.get("validation_counts", [5_000, 0])
    recipe = training["recipe"]
    return {
        "recipe": f"{recipe['name']}, {recipe['steps']:,} × {recipe['batch']}",
        "seed": training["seed"],
        "validation": [list(pair) for pair in zip(training["validation"][-1][1:], counts, strict=False) if pair[1]],
        "mnist_test": [metrics["mnist_test"]["raw"]["misses"], metrics["mnist_test"]["count"]],
        "strokes": {
            name: [figures["misses"], figures["count"]]
            for name, figures in metrics.get("strokes", {}).items()
            if "misses" in figures
        },
    }


def card(metrics: dict[str, Any], facts: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    """The model card as Markdown.

    Args:
        metrics: of metrics.json.
        facts: of lenet5.json.
        log: of log.json.
    """
    training = metrics["training"]
    recipe = training["recipe"]
    train = CONTINUE if recipe.get("continues") else TRAIN
    reproduce = REPRODUCE.format(
        train=train.format(seed=training["seed"], recipe=recipe["name"]),
        minutes=training["seconds"] / 60,
        cores=training["hardware"]["cores"],
        cpu=training["hardware"]["cpu"],
        **training["versions"],
    )
    files = ", ".join(f"`{file['name']}` ({file['count']:,})" for file in training.get("drawings", ()))
    parts = [
        HEAD,
        f"{DATA}\n{PEN_DIGITS.format(files=files)}" if files else DATA,
        f"## Results\n\n{measured(metrics)}",
        _seeds(metrics, log),
        _thresholds(facts),
        _bad(metrics),
        _history(log),
        reproduce,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def sets(metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures of every set that was measured, by the name that people know it by."""
    return {"MNIST test": metrics["mnist_test"], **metrics.get("strokes", {})}


def measured(metrics: dict[str, Any]) -> str:
    """Every set's figures: a table, and what was found by drawing anew what it holds."""
    lines = ["| set | pictures | wrong | right | calibration error | accepted as a digit |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for name, figures in sets(metrics).items():
        if "misses" in figures:
            lines.append(
                f"| {name} | {figures['count']:,} | {figures['misses']} | {figures['accuracy']:.2%} "
                f"| {figures['calibration_error']:.2%} | {figures['verdicts'].get('digit', 0):.2%} |"
            )
        if raw := figures.get("raw"):
            lines.append(f"| {name}, raw | {figures['count']:,} | {raw['misses']} | {raw['accuracy']:.2%} | | |")
        if others := figures.get("not_digits"):
            accepted = sum(others["verdicts"].get(verdict, 0) for verdict in ("digit", "several"))
            lines.append(f"| {name}, none of them a digit | {others['count']:,} | | | | {accepted:.2%} |")
    lines += [
        "",
        "All sets are read as the page reads a drawing: preprocess, network, verdict. *Raw* feeds MNIST's arrays to "
        "the network as they are. Right is the likeliest of the ten digits, whatever the verdict; several digits count "
        "as accepted too.",
    ]
    for name, figures in sets(metrics).items():
        if two := figures.get("two_digits"):
            again, alone = figures["renderings"], figures["verdicts"].get("several", 0)
            lines.append(
                f"\nThe drawings of `{name}` are put on the pad at random, from 15 to 95 % of its size, at any place, "
                f"with a pen of 4 to 40 px but at most 28 % of the drawing; {again['drawings']} of them, "
                f"{again['each']} times each, got the same answer in {again['same']:.1%} of cases. Of {two['count']} "
                f"drawings of two of them side by side {two['several']:.1%} are said to be several, and "
                f"{two['right_of_several']:.1%} of those are read right; of single ones {alone:.2%} are."
            )
    return "\n".join(lines)


def seeds(metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs of the recipe that made the weights: those of the log's last entry which has the weights' own."""
    own = _run(metrics)
    same = [each["runs"] for each in log if any(run["mnist_test"] == own["mnist_test"] for run in each["runs"])]
    with_own = [
        runs for runs in same if any((run["recipe"], run["seed"]) == (own["recipe"], own["seed"]) for run in runs)
    ]
    return list(with_own[-1]) if with_own else []


def _seeds(metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    """The weights' recipe by seeds; a single run says nothing of its spread."""
    runs = seeds(metrics, log)
    if len(runs) < 2:
        return ""
    names = _names(runs)
    lines = ["## Seeds", "", "The weights are those of the seed with the fewest wrong in validation.", ""]
    lines += ["| seed | validation | " + " | ".join(["MNIST test, raw", *names]) + " |"]
    lines += ["|---|---|" + "---:|" * (1 + len(names))]
    for run in runs:
        lines.append(
            f"| {run['seed']} | {_validation(run)} | {' | '.join(_wrong(pair) for pair in _sets(run, names))} |"
        )
    columns = zip(*(_sets(run, names) for run in runs), strict=True)
    lines.append(f"| **mean ± spread** | | {' | '.join(_mean(column) for column in columns)} |")
    return "\n".join(lines)


def _names(runs: Sequence[dict[str, Any]]) -> list[str]:
    """The stroke files that any of the runs was measured on."""
    return list(dict.fromkeys(name for run in runs for name in run["strokes"]))


def _sets(run: dict[str, Any], names: Sequence[str]) -> list[Pair | None]:
    """[wrong, count] of MNIST's test and of each stroke file; None where a run was not measured."""
    return [run["mnist_test"], *(run["strokes"].get(name) for name in names)]


def _mean(column: Sequence[Pair | None]) -> str:
    right = [100 * (1 - pair[0] / pair[1]) for pair in column if pair]
    return f"{statistics.mean(right):.2f} ± {statistics.stdev(right):.2f} %" if len(right) > 1 else ""


def _wrong(pair: Pair | None) -> str:
    return f"{pair[0]} wrong, {1 - pair[0] / pair[1]:.2%}" if pair else ""


def _validation(run: dict[str, Any]) -> str:
    return ", ".join(f"{misses} of {count:,}" for misses, count in run["validation"])


def _thresholds(facts: dict[str, Any]) -> str:
    thresholds, found = facts["thresholds"], facts.get("calibration")
    if not found:
        return ""
    digits, others, two = found["digits"], found["not_digits"], found["two_digits"]
    before, after = digits["calibration_error_before"], digits["calibration_error"]
    return f"""## Calibration and thresholds

Found by `python -m lenet.calibrate` on {digits["people"]:,} renderings of people's digits that were kept back from
training and on {digits["by_rule"]:,} digits by rule; {digits["wrong"]} of them are read wrong. The temperature and the
thresholds are computed from these drawings. The two quantiles behind `unsure`, `DOUBTED` and `PASSING` in
`lenet/calibrate.py`, were set by hand after looking at the test sets' accepted rates, which are therefore not an
independent measurement.

- temperature {thresholds["temperature"]}: the calibration error of these digits goes from {before:.2%} to {after:.2%}
- `unsure` below a largest probability of {thresholds["unsure"]}: {digits["accepted"]:.2%} of the digits are accepted,
  and {others["accepted"]:.2%} of {others["count"]:,} not-digits by rule
- `several` when each part alone has at least {thresholds["several"]}, and more than the whole: {two["several"]:.2%} of
  {two["count"]:,} drawings of two digits, {two["right_of_several"]:.2%} of those read right; of the digits alone
  {digits["several"]:.2%}
- `blank` below {thresholds["blank"]} of the pad, or of 1,000 pixels of a larger photo: a dot of the pad's pen is .07,
  the smallest digit drawn on purpose .15"""


def _bad(metrics: dict[str, Any]) -> str:
    lines = ["## What it is bad at", ""]
    for name, figures in sets(metrics).items():
        if "misses" not in figures:
            continue
        worst = sorted(figures["digits"], key=lambda each: each["misses"] / max(1, each["count"]))[-3:]
        digits = ", ".join(f"{each['digit']} ({each['misses']} of {each['count']:,})" for each in reversed(worst))
        stem = "" if name == "MNIST test" else f"-{name}"
        lines += [f"{name}, worst digits: {digits}. Truth → answer and its probability, the surest first:", ""]
        lines += [f"![Misread digits of {name}](misread{stem}.png)", ""]
    lines.append("Of MNIST's test images some labels are wrong, so nobody can be right on all.")
    return "\n".join(lines)


def _history(log: Sequence[dict[str, Any]]) -> str:
    lines = ["## The recipe, change by change", "", "Wrong in each set; every run is one row.", ""]
    names = _names([run for each in log for run in each["runs"]])
    lines.append(
        "| | change | recipe, steps × batch | seed | validation | MNIST test, raw |"
        + "".join(f" {name} |" for name in names)
    )
    lines.append("|---:|---|---|---:|---|---:|" + "---:|" * len(names))
    for number, each in enumerate(log, 1):
        for first, run in enumerate(each["runs"]):
            cells = [
                f"{number}" if not first else "",
                each["change"] if not first else "",
                run["recipe"],
                f"{run['seed']}",
            ]
            cells += [_validation(run), f"{run['mnist_test'][0]}"]
            cells += [
                f"{run['strokes'][name][0]} of {run['strokes'][name][1]:,}" if name in run["strokes"] else ""
                for name in names
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) if log else ""
