"""The model card: what the weights are for, what they were made of, what they can and cannot, and how they came to be.

`python -m lenet.report` writes it as weights/MODEL_CARD.md, from metrics.json, lenet5.json and log.json beside it.
"""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lenet.evaluate import METRICS

CARD, LOG = "MODEL_CARD.md", "log.json"

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

It reads one handwritten digit, drawn on a pad or photographed on paper, after `lenet.preprocess` has brought it into
the form of MNIST, and it is there to be watched and learnt from. It is not made for letters, printed digits, numbers of
touching digits, or decisions about people: addresses, cheques, exams."""

DATA = """## Training data

- **MNIST** (LeCun, Cortes, Burges): 55,000 of its 60,000 training images; American hands of the 1990s. The first 5,000
  are validation; the 10,000 test images are read to report, never to choose.
- **Digits by rule** (`lenet/datasets/glyphs.py`): the styles that MNIST lacks, such as a 1 with flag and foot, a barred
  7, a slashed 0, drawn as strokes by code. No font, nobody's data.
- **Not-digits by rule** (`lenet/datasets/outliers.py`): letters, signs, scribbles, little pictures, several digits;
  trained towards ten equal probabilities.
- **pendigits-train**, the first nine tenths (Alpaydin and Alimoglu, *Pen-Based Recognition of Handwritten Digits*, UCI
  1998, CC BY 4.0): 30 writers on a tablet. The last tenth is validation. `pendigits-test` is of 44 other writers."""

REPRODUCE = """## How to reproduce

```sh
python -m lenet.train --strokes pendigits-orig.tra --seed {seed}      # {minutes:.0f} minutes on {cores} × {cpu}
python -m lenet.evaluate --strokes pendigits-orig.tes --strokes doodles.jsonl
python -m lenet.report
```

`pendigits-orig.tra` and `.tes` are UCI's `.Z` files (<https://archive.ics.uci.edu/dataset/81>), unpacked with
`gzip -d`. `python tests/doodles.py --strokes doodles.jsonl` writes the not-digits, by a generator that shares no code
with the one trained on. TensorFlow {tensorflow}, Keras {keras}, NumPy {numpy}, Python {python}. The same seed on the
same versions and processor gives the same weights; another processor rounds otherwise."""


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
        "mnist_test": [metrics["mnist_test"]["misses"], metrics["mnist_test"]["count"]],
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
    reproduce = REPRODUCE.format(
        seed=training["seed"],
        minutes=training["seconds"] / 60,
        cores=training["hardware"]["cores"],
        cpu=training["hardware"]["cpu"],
        **training["versions"],
    )
    parts = [
        HEAD,
        DATA,
        f"## Results\n\n{measured(metrics)}",
        _seeds(log),
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
        if others := figures.get("not_digits"):
            accepted = others["verdicts"].get("digit", 0)
            lines.append(f"| {name}, none of them a digit | {others['count']:,} | | | | {accepted:.2%} |")
    lines += ["", "Right is the likeliest of the ten digits, whatever the verdict."]
    for name, figures in sets(metrics).items():
        if two := figures.get("two_digits"):
            again, alone = figures["renderings"], figures["verdicts"].get("several", 0)
            lines.append(
                f"The drawings of `{name}` are put on the pad at random, from 15 to 95 % of its size, at any place, "
                f"with a pen of 4 to 40 px; {again['drawings']} of them, {again['each']} times each, got the same "
                f"answer in {again['same']:.1%} of cases. Of {two['count']} drawings of two of them side by side "
                f"{two['several']:.1%} are said to be several, and {two['right_of_several']:.1%} of those are read "
                f"right; of single ones {alone:.2%} are said to be several."
            )
    return "\n".join(lines)


def _seeds(log: Sequence[dict[str, Any]]) -> str:
    """The last recipe's seeds; a single run says nothing of its spread."""
    runs = log[-1]["runs"] if log else []
    if len(runs) < 2:
        return ""
    lines = ["## Seeds", "", "The weights are those of the seed with the fewest wrong in validation.", ""]
    lines += ["| seed | validation | MNIST test | " + " | ".join(runs[0]["strokes"]) + " |"]
    lines += ["|---|---|" + "---:|" * (1 + len(runs[0]["strokes"]))]
    for run in runs:
        lines.append(f"| {run['seed']} | {_validation(run)} | {_wrong(run['mnist_test'])} | {_strokes(run)} |")
    columns = [
        [run["mnist_test"] for run in runs],
        *([run["strokes"][name] for run in runs] for name in runs[0]["strokes"]),
    ]
    lines.append(f"| **mean ± spread** | | {' | '.join(_mean(column) for column in columns)} |")
    return "\n".join(lines)


def _mean(column: Sequence[tuple[int, int]]) -> str:
    right = [100 * (1 - misses / count) for misses, count in column]
    return f"{statistics.mean(right):.2f} ± {statistics.stdev(right):.2f} %"


def _wrong(pair: tuple[int, int]) -> str:
    misses, count = pair
    return f"{misses} wrong, {1 - misses / count:.2%}"


def _validation(run: dict[str, Any]) -> str:
    return ", ".join(f"{misses} of {count:,}" for misses, count in run["validation"])


def _strokes(run: dict[str, Any]) -> str:
    return " | ".join(_wrong(pair) for pair in run["strokes"].values())


def _thresholds(facts: dict[str, Any]) -> str:
    thresholds, found = facts["thresholds"], facts.get("calibration")
    if not found:
        return ""
    digits, others, two = found["digits"], found["not_digits"], found["two_digits"]
    before, after = digits["calibration_error_before"], digits["calibration_error"]
    return f"""## Calibration and thresholds

Found by `python -m lenet.calibrate` on {digits["people"]:,} renderings of people's digits that were kept back from
training and on {digits["by_rule"]:,} digits by rule; {digits["wrong"]} of them are read wrong.

- temperature {thresholds["temperature"]}: the calibration error of these digits goes from {before:.2%} to {after:.2%}
- `unsure` below a largest probability of {thresholds["unsure"]}: {digits["accepted"]:.2%} of the digits are accepted,
  and {others["accepted"]:.2%} of {others["count"]:,} not-digits by rule
- `several` when each part alone has at least {thresholds["several"]}, and more than the whole: {two["several"]:.2%} of
  {two["count"]:,} drawings of two digits, {two["right_of_several"]:.2%} of those read right; of the digits alone
  {digits["several"]:.2%}
- `blank` below {thresholds["blank"]} of the pad: a dot of its pen is .07, the smallest digit drawn on purpose .15"""


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
    names = list(dict.fromkeys(name for each in log for run in each["runs"] for name in run["strokes"]))
    lines.append(
        "| | change | recipe, steps × batch | seed | validation | MNIST test |"
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
