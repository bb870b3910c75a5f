// @ts-check
// Animates strokes: at constant speed, with a pause between two of them.

const MIN_DURATION = 300; // ms that a drawing of length 0 takes
const PER_UNIT = 1; // ms added per unit of length: a longer drawing takes longer, but is drawn faster
const PAUSE = 90; // ms between two strokes

/** @param {Point} a @param {Point} b */
const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);

/**
 * Return the part of a drawing that is drawn after some time.
 * @param {Stroke[]} strokes
 * @param {number} time ms since the start
 * @returns {Stroke[]} `strokes` itself at the end; before that a new list, whose last stroke may be cut short
 */
function drawnBy(strokes, time) {
  const lengths = strokes.map((stroke) =>
    stroke.slice(1).reduce((sum, point, i) => sum + distance(stroke[i], point), 0),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const speed = total / (MIN_DURATION + PER_UNIT * total); // units per ms
  let remaining = time * speed; // units left to draw, counted from the start of the next stroke
  const drawn = [];
  for (const [i, stroke] of strokes.entries()) {
    if (remaining < 0) return drawn;
    if (remaining < lengths[i]) return [...drawn, cut(stroke, remaining)];
    drawn.push(stroke);
    remaining -= lengths[i] + PAUSE * speed;
  }
  return strokes;
}

/**
 * Return the beginning of a stroke.
 * @param {Stroke} stroke
 * @param {number} length in units, less than that of the stroke
 */
function cut(stroke, length) {
  const kept = [stroke[0]];
  for (const point of stroke.slice(1)) {
    const last = kept[kept.length - 1];
    const step = distance(last, point);
    if (step > length) {
      const part = length / step;
      const end = last.map((from, axis) => Math.round((from + (point[axis] - from) * part) * 10) / 10);
      return distance(last, end) ? [...kept, end] : kept; // a canvas does not draw a line of length 0
    }
    kept.push(point);
    length -= step;
  }
  return kept;
}
