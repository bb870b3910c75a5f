"""The results as Markdown, for the README and the model card."""

from collections.abc import Sequence

from lenet.evaluation.log import mean, seeds
from lenet.evaluation.metrics import NUMBERS
from lenet.evaluation.schema import Change, Figures, Metrics, Verdicts
from lenet.files import markdown_table, percent

# Errors of other LeNet-5 networks on MNIST's 10,000 test images.
PUBLISHED = (
    ("LeNet-5, LeCun et al. 1998, [table of MNIST results](http://yann.lecun.com/exdb/mnist/)", 95),
    ("LeNet-5 trained with distortions, in the same table", 80),
    ("the same layers in TensorFlow's tutorial *Deep MNIST for Experts*, 2015 (approximate)", 80),
)

NOTES = """\
Every set goes through the page's pipeline: preprocessing, network, verdict. *Raw* is MNIST without preprocessing.
*Right* counts the likeliest digit, whatever the verdict. *Accepted* is the verdict `digit`; for non-digits `several`
counts too."""

SETUP = """\
Measured on MNIST's arrays without preprocessing, as in the papers: one network, one pass, no averaging over distorted
copies.{mean} Training: {steps:,} steps of {batch} images{start}, seed {seed}, {minutes:.0f} minutes on {cores}
({cpu}), TensorFlow {tensorflow}, Keras {keras}. The [model card](weights/MODEL_CARD.md) has the seeds, the errors and
the history."""

STROKES = """\
Drawings of `{name}` are rendered at random: 15 to 95 % of the pad's size, anywhere, with a pen of 4 to 40 px but at
most 28 % of the drawing's size. Of {drawings:,} drawings rendered {each} times each, {same} of the renderings get
their drawing's most frequent answer. {mistaken} of single digits are read as several. Numbers composed of its drawings,
wholly right: {numbers}."""


def results(metrics: Metrics, log: Sequence[Change]) -> str:
    """Return the README's results."""
    test, training = metrics["mnist_test"], metrics["training"]
    recipe, hardware, versions = training["recipe"], training["hardware"], training["versions"]
    networks = [(f"**this network, recipe `{recipe['name']}`**", test["raw"]["misses"]), *PUBLISHED]
    average = mean(run["mnist_test"] for run in seeds(metrics, log))
    setup = SETUP.format(
        mean=f" Mean of {len(seeds(metrics, log))} seeds: {average}." if average else "",
        steps=recipe["steps"],
        batch=recipe["batch"],
        start=" from trained weights" if recipe.get("continues") else "",
        seed=training["seed"],
        minutes=training["seconds"] / 60,
        cores="one core" if hardware["cores"] == 1 else f"{hardware['cores']} cores",
        cpu=hardware["cpu"],
        tensorflow=versions["tensorflow"],
        keras=versions["keras"],
    )
    comparison = markdown_table(
        ["network", "wrong of 10,000 test images", "right"],
        [(name, misses, percent(1 - misses / test["count"])) for name, misses in networks],
        "lrr",
    )
    return f"{comparison}\n\n{setup}\n\n{measured(metrics)}"


def sets(metrics: Metrics) -> dict[str, Figures]:
    """Return the figures of every measured set by its name."""
    return {"MNIST test": metrics["mnist_test"], **metrics.get("strokes", {})}


def measured(metrics: Metrics) -> str:
    """Return the table of all sets and the notes on them."""
    rows: list[tuple[object, ...]] = []
    notes = [NOTES]
    for name, figures in sets(metrics).items():
        if "misses" in figures:
            right, accepted = percent(figures["accuracy"]), percent(figures["verdicts"].get("digit", 0))
            error = percent(figures["calibration_error"])
            rows.append((name, figures["count"], figures["misses"], right, error, accepted))
        if raw := figures.get("raw"):
            rows.append((f"{name}, raw", figures["count"], raw["misses"], percent(raw["accuracy"]), "", ""))
        if non_digits := figures.get("not_digits"):
            kept = non_digits.get("kept")
            kind, counted = ("kinds not trained on", kept) if kept else ("non-digits", non_digits)
            rows.append((f"{name} ({kind})", counted["count"], "", "", "", _accepted(counted)))
        if numbers := figures.get("numbers"):
            renderings = figures["renderings"]
            text = STROKES.format(
                name=name,
                drawings=renderings["drawings"],
                each=renderings["each"],
                same=percent(renderings["same"], 1),
                numbers="; ".join(
                    f"{NUMBERS[kind]}, {percent(figure['right'], 1)} of {figure['count']:,}"
                    for kind, figure in numbers.items()
                ),
                mistaken=percent(figures["verdicts"].get("several", 0)),
            )
            notes.append(text)
    header = ["set", "pictures", "wrong", "right", "calibration error", "accepted as a digit"]
    return "\n\n".join([markdown_table(header, rows, "lrrrrr"), *notes])


def _accepted(figures: Verdicts) -> str:
    return percent(sum(figures["verdicts"].get(verdict, 0) for verdict in ("digit", "several")))
