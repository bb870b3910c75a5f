"""Numbers are read digit by digit, with the box of each, in rows; single digits stay single."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from lenet.datasets.placement import TOUCHING, number
from lenet.image.preprocess import preprocess
from lenet.image.segment import Piece
from lenet.image.strokes import Drawing, Stroke, render
from lenet.model.classifier import DigitClassifier
from lenet.model.numbers import LIVE_CANDIDATES, MOST_CANDIDATES, MOST_DIGITS, SKIP, SLICE, _Graph, read_number
from lenet.model.verdict import Prediction, Thresholds
from tests.helpers.digits import DIGITS, placed
from tests.helpers.photos import PHOTOS

PLUS = [[[40, 90], [100, 90]], [[70, 60], [70, 120]]]


@pytest.fixture(scope="module")
def read() -> DigitClassifier:
    return DigitClassifier()


def written(*rows: str, width: int = 560, pen: float = 10, step: int = 90) -> Drawing:
    """Digits in rows, each 70 pixels high; " " leaves a place free, "+" is a plus."""
    strokes = [
        stroke
        for row, text in enumerate(rows)
        for column, character in enumerate(text)
        if character != " "
        for stroke in placed(
            PLUS if character == "+" else DIGITS[int(character)], 70, 60 + step * column, 60 + 110 * row
        )
    ]
    return Drawing(width, 30 + 110 * len(rows), pen, tuple(tuple(map(tuple, stroke)) for stroke in strokes))


@pytest.mark.parametrize("rows", [("42",), ("10",), ("11",), ("205318",), ("42", "7"), ("1938", "465", "70")])
@pytest.mark.parametrize("as_strokes", [False, True])
def test_digits_apart_are_read_in_their_rows(read: DigitClassifier, rows: tuple[str, ...], as_strokes: bool) -> None:
    drawing = written(*rows)
    prediction = read(drawing if as_strokes else drawing.render())
    assert prediction.verdict == "several"
    assert prediction.number
    assert prediction.number.lines == rows
    assert "".join(map(str, prediction.digits)) == "".join(rows)
    assert prediction.sentence == f"I read {' and '.join(rows) if len(rows) < 3 else '1938, 465 and 70'}."


def test_each_box_is_around_the_ink_of_its_digit_in_the_pictures_pixels(read: DigitClassifier) -> None:
    prediction = read(written("307", "51").render())
    assert prediction.number
    for box, (character, column, row) in zip(
        prediction.number.boxes, [("3", 0, 0), ("0", 1, 0), ("7", 2, 0), ("5", 0, 1), ("1", 1, 1)], strict=True
    ):
        points = np.concatenate(
            [np.array(s) for s in placed(DIGITS[int(character)], 70, 60 + 90 * column, 60 + 110 * row)]
        )
        expected = [*(points.min(0) - 5), *(points.max(0) + 5)]
        assert box[2:6] == pytest.approx(expected, abs=1.5)
        assert box.digit == int(character)
        assert np.argmax(box.probabilities) == box.digit
        assert sum(box.probabilities) == pytest.approx(1)
        assert box.picture.shape == (28, 28)


def test_the_boxes_of_a_large_picture_are_in_its_own_pixels(read: DigitClassifier) -> None:
    drawing = written("42").render()
    large = np.kron(drawing, np.ones((8, 8), np.uint8))
    small_boxes, large_boxes = (
        prediction.number.boxes for prediction in map(read, (drawing, large)) if prediction.number
    )
    for small, box in zip(small_boxes, large_boxes, strict=True):
        assert np.array(box[2:6]) == pytest.approx(8 * np.array(small[2:6]), abs=16)


def test_what_is_no_digit_is_left_out_and_counted(read: DigitClassifier) -> None:
    prediction = read(written("4+2").render())
    assert prediction.number
    assert (prediction.number.lines, prediction.number.skipped) == (("42",), 1)
    assert prediction.sentence == "I read 42, and left out what is not a digit."


@pytest.mark.parametrize(
    "strokes",
    [
        [[[110, 60], [98, 130], [150, 125], [185, 165], [160, 215], [95, 215]], [[135, 56], [200, 52]]],
        [[[105, 60], [90, 150], [160, 150]], [[190, 70], [186, 225]]],
        [*DIGITS[0], [[140, 140]]],
        [*DIGITS[7], [[110, 150], [180, 140]]],
    ],
    ids=["5 and its hat", "broken 4", "dotted 0", "barred 7"],
)
@pytest.mark.parametrize("as_strokes", [False, True])
def test_a_digit_in_several_strokes_is_one_digit_of_a_number(
    read: DigitClassifier, strokes: list, as_strokes: bool
) -> None:
    alone = read(render(strokes, width=14))
    drawing = Drawing(560, 280, 14, tuple(tuple(map(tuple, s)) for s in [*strokes, *placed(DIGITS[3], 160, 380, 140)]))
    prediction = read(drawing if as_strokes else drawing.render())
    assert alone.verdict == "digit"
    assert prediction.digits == (alone.digit, 3)


def numbers(count: int, gaps: tuple[float, float]) -> Iterator[tuple[Drawing, str]]:
    random = np.random.default_rng(31)
    for _ in range(count):
        digits = random.choice([0, 2, 3, 4, 5, 6, 7, 8, 9], 2).tolist()  # a straight 1 would hide behind its neighbour
        yield number([[DIGITS[digit] for digit in digits]], random, gaps), "".join(map(str, digits))


def lines(prediction: Prediction) -> Sequence[str]:
    return prediction.number.lines if prediction.number else ()


def test_touching_digits_are_told_apart_as_pictures_and_better_as_strokes(read: DigitClassifier) -> None:
    drawings = list(numbers(60, TOUCHING))
    pictures, strokes = (
        np.mean([lines(read(drawing.render() if rendered else drawing)) == (label,) for drawing, label in drawings])
        for rendered in (True, False)
    )
    assert pictures >= 0.5
    assert strokes >= 0.9


def test_a_picture_of_the_size_of_mnists_is_one_digit(read: DigitClassifier) -> None:
    page = np.full((28, 28), 255, np.uint8)
    page[4:24, 6:9] = page[4:24, 18:21] = 0
    assert read(page).number is None
    assert lines(read(np.pad(page, 20, constant_values=255))) == ("11",)


def test_the_best_path_is_the_best_of_all_ways_to_read_or_skip_the_pieces() -> None:
    random = np.random.default_rng(5)
    for _ in range(30):
        strokes = [Piece(np.ones((20, 8), np.float32), 0, 10 * i) for i in range(5)]
        pieces = [stroke._replace(strokes=(stroke,)) for stroke in strokes]  # which are not cut
        graph = _Graph(pieces, random.normal(0, 1.5, (5, 10)).astype(np.float32), Thresholds(unsure=0.5))
        candidates = graph.candidates(random.normal(0, 3, (len(graph.runs), 10)).astype(np.float32))
        score = {(one.first, one.end): graph.score(one) for one in candidates}

        def ways(first: int, score: dict[tuple[int, int], float] = score) -> Iterator[tuple[float, int]]:
            if first == 5:
                yield 0.0, 0
            else:
                yield from ((rest - SKIP, lost + 1) for rest, lost in ways(first + 1))
            for end in range(first + 1, 6):
                if (first, end) in score:
                    yield from ((rest + score[first, end], lost) for rest, lost in ways(end))

        path, lost = graph.best_path(candidates)
        assert (sum(map(graph.score, path)) - SKIP * lost, lost) == pytest.approx(max(ways(0)))
        assert all(one.end <= other.first for one, other in pairwise(path))


def slices(drawing: Drawing, network: DigitClassifier, most: int) -> list[int]:
    """The sizes of the slices in which a drawing's candidates are scored."""
    ink = preprocess(drawing)
    [logits] = network.network.logits(ink.picture[None])
    reading, scores, sizes = read_number(ink, logits, network.thresholds, most), None, []
    try:
        while True:
            pictures = reading.send(scores)
            sizes.append(len(pictures))
            scores = network.network.logits(pictures)
    except StopIteration:
        return sizes


