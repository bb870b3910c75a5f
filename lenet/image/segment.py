"""Divide ink into rows of components, and components into pieces, neighbours of which may be a digit.

Heuristic over-segmentation (LeCun et al. 1998, section V): ink is divided wherever two digits may meet, and the network
decides which runs of neighbouring pieces are digits; see `lenet.model.numbers`. Of a picture, a component is connected
ink, divided by cuts where little ink is cut through. Of a drawing, its pieces are its strokes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.image.cuts import cuts
from lenet.image.formats import tones
from lenet.image.ink import InkGrid
from lenet.image.strokes import Drawing, render

Array = NDArray[np.float32]

# A scribble of dots may have thousands of components, or strokes: the largest components are read.
MOST_COMPONENTS = 400
MOST_STROKES = 400  # beyond, the drawing is read as a picture

NESTED = 0.9  # of a component's box, in the box of another: both are one component

# Of the typical height, which is the mean of all heights weighted by themselves:
SPECK = 0.06  # a component that is smaller in both directions is dirt
LOW = 0.6  # a lower component (a dot, a hat, a part of a broken digit) is in the row of its nearest component
LEVEL = 0.4  # components in a row share at least this part of the height of the lower one


class Piece(NamedTuple):
    """A piece of ink without paper around it."""

    ink: Array  # (h, w) float32, 0 = paper, 1 = ink
    top: int  # in pixels of the drawing's ink, as are all places
    left: int
    cut: float = 0.0  # pixels of ink that the cut on its left goes through
    strokes: tuple["Piece", ...] = ()  # of a component of a drawing, in the order in which they were drawn

    @property
    def bottom(self) -> int:
        """The row below the ink."""
        return self.top + len(self.ink)

    @property
    def right(self) -> int:
        """The column right of the ink."""
        return self.left + int(self.ink.shape[1])


def segment(grid: InkGrid, drawing: Drawing | None = None) -> list[list[Piece]]:
    """Divide ink into rows of components.

    Args:
        grid: the ink.
        drawing: the drawing of which it is the ink, if its strokes are known.

    Returns:
        The rows from top to bottom, and their components from left to right.
    """
    from scipy import ndimage  # 0.5 s; neither the page's start nor a single digit needs it

    labels, _ = ndimage.label(grid.ink > 0, np.ones((3, 3)))
    places = [(index, *place) for index, place in enumerate(ndimage.find_objects(labels), 1)]
    if len(places) > MOST_COMPONENTS:
        places.sort(key=lambda place: max(side.start - side.stop for side in place[1:]))
    components = {}
    for index, rows, columns in places[:MOST_COMPONENTS]:
        own = np.where(labels[rows, columns] == index, grid.ink[rows, columns], np.float32(0))
        components[index] = Piece(own, grid.top + rows.start, grid.left + columns.start)
    if drawing and len(drawing.strokes) <= MOST_STROKES:
        strokes = defaultdict(list)
        for stroke in _strokes(drawing):
            row, column = divmod(int(stroke.ink.argmax()), stroke.ink.shape[1])
            strokes[int(labels[stroke.top + row - grid.top, stroke.left + column - grid.left])].append(stroke)
        for index, component in components.items():
            components[index] = component._replace(strokes=tuple(strokes[index]))
    return _rows(_unnested(list(components.values())))


def divide(component: Piece) -> list[Piece]:
    """Divide a component into strokes, in the order in which they were drawn, or by cuts, from left to right."""
    if component.strokes:
        return list(component.strokes)
    seams = cuts(component.ink)
    columns = np.arange(component.ink.shape[1])
    side = np.zeros(component.ink.shape, int)
    for _, seam in seams:
        side += columns >= seam[:, None]
    costs = [0.0, *(cost for cost, _ in seams)]
    inks = (np.where(side == i, component.ink, np.float32(0)) for i in range(len(costs)))
    pieces = (_cropped(ink, component, cost) for ink, cost in zip(inks, costs, strict=True))
    return [piece for piece in pieces if piece]


def join(pieces: Sequence[Piece]) -> Piece:
    """Return pieces as one."""
    top, left = min(piece.top for piece in pieces), min(piece.left for piece in pieces)
    bottom, right = max(piece.bottom for piece in pieces), max(piece.right for piece in pieces)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for piece in pieces:
        place = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(place, piece.ink, out=place)
    return Piece(ink, top, left, pieces[0].cut)


def typical_height(pieces: Sequence[Piece]) -> float:
    """Return the mean height weighted by itself: that of digits rather than of the specks around them."""
    heights = np.array([len(piece.ink) for piece in pieces])
    return float((heights**2).sum() / heights.sum())


def _strokes(drawing: Drawing) -> Iterator[Piece]:
    """Yield the ink of each stroke that is on the paper."""
    reach = drawing.pen / 2 + 1
    paper = np.array([drawing.width, drawing.height])
    for stroke in drawing.strokes:
        if not stroke:
            continue
        points = np.array(stroke)
        low = np.clip(np.floor(points.min(0) - reach), 0, paper).astype(int)
        high = np.clip(np.ceil(points.max(0) + reach), 0, paper).astype(int)
        if (high > low).all():
            left, top = low.tolist()
            pixels = render([(points - low).tolist()], (int(high[1]) - top, int(high[0]) - left), drawing.pen)
            ink = 1 - tones(pixels)
            if piece := _cropped(ink, Piece(ink, top, left)):
                yield piece


def _cropped(ink: Array, at: Piece, cut: float = 0.0) -> Piece | None:
    """Return ink, which has the place of a piece, without the paper around it."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(rows):
        return None
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(crop, at.top + int(rows[0]), at.left + int(columns[0]), cut)


