// @ts-check
// The hand that draws strokes by itself: at an even speed, and lifted for a moment between two of them.

const REACH = 300; // ms that even a short drawing takes
const PER_UNIT = 1; // ms more for each unit of its length: so a long one takes longer, and is drawn faster too
const LIFTED = 90; // ms from a stroke's end to the next one's beginning

/** @param {number[]} a @param {number[]} b */
const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);

/**
 * What of a drawing is on the paper after some time.
 * @param {number[][][]} strokes lists of [x, y] points
 * @param {number} time ms since the pen came down
 * @returns {number[][][]} `strokes` itself when the time is up; else new ones, of which the last may be cut short
 */
function drawnBy(strokes, time) {
  const lengths = strokes.map((stroke) =>
    stroke.slice(1).reduce((sum, point, i) => sum + distance(stroke[i], point), 0),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const speed = total / (REACH + PER_UNIT * total); // units a ms
  let ahead = time * speed; // units that the pen has come from where the next stroke begins
  const drawn = [];
  for (const [i, stroke] of strokes.entries()) {
    if (ahead < 0) return drawn;
    if (ahead < lengths[i]) return [...drawn, cut(stroke, ahead)];
    drawn.push(stroke);
    ahead -= lengths[i] + LIFTED * speed;
  }
  return strokes;
}

/**
 * The beginning of a stroke.
 * @param {number[][]} stroke
 * @param {number} length less than that of the stroke
 */
function cut(stroke, length) {
  const kept = [stroke[0]];
  for (const point of stroke.slice(1)) {
    const last = kept[kept.length - 1];
    const step = distance(last, point);
    if (step > length) {
      const part = length / step;
      const end = last.map((from, axis) => Math.round((from + (point[axis] - from) * part) * 10) / 10);
      return distance(last, end) ? [...kept, end] : kept; // a canvas draws no line of no length
    }
    kept.push(point);
    length -= step;
  }
  return kept;
}
