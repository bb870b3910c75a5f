"""What strokes look like, measured: their pieces, holes, crossings and slopes."""

import numpy as np

from lenet.image.strokes import render

Strokes = list[list[list[float]]]


def areas(mask: np.ndarray) -> int:
    """How many connected areas a mask has."""
    left, found = set(zip(*np.nonzero(mask), strict=True)), 0
    while left:
        found, edge = found + 1, [left.pop()]
        while edge:
            y, x = edge.pop()
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & left
            left -= near
            edge += near
    return found


def ink(strokes: Strokes, width: float) -> np.ndarray:
    return render(strokes, width=width)[::3, ::3] < 128  # (94, 94)


def pieces(strokes: Strokes) -> int:
    return areas(ink(strokes, 12))


def holes(strokes: Strokes) -> int:
    return areas(~np.pad(ink(strokes, 12), 1)) - 1


def crossing(first: list[list[float]], second: list[list[float]]) -> bool:
    """Whether two strokes cross: some segment of each has the other's ends on both of its sides."""
    a, b = (np.array(stroke) for stroke in (first, second))

    def sides(line: np.ndarray, points: np.ndarray) -> np.ndarray:
        way, off = np.diff(line, axis=0)[:, None], points[None] - line[:-1, None]
        return way[..., 0] * off[..., 1] - way[..., 1] * off[..., 0] > 0

    split = sides(a, b)
    other = sides(b, a).T
    return bool(((split[:, 1:] != split[:, :-1]) & (other[1:] != other[:-1])).any())


def steepness(strokes: Strokes) -> float:
    """Of a 1's flag or a 7's roof: degrees by which it falls from the apex to its left end."""
    line = np.array(max(strokes, key=len))
    start, end = sorted((line[0], line[-1]), key=lambda point: point[1])
    way, off = end - start, line - start
    apex = line[np.argmax(abs(way[0] * off[:, 1] - way[1] * off[:, 0]))]
    return float(np.degrees(np.arctan2(start[1] - apex[1], apex[0] - start[0])))