def _unnested(components: Sequence[Piece]) -> list[Piece]:
    """Join each component that lies in the box of another with it: the slash or the dot of a 0."""
    boxes = np.array([(one.left, one.top, one.right, one.bottom) for one in components])
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    groups: dict[int, list[Piece]] = {}
    for index in np.argsort(-areas, kind="stable").tolist():
        outer = list(groups)
        shared = np.minimum(boxes[outer, 2:], boxes[index, 2:]) - np.maximum(boxes[outer, :2], boxes[index, :2])
        around = np.flatnonzero(shared.clip(0).prod(1) >= NESTED * areas[index])
        groups.setdefault(outer[around[0]] if len(around) else index, []).append(components[index])
    return [join(group)._replace(strokes=sum((one.strokes for one in group), ())) for group in groups.values()]


def _rows(components: Sequence[Piece]) -> list[list[Piece]]:
    """Return components by row: each is in the row whose last components, further left, are level with it.

    So rows may slope.
    """
    typical = typical_height(components)
    rows: list[list[Piece]] = []
    low = []
    for piece in sorted(components, key=lambda piece: piece.left):
        if len(piece.ink) < LOW * typical:
            if max(piece.ink.shape) >= SPECK * typical:
                low.append(piece)
            continue
        level = [_level(piece, row[-2:]) for row in rows]
        best = max(level, default=0)
        if best < LEVEL:
            rows.append([piece])
        else:
            rows[level.index(best)].append(piece)
    large = [(piece, row) for row in rows for piece in row]
    for piece in low:
        _, row = min(large, key=lambda other: _distance(piece, other[0]))
        row.append(piece)
    for row in rows:
        row.sort(key=lambda piece: piece.left + piece.right)
    rows.sort(key=lambda row: sum(piece.top + piece.bottom for piece in row) / len(row))
    return rows


def _level(piece: Piece, others: Sequence[Piece]) -> float:
    """Return the part of the lower height that a piece shares with others, on average."""
    top = sum(other.top for other in others) / len(others)
    bottom = sum(other.bottom for other in others) / len(others)
    return (min(piece.bottom, bottom) - max(piece.top, top)) / min(piece.bottom - piece.top, bottom - top)


def _distance(piece: Piece, other: Piece) -> float:
    """Return the distance between two boxes, squared; 0 if they overlap."""
    across = max(piece.left - other.right, other.left - piece.right, 0)
    down = max(piece.top - other.bottom, other.top - piece.bottom, 0)
    return across * across + down * down
