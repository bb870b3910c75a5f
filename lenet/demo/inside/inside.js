// @ts-check
// Inside the network: the maps of each layer in one picture, and which of their values is looked at.

/** @typedef {"picture" | "pool1" | "pool2" | "hidden"} Layer */
/** @typedef {{ maps: number, side: number, columns: number, gap: number }} Shape of the picture of a layer, in values */
/** @typedef {{ layer: Layer, number: number, row: number, column: number }} Place of a value */
/**
 * @typedef {Record<Layer, string> & {
 *   logits: number[], biases: number[], probabilities: number[], temperature: number,
 * }} Reading bytes as base64
 */

/** @type {Record<Layer, Shape>} */
const LAYERS = {
  picture: { maps: 1, side: 28, columns: 1, gap: 0 },
  pool1: { maps: 32, side: 14, columns: 8, gap: 1 },
  pool2: { maps: 64, side: 7, columns: 16, gap: 1 },
  hidden: { maps: 1024, side: 1, columns: 64, gap: 0 },
};
const REST = 250; // ms without another reading after which the pen is taken to rest
/** @type {Record<string, number[]>} where the arrow keys go: right, down */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} element the component's own element, holding inside.html
 * @param {(event: string, data?: Place) => void} trigger tells Gradio of an event
 * @param {{ value: string }} props `value` is a reading as JSON, "" when there is none
 * @param {(name: string, changed: () => void) => void} watch calls back when the server has changed a prop
 * @param {Record<string, Localized>} texts
 */
