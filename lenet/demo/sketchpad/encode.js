// @ts-check
// A drawing as it is sent: short enough, whatever was drawn.

const BUDGET = 7600; // characters of a drawing, so that a request, with what Gradio adds, stays within 8 kB
const TOLERANCES = [0.5, 1, 2, 4]; // units that a drawing too long for it may be simplified by

/**
 * Leave out points that are within `tolerance` of the line without them (Douglas and Peucker 1973).
 * @param {Stroke} stroke
 * @param {number} tolerance
 * @returns {Stroke} a new stroke, in whole units
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
    const squared = dx * dx + dy * dy || 1;
    let farthest = 0;
    let distance = tolerance * tolerance;
    for (let i = first + 1; i < last; i++) {
      const px = stroke[i][0] - x;
      const py = stroke[i][1] - y;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const away = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (away > distance) [farthest, distance] = [i, away];
    }
    if (!farthest) continue;
    kept[farthest] = 1;
    spans.push([first, farthest], [farthest, last]);
  }
  return stroke.filter((_, i) => kept[i]).map(([x, y]) => [Math.round(x), Math.round(y)]);
}

/**
 * A drawing as it is sent: JSON as in lenet/image/strokes.py, "" for an empty pad. One too long is simplified; one still too
 * long, minutes of scribbling, loses what was drawn first.
 * @param {Stroke[]} strokes
 * @param {number} size
 * @param {number} pen
 */
function encode(strokes, size, pen) {
  if (!strokes.length) return "";
  let sent = strokes;
  const write = () => JSON.stringify({ w: size, h: size, pen, strokes: sent });
  let text = write();
  for (const tolerance of TOLERANCES) {
    if (text.length <= BUDGET) return text;
    sent = strokes.map((stroke) => simplify(stroke, tolerance));
    text = write();
  }
  while (text.length > BUDGET) {
    const excess = 1 - BUDGET / text.length;
    /** @type {<T>(list: T[]) => T[]} */
    const latest = (list) => list.slice(Math.min(list.length - 1, Math.ceil(list.length * excess)));
    sent = sent.length > 1 ? latest(sent) : [latest(sent[0])];
    text = write();
  }
  return text;
}
