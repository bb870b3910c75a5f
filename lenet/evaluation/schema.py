"""Types of what is measured, as metrics.json and log.json keep it; rates and errors are fractions, 0 to 1."""

from typing import Any, NotRequired, TypedDict


class DigitCount(TypedDict):
    """Errors of one digit."""

    digit: int
    count: int
    misses: int


class Raw(TypedDict):
    """Errors on MNIST's arrays without preprocessing."""

    misses: int
    accuracy: float


class Renderings(TypedDict):
    """Agreement between renderings of the same drawing at different sizes, places and pen widths."""

    drawings: int
    each: int  # renderings of a drawing
    same: float  # fraction that gets the most frequent answer


class Numbers(TypedDict):
    """Numbers composed from a stroke file."""

    count: int
    right: float  # fraction with every digit right, in the right row


class Verdicts(TypedDict):
    """Verdicts on a set of drawings."""

    count: int
    verdicts: dict[str, float]


class NonDigits(Verdicts):
    """Verdicts on drawings that are not digits."""

    kept: NotRequired[Verdicts]  # on those of kinds that training keeps for validation


class Figures(TypedDict, total=False):
    """Figures of one set of pictures; a set has those that apply to it."""

    count: int
    misses: int  # pictures whose likeliest digit is wrong, whatever the verdict
    accuracy: float
    calibration_error: float
    digits: list[DigitCount]
    confusion: list[list[int]]  # 10 × 10; rows: truth, columns: likeliest digit
    verdicts: dict[str, float]
    raw: Raw  # MNIST only
    numbers: dict[str, Numbers]  # "apart", "rows", "touching", "touching_strokes"; stroke files only, as the rest
    renderings: Renderings
    not_digits: NonDigits


class Hardware(TypedDict):
    """The machine that a measurement ran on."""

    cpu: str
    cores: int | None
    system: str


class Environment(TypedDict):
    """Everything outside the code that a measurement depends on."""

    versions: dict[str, str]  # of Python, TensorFlow, Keras and NumPy
    hardware: Hardware


Start = TypedDict("Start", {"from": str | None}, total=False)  # SHA-256 of the arrays that training started from


class Training(Environment, Start, total=False):
    """The training that made the weights."""

    recipe: dict[str, Any]  # `Recipe` by field
    seed: int
    drawings: list[dict[str, Any]]  # name, sha256 and count of each stroke file
    seconds: float
    training: list[list[float]]  # [step, loss, accuracy]
    validation: list[list[int]]  # [step, misses of MNIST, misses of drawings]
    validation_counts: list[int]  # images of MNIST, drawings
    precision: str


class Fingerprint(TypedDict):
    """Answers to the fixed drawings, separated by spaces."""

    answers: str  # the verdict and the digits
    logits: str  # the largest logit


class Conditions(TypedDict):
    """Everything inside the project that figures depend on."""

    weights: str  # SHA-256 of the arrays
    thresholds: dict[str, float]
    fingerprint: Fingerprint


class Metrics(Conditions, total=False):
    """The content of metrics.json."""

    training: Training
    mnist_test: Figures
    strokes: dict[str, Figures]  # by the file's name


Pair = list[int]  # [wrong, count]


class Run(TypedDict):
    """One training in log.json."""

    recipe: str
    seed: int
    validation: list[Pair]
    mnist_test: Pair  # raw
    strokes: dict[str, Pair]


class Change(TypedDict):
    """One entry of log.json: a change to the recipe and the trainings that measured it."""

    change: str
    runs: list[Run]
