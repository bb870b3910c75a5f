"""Measure strokes and pictures: pieces, holes, crossings, slopes and likeness."""

import numpy as np

from lenet.image.strokes import render

Strokes = list[list[list[float]]]


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of two pictures; a shift of one pixel is allowed, as a mass between two pixels may go to either."""
    if not first.any():
        return 0
    shifts = [np.roll(first, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return max(np.corrcoef(shifted.ravel(), second.ravel())[0, 1] for shifted in shifts)


def areas(mask: np.ndarray) -> int:
    """Count the connected areas of a mask."""
    left, count = set(zip(*np.nonzero(mask), strict=True)), 0
    while left:
        count, edge = count + 1, [left.pop()]
        while edge:
            y, x = edge.pop()
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & left
            left -= near
            edge += near
    return count


def ink(strokes: Strokes, width: float) -> np.ndarray:
    return render(strokes, width=width)[::3, ::3] < 128  # (94, 94)


def pieces(strokes: Strokes) -> int:
    return areas(ink(strokes, 12))


def holes(strokes: Strokes) -> int:
    return areas(~np.pad(ink(strokes, 12), 1)) - 1


def crossing(first: list[list[float]], second: list[list[float]]) -> bool:
    """Return True if two strokes cross: some segment of each has the other's ends on both of its sides."""
    a, b = (np.array(stroke) for stroke in (first, second))

    def sides(line: np.ndarray, points: np.ndarray) -> np.ndarray:
        way, off = np.diff(line, axis=0)[:, None], points[None] - line[:-1, None]
        return way[..., 0] * off[..., 1] - way[..., 1] * off[..., 0] > 0

    split = sides(a, b)
    other = sides(b, a).T
    return bool(((split[:, 1:] != split[:, :-1]) & (other[1:] != other[:-1])).any())


def steepness(strokes: Strokes) -> float:
    """Return the degrees by which a 1's flag or a 7's roof falls from the apex to its left end."""
    line = np.array(max(strokes, key=len))
    start, end = sorted((line[0], line[-1]), key=lambda point: point[1])
    way, off = end - start, line - start
    apex = line[np.argmax(abs(way[0] * off[:, 1] - way[1] * off[:, 0]))]
    return float(np.degrees(np.arctan2(start[1] - apex[1], apex[0] - start[0])))
