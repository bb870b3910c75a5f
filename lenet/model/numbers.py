"""Read numbers: the digits in the rows of a drawing.

Graph search over heuristic over-segmentation (LeCun et al. 1998, sections V to VII): the network scores the candidates,
runs of neighbouring pieces of ink (`lenet.image.segment`), and the best path through each row, found by dynamic
programming, decides which of them are the row's digits.
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.image.preprocess import SIDE, Ink, normalise
from lenet.image.segment import Piece, divide, join, segment, typical_height
from lenet.model.verdict import Box, Number, Thresholds, energy, is_clear

Array = NDArray[np.float32]
# Yields pictures, (N, 28, 28), and is sent their logits, (N, 10).
Scoring = Generator[Array, Array | None, Array]

MOST_DIGITS = 100
MOST_CANDIDATES = 400
LIVE_CANDIDATES = 60  # while the pen moves: 15 ms
SLICE = 12  # pictures that are scored at once: 3 ms

# Candidates; lengths are relative to the typical height of the row's components.
RUN = 9  # pieces of one candidate
WIDEST = 1.6
APART = 0.6  # the widest paper between two pieces of one digit
HALF = 0.65  # a component that is smaller in both directions is not divided

# The score of a candidate is the log probability of its digit, and that of being a digit at all: a sigmoid of the
# energy. Priors of its height, its width, its paper and the ink that was cut through are added. Chosen on the kept
# tenth of pendigits-train, one after the other, for the most numbers of all kinds wholly right.
SURENESS = 0.5  # weight of the digit's log probability
MIDDLE, SLOPE = 0.6, 1.5  # of the sigmoid; its middle lies so far from the energy below which a drawing is unsure
LOWEST, LOW = 0.7, 10.0  # a lower candidate loses LOW times what it lacks
WIDE, BROAD = 1.0, 6.0  # a wider one loses BROAD times the excess
PAPER = 2.0  # per height of paper between two pieces
CUT = 2.0  # per height of ink cut through
NARROWEST, NARROW = 1.15, 1.0  # a cut through a narrower component loses NARROW times what it lacks
SKIP = 16.0  # what a path loses when it leaves out a piece of the row's height; smaller pieces lose the square

# Doodles and letters have parts that look like digits. The digits of a number have at least this mean score, more of
# its components are digits than not, and no box hides more than this part of another. Of the kept doodles 1 % pass as
# pictures.
ACCEPTED, HIDDEN = -0.5, 0.6
DOUBTFUL = -2.0  # a whole component with a lower score is no digit, and left out


class _Candidate(NamedTuple):
    first: int  # index of its first piece in the row
    end: int  # index after its last piece
    piece: Piece  # all of its ink
    prior: float
    logits: Array


def read_number(
    ink: Ink, logits: Array, thresholds: Thresholds, most: int = MOST_CANDIDATES
) -> Generator[Array, Array | None, Number | None]:
    """Read the digits of a drawing that is not clearly a single digit.

    A generator, so that the caller may do other work between two slices: it yields pictures, (N, 28, 28), and has to be
    sent the network's logits for them, (N, 10).

    Args:
        ink: the drawing's ink.
        logits: (10,) the network's output for the whole drawing.
        thresholds: of the verdict.
        most: candidates to score.

    Returns:
        The number; None if the ink is clearly one digit, too little for one, or not clearly two or more.
    """
    if not ink.grid or max(ink.grid.shape) <= SIDE:  # MNIST's size: one digit, perhaps with the edge of another
        return None
    if ink.extent < thresholds.blank or is_clear(logits, thresholds):
        return None
    rows = segment(ink.grid, ink.drawing)
    components = [component for row in rows for component in row]
    whole = yield from _scores([component.ink for component in components[:most]])
    left = most - len(whole)
    complete = left >= 0 and len(whole) == len(components)
    boxes: list[Box] = []
    lines: list[str] = []
    scores: list[float] = []
    skipped = start = 0
    for row in rows:
        scored = whole[start : start + len(row)]
        start += len(scored)
        if not len(scored) or len(boxes) == MOST_DIGITS:
            complete = False
            break
        row = row[: len(scored)]
        graph = _Graph(row, scored, thresholds)
        chosen = graph.runs[:left]
        complete &= len(chosen) == len(graph.runs)
        left -= len(chosen)
        candidates = graph.candidates((yield from _scores([piece.ink for _, _, piece in chosen])))
        path, lost = graph.best_path(candidates)
        skipped += lost
        complete &= len(boxes) + len(path) <= MOST_DIGITS
        path = path[: MOST_DIGITS - len(boxes)]
        if path:
            line = [_box(candidate, thresholds, ink.grid.step) for candidate in path]
            lines.append("".join(str(box.digit) for box in line))
            boxes += line
            scores += [graph.score(candidate) for candidate in path]
    if len(boxes) <= max(1, skipped) or np.mean(scores) < ACCEPTED or _hidden(boxes) > HIDDEN:
        return None
    return Number(tuple(lines), tuple(boxes), skipped, complete)


def _scores(inks: Sequence[Array]) -> Scoring:
    """Score ink slice by slice."""
    logits = [np.empty((0, 10), np.float32)]
    for start in range(0, len(inks), SLICE):
        scored = yield np.stack([normalise(ink) for ink in inks[start : start + SLICE]])
        logits.append(np.asarray(scored))
    return np.concatenate(logits)


class _Graph:
    """The candidates of a row and the paths through them."""

    def __init__(self, components: Sequence[Piece], logits: Array, thresholds: Thresholds) -> None:
        self.middle = thresholds.unsure + MIDDLE
        self.thresholds = thresholds
        self.height = typical_height(components)
        self.pieces: list[Piece] = []
        self.owners: list[int] = []  # the component of each piece
        self.known: list[_Candidate] = []
        tall = HALF * self.height
        clear = [
            is_clear(scores, thresholds) and len(component.ink) >= tall
            for scores, component in zip(logits, components, strict=True)
        ]
        for number, component in enumerate(components):
            divided = [component] if clear[number] or max(component.ink.shape) < tall else divide(component)
            first = len(self.pieces)
            self.pieces += divided
            self.owners += [number] * len(divided)
            self.known.append(_Candidate(first, len(self.pieces), component, 0.0, logits[number]))
        self.components = components
        whole = {(candidate.first, candidate.end) for candidate in self.known}
        self.known = [one._replace(prior=self._prior(one.first, one.end, one.piece)) for one in self.known]
        self.runs: list[tuple[int, int, Piece]] = []
        for first in range(len(self.pieces)):
            for end in range(first + 1, min(first + RUN, len(self.pieces)) + 1):
                run = self.pieces[first:end]
                if _paper(run) > APART * self.height or _width(run) > WIDEST * self.height:
                    break
                owners = self.owners[first:end]
                if (first, end) not in whole and not (owners[0] != owners[-1] and all(clear[one] for one in owners)):
                    self.runs.append((first, end, join(run)))

    def candidates(self, logits: Array) -> list[_Candidate]:
        """Return all candidates, given the logits of the first `runs`."""
        scored = zip(self.runs, logits, strict=False)
        return self.known + [
            _Candidate(first, end, piece, self._prior(first, end, piece), one) for (first, end, piece), one in scored
        ]

    def score(self, candidate: _Candidate) -> float:
        """Return how well a candidate is a digit, at most 0."""
        probability = self.thresholds.probabilities(candidate.logits).max()
        away = SLOPE * (float(energy(candidate.logits)) - self.middle)
        return float(SURENESS * np.log(probability) - np.logaddexp(0, -away)) + candidate.prior

    def best_path(self, candidates: Sequence[_Candidate]) -> tuple[list[_Candidate], int]:
        """Return the candidates on the best path from left to right, and how many components are left out."""
        ending: list[list[tuple[float, _Candidate]]] = [[] for _ in range(len(self.pieces) + 1)]
        for candidate in candidates:
            ending[candidate.end].append((self.score(candidate), candidate))
        best = [0.0]
        steps: list[_Candidate | None] = [None]
        for end, piece in enumerate(self.pieces, 1):
            best.append(best[-1] - SKIP * min(1.0, max(piece.ink.shape) / self.height) ** 2)
            steps.append(None)
            for score, candidate in ending[end]:
                if best[candidate.first] + score > best[end]:
                    best[end], steps[end] = best[candidate.first] + score, candidate
        path: list[_Candidate] = []
        end, read = len(self.pieces), set[int]()
        while end:
            step = steps[end]
            if step:
                path.append(step)
                read.update(self.owners[step.first : step.end])
            end = step.first if step else end - 1
        digits = [step for step in path if self._is_digit(step)]
        return digits[::-1], len(self.components) - len(read) + len(path) - len(digits)

    def _is_digit(self, candidate: _Candidate) -> bool:
        """Return False for a whole component that is no digit, as a plus or a letter."""
        return self.score(candidate) >= DOUBTFUL or all(candidate is not whole for whole in self.known)

    def _prior(self, first: int, end: int, piece: Piece) -> float:
        size, width = max(piece.ink.shape) / self.height, (piece.right - piece.left) / self.height
        prior = -LOW * max(0.0, LOWEST - size) - BROAD * max(0.0, width - WIDE)
        prior -= PAPER * _paper(self.pieces[first:end]) / self.height
        ends = [at for at in (first, end) if 0 < at < len(self.pieces) and self.owners[at - 1] == self.owners[at]]
        if ends:
            narrowest = min(int(self.components[self.owners[at]].ink.shape[1]) for at in ends)
            prior -= NARROW * max(0.0, NARROWEST - narrowest / self.height)
            prior -= CUT * sum(self.pieces[at].cut for at in ends) / self.height
        return float(prior)


def _paper(run: Sequence[Piece]) -> int:
    """Return the widest paper between the pieces of a run, in pixels."""
    widest, right = 0, run[0].right
    for piece in run[1:]:
        widest, right = max(widest, piece.left - right), max(right, piece.right)
    return widest


def _width(run: Sequence[Piece]) -> int:
    return max(piece.right for piece in run) - min(piece.left for piece in run)


def _box(candidate: _Candidate, thresholds: Thresholds, step: float) -> Box:
    probabilities = thresholds.probabilities(candidate.logits)
    piece = candidate.piece
    left, top, right, bottom = (round(step * edge) for edge in (piece.left, piece.top, piece.right, piece.bottom))
    picture = normalise(piece.ink)
    return Box(int(probabilities.argmax()), tuple(probabilities.tolist()), left, top, right, bottom, picture)


def _hidden(boxes: Sequence[Box]) -> float:
    """Return the largest part of a box that another covers."""
    left, top, right, bottom = np.array([box[2:6] for box in boxes]).T
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    areas = (right - left) * (bottom - top)
    shared = across.clip(0) * down.clip(0) / np.minimum.outer(areas, areas)
    return float(shared[~np.eye(len(boxes), dtype=bool)].max())
