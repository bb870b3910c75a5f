"""The model card: the template model_card.md, filled in from metrics.json, lenet5.json and log.json.

`python -m lenet.report` writes it to weights/MODEL_CARD.md.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import cast

from huggingface_hub import EvalResult, ModelCardData

from lenet.evaluation.log import mean, seeds
from lenet.evaluation.results import measured, sets
from lenet.evaluation.schema import Change, Metrics, Pair, Run, Training
from lenet.files import markdown_table, percent
from lenet.model.weights import Facts

CARD = "MODEL_CARD.md"
TEMPLATE = Path(__file__).with_suffix(".md")

# By the beginning of a stroke file's name.
SOURCES = {
    "pendigits": """\
- **Digits by people**: the first nine tenths of {files}; the last tenth is for validation. From *Pen-Based Recognition
  of Handwritten Digits* (Alpaydin and Alimoglu, UCI 1998, CC BY 4.0): 30 people wrote pendigits-train on a tablet, 14
  other people pendigits-test.""",
    "doodles": """\
- **Doodles by people**: nine tenths of the kinds in {files}, trained towards a uniform target; the other kinds are for
  validation. From [Quick, Draw!](https://github.com/googlecreativelab/quickdraw-dataset) (Google, CC BY 4.0).
  `tools/doodle_kinds.json` says which kinds, and how many drawings of each.""",
    "strokes_background": """\
- **Characters by people**: nine tenths of the characters in {files}, likewise. From
  [Omniglot](https://github.com/brendenlake/omniglot) (Lake, Salakhutdinov and Tenenbaum 2015, MIT licence): ten
  alphabets, drawn by 20 people each.""",
}
LEFT_OUT = """\
- Kinds and characters that are drawn like a digit, as a circle, a line, O, l or Z, are left out of training and
  validation: `lenet/datasets/holdout.py` lists them."""

CALIBRATION = """\
## Calibration and thresholds

`python -m lenet.calibrate` computed the temperature and the threshold from {digits_count} renderings of
{digits_people} drawings of digits (0: of synthetic ones) that were not trained on; {digits_wrong} are read wrong.

- The temperature {temperature} changes their calibration error from {digits_calibration_error_before} to
  {digits_calibration_error}.
- `unsure` is an energy, log Σ exp of the logits, below {unsure}, or a second digit with at least half of the first
  one's probability. {digits_accepted} of these digits are accepted, {digits_several} are read as several; of
  {not_digits_count} renderings of {not_digits_people} non-digits, of kinds that were not trained on,
  {not_digits_accepted} are accepted.
- `blank` is an extent below {blank} of the pad, or of 1,000 pixels in a larger photo. A dot of the pad's pen has
  0.07, the smallest digit drawn on purpose 0.15."""

TRAIN = "python -m lenet.train {strokes} --seed {seed} --out weights"
# For a recipe that starts from trained weights.
CONTINUE = "python -m lenet.train {strokes} --seed {seed} --recipe {recipe} --from runs/start --out weights"
START = """\
`runs/start` holds the weights whose arrays have the SHA-256 {digest}: an earlier version of this folder, in the
repository's history."""


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
        metadata=_metadata(metrics),
        start=START.format(digest=training["from"]) if recipe.get("continues") else "",
        train=(CONTINUE if recipe.get("continues") else TRAIN).format(
            strokes=" ".join(f"--strokes {_published(file['name'])}" for file in training.get("drawings", [])),
            seed=training["seed"],
            recipe=recipe["name"],
        ),
        minutes=f"{training['seconds'] / 60:.0f}",
        cores=training["hardware"]["cores"],
        cpu=training["hardware"]["cpu"],
    )
    return re.sub(r"\n{3,}", "\n\n", text)  # of sections that are empty


def _metadata(metrics: Metrics) -> str:
    """Return the front matter, which the Hub reads: the accuracy of every set of digits."""
    results = [
        EvalResult(
            task_type="image-classification",
            dataset_type="ylecun/mnist" if name == "MNIST test" else name,
            dataset_name=name,
            dataset_split="test",
            metric_type="accuracy",
            metric_value=figures["accuracy"],
        )
        for name, figures in sets(metrics).items()
        if "accuracy" in figures
    ]
    return ModelCardData(
        license="mit",
        library_name="keras",
        pipeline_tag="image-classification",
        datasets=["ylecun/mnist"],
        model_name="LeNet-5 for handwritten digits",
        eval_results=results,
    ).to_yaml()


def _people(training: Training) -> str:
    paragraphs = []
    for beginning, text in SOURCES.items():
        files = [file for file in training.get("drawings", []) if file["name"].startswith(beginning)]
        if files:
            paragraphs.append(text.format(files=", ".join(f"`{file['name']}` ({file['count']:,})" for file in files)))
    return "\n".join([*paragraphs, LEFT_OUT] if len(paragraphs) > 1 else paragraphs)


def _published(name: str) -> str:
    """Return the name of a stroke file as it is published."""
    return "pendigits-orig.tra" if name.startswith("pendigits-train") else name


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
