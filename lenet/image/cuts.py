"""Find the places where two digits that touch may be cut apart."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Cut = tuple[float, NDArray[np.intp]]  # pixels of ink that it goes through, and the first column right of it in each row

ROWS = 40  # cuts are looked for at this height in pixels, or a little less than twice as much
PARTS = 6  # of the height: cuts are looked for through each column at the borders between them
MOST_CUTS = 11
SIDEWAYS = 0.12  # cost of each step to the side, in pixels of ink
SLICE = 0.06  # a cut leaves at least this part of the ink on either side
ALIKE = 0.04  # two cuts between which there is less than this part of the ink are the same cut


def cuts(ink: Array) -> list[Cut]:
    """Return cuts from top to bottom that go through little ink, from left to right.

    A cut is the cheapest of all paths that go down row by row and at most one column to the side in each, as in seam
    carving (Avidan and Shamir 2007). Those are taken that are the cheapest through their column and its neighbours, at
    one of five heights.

    Args:
        ink: (H, W), 0 = paper, 1 = ink.
    """
    step = max(1, len(ink) // ROWS)
    small = ink[step // 2 :: step, step // 2 :: step]  # (h, w)
    height, width = small.shape
    down, above = _cheapest(small)
    up, below = _cheapest(small[::-1])
    total = small.sum()
    found: list[tuple[float, NDArray[np.intp], NDArray[np.bool_]]] = []
    for row in (part * height // PARTS for part in range(1, PARTS)):
        costs = np.pad(down[row] + up[height - 1 - row] - small[row], 1, constant_values=np.inf)
        for column in np.flatnonzero((costs[1:-1] <= costs[:-2]) & (costs[1:-1] < costs[2:])).tolist():
            path = np.concatenate([_path(above, row, column)[:-1], _path(below, height - 1 - row, column)[::-1]])
            left = np.arange(width) < path[:, None]  # (h, w)
            if SLICE <= (small * left).sum() / total <= 1 - SLICE:
                found.append((float(small[np.arange(height), path].sum()), path, left))
    found.sort(key=lambda cut: cut[0])
    kept: list[tuple[float, NDArray[np.intp], NDArray[np.bool_]]] = []
    for cut in found:
        if len(kept) < MOST_CUTS and all((small * (cut[2] ^ other[2])).sum() > ALIKE * total for other in kept):
            kept.append(cut)
    kept.sort(key=lambda cut: float(cut[1].mean()))
    rows = np.minimum(np.arange(len(ink)) // step, height - 1)
    return [(cost * step, path[rows] * step + step // 2) for cost, path, _ in kept]


def _cheapest(ink: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return the cost of the cheapest path from the top to each pixel, and the column that it comes from."""
    costs, origins = ink.copy(), np.zeros(ink.shape, np.intp)
    columns = np.arange(ink.shape[1])
    ways = np.full((3, ink.shape[1] + 2), np.inf, np.float32)  # from the left, from above, from the right
    for row in range(1, len(ink)):
        ways[0, 2:] = ways[2, :-2] = costs[row - 1] + SIDEWAYS
        ways[1, 1:-1] = costs[row - 1]
        way = ways[:, 1:-1].argmin(0)
        origins[row] = columns + way - 1
        costs[row] += ways[way, columns + 1]
    return costs, origins


def _path(origins: NDArray[np.intp], row: int, column: int) -> NDArray[np.intp]:
    """Return the columns of the cheapest path from the top to a pixel, (row + 1,)."""
    path = np.empty(row + 1, np.intp)
    for y in range(row, -1, -1):
        path[y] = column
        column = int(origins[y, column])
    return path