def scribble(count: int) -> Drawing:
    """Many short strokes that touch, and would have thousands of candidates."""
    random = np.random.default_rng(2)
    starts = random.uniform(20, 540, (count, 2))
    moves = random.uniform(-60, 60, (count, 2))
    strokes = [tuple(map(tuple, (start, start + move))) for start, move in zip(starts, moves, strict=True)]
    return Drawing(560, 560, 6, tuple(strokes))


@pytest.mark.parametrize("most", [LIVE_CANDIDATES, MOST_CANDIDATES])
def test_candidates_are_bounded_and_scored_in_small_slices(read: DigitClassifier, most: int) -> None:
    for count in (20, 100, 300):
        sizes = slices(scribble(count), read, most)
        assert sum(sizes) <= most
        assert max(sizes, default=0) <= SLICE


def test_a_digit_that_is_clearly_one_is_scored_once(read: DigitClassifier) -> None:
    assert slices(Drawing(strokes=tuple(tuple(map(tuple, stroke)) for stroke in DIGITS[3])), read, 60) == []


def test_of_more_digits_than_the_limit_the_first_are_read_and_the_sentence_says_so(read: DigitClassifier) -> None:
    prediction = read(written(*["7" * 30] * 4, width=2000, step=63).render())
    assert prediction.number
    assert len(prediction.digits) == MOST_DIGITS
    assert prediction.sentence.endswith("There is more here than I read at once.")


def test_the_digits_of_a_number_are_not_scored_again_while_more_is_drawn(
    read: DigitClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[int] = []
    run = read.network.logits
    monkeypatch.setattr(read.network, "logits", lambda pictures: scored.append(len(pictures)) or run(pictures))
    read(written("50918"))
    first, scored[:] = sum(scored), []
    assert lines(read(written("509182"))) == ("509182",)
    assert sum(scored) < first


def test_reading_live_gives_the_same_answer_and_lets_others_run(read: DigitClassifier) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def draw() -> Prediction:
        other = asyncio.create_task(count())
        prediction = await read.read_live(preprocess(written("205318")))
        other.cancel()
        return prediction

    assert lines(asyncio.run(draw())) == ("205318",)
    assert turns >= 1


def test_an_empty_picture_and_a_dot_are_no_number(read: DigitClassifier) -> None:
    dots: list[list[Stroke]] = [[], [[[140, 140]]]]
    assert [read(render(strokes)).verdict for strokes in dots] == ["blank", "blank"]


@pytest.mark.parametrize("kind", ["shadow", "hand", "lined", "squared", "notebook", "snapshot", "pencil", "jpeg 20"])
def test_rows_of_digits_are_read_in_photos(read: DigitClassifier, kind: str) -> None:
    drawing = written("2053", "748", width=420, pen=9).render()
    assert lines(read(PHOTOS[kind](np.pad(drawing, 60, constant_values=255), np.random.default_rng(1)))) == (
        "2053",
        "748",
    )
