// @ts-check
// Encodes drawings in a bounded number of characters.

const MAX_LENGTH = 7600; // characters of a drawing: a request, with what Gradio adds, stays below 8 kB
const TOLERANCES = [0.5, 1, 2, 4]; // units, for simplifying a longer drawing

/**
 * Simplify a stroke (Douglas and Peucker 1973).
 * @param {Stroke} stroke
 * @param {number} tolerance the farthest that a dropped point may be from the new line, in units
 * @returns {Stroke} a new stroke, rounded to whole units
 */
function simplify(stroke, tolerance) {
  const kept = new Uint8Array(stroke.length);
  kept[0] = kept[stroke.length - 1] = 1;
  const spans = [[0, stroke.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    const [x, y] = stroke[first];
    const dx = stroke[last][0] - x;
    const dy = stroke[last][1] - y;
    const lengthSquared = dx * dx + dy * dy || 1;
    let farthest = 0; // index of the point farthest from the line, beyond the tolerance
    let farthestSquared = tolerance * tolerance;
    for (let i = first + 1; i < last; i++) {
      const px = stroke[i][0] - x;
      const py = stroke[i][1] - y;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
      const distanceSquared = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (distanceSquared > farthestSquared) [farthest, farthestSquared] = [i, distanceSquared];
    }
    if (!farthest) continue;
    kept[farthest] = 1;
    spans.push([first, farthest], [farthest, last]);
  }
  return stroke.filter((_, i) => kept[i]).map(([x, y]) => [Math.round(x), Math.round(y)]);
}

/**
 * Encode a drawing as JSON of lenet/image/strokes.py, "" for an empty pad. A long drawing is simplified; one that is
 * still too long, after minutes of scribbling, loses its oldest points.
 * @param {Stroke[]} strokes
 * @param {number} size side of the pad, in units
 * @param {number} pen diameter of the pen, in units
 */
function encode(strokes, size, pen) {
  if (!strokes.length) return "";
  let encoded = strokes;
  const write = () => JSON.stringify({ w: size, h: size, pen, strokes: encoded });
  let text = write();
  for (const tolerance of TOLERANCES) {
    if (text.length <= MAX_LENGTH) return text;
    encoded = strokes.map((stroke) => simplify(stroke, tolerance));
    text = write();
  }
  while (text.length > MAX_LENGTH) {
    const excess = 1 - MAX_LENGTH / text.length;
    /** @type {<T>(list: T[]) => T[]} */
    const latest = (list) => list.slice(Math.min(list.length - 1, Math.ceil(list.length * excess)));
    encoded = encoded.length > 1 ? latest(encoded) : [latest(encoded[0])];
    text = write();
  }
  return text;
}
