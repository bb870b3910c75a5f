// @ts-check
// Inside the network: draws the maps of each layer into one canvas, and lets a visitor choose a value.

/** @typedef {"picture" | "pool1" | "pool2" | "hidden"} Layer */
/** @typedef {{ maps: number, side: number, columns: number, gap: number }} Grid of a layer's maps, in values */
/** @typedef {{ layer: Layer, number: number, row: number, column: number }} Place of a value; `number` is its map's */
/**
 * @typedef {Record<Layer, string> & {
 *   logits: number[], biases: number[], probabilities: number[], temperature: number,
 * }} Activations layers are bytes in base64
 */

/** @type {Record<Layer, Grid>} */
const LAYERS = {
  picture: { maps: 1, side: 28, columns: 1, gap: 0 },
  pool1: { maps: 32, side: 14, columns: 8, gap: 1 },
  pool2: { maps: 64, side: 7, columns: 16, gap: 1 },
  hidden: { maps: 1024, side: 1, columns: 64, gap: 0 },
};
const REST = 250; // ms without an update after which the pen rests
/** @type {Record<string, number[]>} steps of the arrow keys: right, down */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Mount the layers.
 * @param {HTMLElement} element the component's element, which contains inside.html
 * @param {(event: string, data?: Place) => void} trigger dispatches a Gradio event
 * @param {{ value: string }} props `value` holds the activations as JSON, "" when there are none
 * @param {(name: string, changed: () => void) => void} watch calls back when the server changes a prop
 * @param {Record<string, Localized>} texts
 */
function mountInside(element, trigger, props, watch, texts) {
  /** @type {Place | null} */
  let chosen = null;
  let restTimer = 0;
  let selectTimer = 0;
  // On a narrow screen values are twice as large, for a finger.
  const enlarged = matchMedia("(max-width: 640px)").matches ? 2 : 1;
  const grids = {
    ...LAYERS,
    pool1: { ...LAYERS.pool1, columns: LAYERS.pool1.columns / enlarged },
    pool2: { ...LAYERS.pool2, columns: LAYERS.pool2.columns / enlarged },
  };
  const layers = /** @type {Layer[]} */ (Object.keys(grids));

  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  /** @param {Layer} layer */
  const findCanvas = (layer) => /** @type {HTMLCanvasElement} */ (find(`[data-layer=${layer}] canvas`));

  /** @param {string} bytes */
  const decode = (bytes) => Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));

  /** @param {number} value @returns {string} with two decimals, never −0.00 */
  const signed = (value) => (Math.round(value * 100) / 100 || 0).toFixed(2).replace("-", "−");

  /** @param {Layer} layer @param {Uint8Array | null} values map by map, row by row; null paints black */
  function paint(layer, values) {
    const { maps, side, columns, gap } = grids[layer];
    const canvas = findCanvas(layer);
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

  /** @param {Activations} activations @param {number} digit @returns {string[]} rounded so that units + bias = logit */
  function cells({ logits, biases, probabilities }, digit) {
    const [logit, bias] = [logits[digit], biases[digit]].map((value) => Math.round(100 * value));
    const sum = [logit - bias, bias, logit].map((hundredths) => signed(hundredths / 100));
    return [...sum, `${(100 * probabilities[digit]).toFixed(1)} %`];
  }

  function show() {
    /** @type {Activations | null} */
    const activations = props.value ? JSON.parse(props.value) : null;
    for (const layer of layers) paint(layer, activations && decode(activations[layer]));
    element.querySelectorAll("tbody tr").forEach((row, digit) => {
      const values = activations ? cells(activations, digit) : ["–", "–", "–", "–"];
      values.forEach((text, i) => (row.children[i + 1].textContent = text));
    });
    const temperature = activations ? String(activations.temperature) : "T";
    find("[data-text=logits_text]").textContent = translate(texts.logits_text).replace(
      "{temperature}",
      temperature,
    );
    clearTimeout(restTimer);
    restTimer = setTimeout(() => element.isConnected && trigger("rest"), REST);
    if (chosen) trigger("select", chosen);
  }

  /** @param {Place} place */
  function choose(place) {
    const { layer, number, row, column } = place;
    if (chosen && JSON.stringify(chosen) === JSON.stringify(place)) return;
    chosen = place;
    element.querySelectorAll(".mark").forEach((mark) => mark.remove());
    const { side, columns, gap } = grids[layer];
    const canvas = findCanvas(layer);
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
      canvas.after(mark);
    }
    trigger("select", place);
    // Select again at the end: Gradio may drop the last of several selections while an answer is pending.
    clearTimeout(selectTimer);
    selectTimer = setTimeout(() => element.isConnected && trigger("select", place), REST);
  }

  /** @param {Layer} layer @param {number} across column, counted over all maps @param {number} down row */
  function chooseAt(layer, across, down) {
    const { maps, side, columns } = grids[layer];
    const clip = (/** @type {number} */ at, /** @type {number} */ end) => Math.min(Math.max(at, 0), end - 1);
    across = clip(across, columns * side);
    down = clip(down, (maps / columns) * side);
    const number = Math.floor(down / side) * columns + Math.floor(across / side);
    choose({ layer, number, row: down % side, column: across % side });
  }

  /** @param {Layer} layer @param {PointerEvent} event */
  function point(layer, event) {
    const { side, gap } = grids[layer];
    const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * canvas.width) / box.width;
    const y = ((event.clientY - box.top) * canvas.height) / box.height;
    /** @param {number} pixel of the canvas; a gap belongs to the value before it */
    const toValue = (pixel) =>
      Math.floor(pixel / (side + gap)) * side + Math.min(Math.floor(pixel % (side + gap)), side - 1);
    chooseAt(layer, toValue(x), toValue(y));
  }

  /** @param {Layer} layer @param {KeyboardEvent} event */
  function walk(layer, event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const { side, columns } = grids[layer];
    const { number, row, column } = chosen?.layer === layer ? chosen : { number: 0, row: 0, column: 0 };
    const across = (number % columns) * side + column + arrow[0];
    chooseAt(layer, across, Math.floor(number / columns) * side + row + arrow[1]);
  }

  for (const text of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-text]")))
    text.textContent = translate(texts[String(text.dataset.text)]);
  for (const layer of layers) {
    const { maps, side, columns, gap } = grids[layer];
    const canvas = findCanvas(layer);
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
  for (let digit = 0; digit < 10; digit++) {
    const row = document.createElement("tr");
    const head = Object.assign(document.createElement("th"), { scope: "row", textContent: String(digit) });
    row.append(head, ...[1, 2, 3, 4].map(() => document.createElement("td")));
    find("tbody").append(row);
  }
  watch("value", show);
  show();
}
