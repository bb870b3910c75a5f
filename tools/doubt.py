"""Compare scores that tell digits from everything else, on drawings that were not trained on.

    $ python -m tools.doubt --strokes pendigits-orig.tra --strokes doodles-train.jsonl.gz
    | score | non-digits refused at 99.5 % | at 99 % | at 98.5 % of the digits accepted |

The digits are the validation drawings of people and of MNIST; the non-digits are of kinds that training keeps. The
linear probe is a ridge regression on the hidden layer, fitted to drawings that were trained on.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.command import Parser, command
from lenet.datasets import mnist
from lenet.datasets.placement import place
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing, add_strokes
from lenet.files import markdown_table, percent
from lenet.image.preprocess import preprocess
from lenet.model.runtime import Network
from lenet.model.verdict import energy, softmax
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, verify
from lenet.training import mixture

Array = NDArray[np.float64]

ACCEPTED = (0.995, 0.99, 0.985)
FITTED = 3_000  # drawings of each class that the probe is fitted to
RIDGE = 10.0

SCORES: dict[str, Callable[[NDArray[np.float32]], Array]] = {  # of (N, 10) logits
    "largest probability": lambda logits: softmax(logits).max(1),
    "margin of the two largest logits": lambda logits: np.diff(np.sort(logits, 1)[:, -2:], axis=1)[:, 0],
    "largest logit": lambda logits: logits.max(1),
    "energy, T = 0.5": lambda logits: energy(logits / 0.5) * 0.5,
    "energy, T = 1": energy,
    "energy, T = 2": lambda logits: energy(logits / 2) * 2,
}


def outputs(network: Network, drawings: Sequence[LabelledDrawing], seed: int) -> tuple[NDArray[np.float32], Array]:
    """Return the logits, (N, 10), and the hidden layer, (N, 1024), of drawings placed at random."""
    random = np.random.default_rng(seed)
    seen = [network.activations(preprocess(place(d.strokes, random).render()).picture) for d in drawings]
    return np.stack([layers.logits for layers in seen]), np.stack([layers.hidden for layers in seen])


def probe(digits: Array, others: Array) -> Callable[[Array], Array]:
    """Fit a ridge regression of +1 for digits and -1 for others to hidden layers, (N, 1024) each."""
    inputs = np.concatenate([digits, others])
    target = np.repeat([1.0, -1.0], [len(digits), len(others)])
    middle = inputs.mean(0)
    centred = inputs - middle
    weights = np.linalg.solve(
        centred.T @ centred + RIDGE * np.eye(inputs.shape[1]), centred.T @ (target - target.mean())
    )
    return lambda hidden: (hidden - middle) @ weights


def compare(network: Network, people: mixture.People, data: mnist.Split) -> list[tuple[str, ...]]:
    """Return a row per score: its name and the fractions of non-digits refused at each of ACCEPTED."""
    random = np.random.default_rng(0)
    learned = [[d for d in people.learned if (d.label == NOT_A_DIGIT) is refused] for refused in (False, True)]
    samples = [[group[i] for i in random.permutation(len(group))[:FITTED]] for group in learned]
    fitted = probe(*(outputs(network, sample, 1)[1] for sample in samples))
    pictures = [network.activations(picture) for picture in data.pictures]
    logits, hidden = outputs(network, people.kept_digits, 2)
    logits = np.concatenate([logits, [layers.logits for layers in pictures]])
    hidden = np.concatenate([hidden, [layers.hidden for layers in pictures]])
    other_logits, other_hidden = outputs(network, people.kept_non_digits, 3)
    scores = {name: (score(logits), score(other_logits)) for name, score in SCORES.items()}
    scores["linear probe on the hidden layer"] = fitted(hidden), fitted(other_hidden)
    return [
        (name, *(percent(float((others < np.quantile(digits, 1 - share)).mean()), 1) for share in ACCEPTED))
        for name, (digits, others) in scores.items()
    ]


@command(WeightsError, mnist.DatasetError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = Parser("python -m tools.doubt", __doc__)
    add_strokes(parser, "compare on the tenth of these drawings that training keeps")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="default: MNIST_DIR, then a download")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the page's weights")
    options = parser.parse_args(arguments)
    people = mixture.read(options.strokes)
    if not people.kept_digits or not people.kept_non_digits:
        parser.error("give stroke files of digits and of non-digits")
    verify(options.weights)
    data = mnist.load(options.mnist).validation
    rows = compare(Network(options.weights / NETWORK), people, data)
    header = ["score", *(f"refused at {percent(share, 1)} accepted" for share in ACCEPTED)]
    print(f"{len(people.kept_digits) + len(data.labels):,} digits, {len(people.kept_non_digits):,} non-digits\n")
    print(markdown_table(header, rows, "lrrr"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