function mountInside(element, trigger, props, watch, texts) {
  /** @type {Place | null} */
  let chosen = null;
  let resting = 0;
  let settling = 0;
  // A finger on a narrow screen needs values twice as large.
  const part = matchMedia("(max-width: 640px)").matches ? 2 : 1;
  const shapes = {
    ...LAYERS,
    pool1: { ...LAYERS.pool1, columns: LAYERS.pool1.columns / part },
    pool2: { ...LAYERS.pool2, columns: LAYERS.pool2.columns / part },
  };

  /** @param {Layer} layer */
  const find = (layer) => /** @type {HTMLElement} */ (element.querySelector(`[data-layer=${layer}]`));

  /** @param {string} bytes */
  const decode = (bytes) => Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));

  /** @param {number} value @returns {string} with two decimals, and none of them is −0.00 */
  const signed = (value) => (Math.round(value * 100) / 100 || 0).toFixed(2).replace("-", "−");

  /** @param {Layer} layer @param {Uint8Array | null} values map by map, row by row */
  function paint(layer, values) {
    const { maps, side, columns, gap } = shapes[layer];
    const canvas = /** @type {HTMLCanvasElement} */ (find(layer).querySelector("canvas"));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < maps * side * side; i++) {
      const map = Math.floor(i / (side * side));
      const x = (map % columns) * (side + gap) + (i % side);
      const y = Math.floor(map / columns) * (side + gap) + (Math.floor(i / side) % side);
      pixels.data.fill(values ? values[i] : 0, 4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 3);
      pixels.data[4 * (y * canvas.width + x) + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }

  /** @param {Reading} reading @param {number} digit @returns {string[]} units + bias = logit, to the eye too */
  function sum(reading, digit) {
    const [logit, bias] = [reading.logits[digit], reading.biases[digit]].map((value) =>
      Math.round(100 * value),
    );
    return [
      ...[logit - bias, bias, logit].map((hundredths) => signed(hundredths / 100)),
      `${(100 * reading.probabilities[digit]).toFixed(1)} %`,
    ];
  }

  function show() {
    /** @type {Reading | null} */
    const reading = props.value ? JSON.parse(props.value) : null;
    for (const layer of /** @type {Layer[]} */ (Object.keys(shapes)))
      paint(layer, reading && decode(reading[layer]));
    element.querySelectorAll("tbody tr").forEach((row, digit) => {
      const cells = reading ? sum(reading, digit) : ["–", "–", "–", "–"];
      cells.forEach((text, i) => (row.children[i + 1].textContent = text));
    });
    /** @type {HTMLElement} */ (element.querySelector("[data-text=logits_text]")).textContent = translate(
      texts.logits_text,
    ).replace("{temperature}", reading ? String(reading.temperature) : "T");
    clearTimeout(resting);
    resting = setTimeout(() => element.isConnected && trigger("rest"), REST);
    if (chosen) trigger("select", chosen);
  }

  /** @param {Place} place */
  function choose(place) {
    const { layer, number, row, column } = place;
    if (chosen && JSON.stringify(chosen) === JSON.stringify(place)) return;
    chosen = place;
    element.querySelectorAll(".mark").forEach((mark) => mark.remove());
    const { side, columns, gap } = shapes[layer];
    const canvas = /** @type {HTMLCanvasElement} */ (find(layer).querySelector("canvas"));
    const [left, top] = [number % columns, Math.floor(number / columns)].map((at) => at * (side + gap));
    for (const [x, y, size] of [
      [left, top, side],
      [left + column, top + row, 1],
    ]) {
      const mark = document.createElement("div");
      mark.className = "mark";
      mark.style.left = `${(100 * x) / canvas.width}%`;
      mark.style.top = `${(100 * y) / canvas.height}%`;
      mark.style.width = `${(100 * size) / canvas.width}%`;
      mark.style.height = `${(100 * size) / canvas.height}%`;
      find(layer).append(mark);
    }
    trigger("select", place);
    // Of many in a row the last may be lost behind an answer that is on its way: it is asked for again.
    clearTimeout(settling);
    settling = setTimeout(() => element.isConnected && trigger("select", place), REST);
  }

  /** @param {Layer} layer @param {number} across value, counted over all maps in the row @param {number} down */
  function chooseAt(layer, across, down) {
    const { maps, side, columns } = shapes[layer];
    const clip = (/** @type {number} */ at, /** @type {number} */ end) => Math.min(Math.max(at, 0), end - 1);
    across = clip(across, columns * side);
    down = clip(down, (maps / columns) * side);
    const number = Math.floor(down / side) * columns + Math.floor(across / side);
    choose({ layer, number, row: down % side, column: across % side });
  }

  /** @param {Layer} layer @param {PointerEvent} event */
  function point(layer, event) {
    const { side, gap } = shapes[layer];
    const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * canvas.width) / box.width;
    const y = ((event.clientY - box.top) * canvas.height) / box.height;
    /** @param {number} at */
    const value = (at) =>
      Math.floor(at / (side + gap)) * side + Math.min(Math.floor(at % (side + gap)), side - 1);
    chooseAt(layer, value(x), value(y));
  }

  /** @param {Layer} layer @param {KeyboardEvent} event */
  function walk(layer, event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const { side, columns } = shapes[layer];
    const { number, row, column } = chosen?.layer === layer ? chosen : { number: 0, row: 0, column: 0 };
    const across = (number % columns) * side + column + arrow[0];
    chooseAt(layer, across, Math.floor(number / columns) * side + row + arrow[1]);
  }

  for (const text of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-text]")))
    text.textContent = translate(texts[String(text.dataset.text)]);
  for (const layer of /** @type {Layer[]} */ (Object.keys(shapes))) {
    const { maps, side, columns, gap } = shapes[layer];
    const canvas = /** @type {HTMLCanvasElement} */ (find(layer).querySelector("canvas"));
    canvas.width = columns * (side + gap) - gap;
    canvas.height = (maps / columns) * (side + gap) - gap;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", translate(texts[`${layer}_title`]));
    if (layer === "picture") continue;
    canvas.tabIndex = 0;
    canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(layer, event));
    canvas.addEventListener("click", (event) => point(layer, /** @type {PointerEvent} */ (event)));
    canvas.addEventListener("keydown", (event) => walk(layer, event));
  }
  const body = /** @type {HTMLElement} */ (element.querySelector("tbody"));
  for (let digit = 0; digit < 10; digit++) {
    const row = document.createElement("tr");
    const head = Object.assign(document.createElement("th"), { scope: "row", textContent: String(digit) });
    row.append(head, ...[1, 2, 3, 4].map(() => document.createElement("td")));
    body.append(row);
  }
  watch("value", show);
  show();
}
