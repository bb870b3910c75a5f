// @ts-check
// Turns a picture into grey pixels in the browser, so that the server decodes and stores no file of a visitor.

const MOST_SAMPLES = 700_000; // pixels that are sent: in base64 less than 1 MB
const MOST_PIXELS = 80_000_000; // of a picture; decoded it takes 4 bytes a pixel of the visitor's memory
const LONGEST = 30_000; // pixels per side
const FAINTEST = 25.5; // least contrast of ink, of 255
const SMALL = 56; // pixels of the longer side up to which a picture shows its pixels, as MNIST's images do

/** @typedef {{ w: number, h: number, shrunk: number, grey: string }} Samples w × h bytes as base64, 0 = black */
/** @typedef {"unknown" | "damaged" | "large" | "canvas"} Refusal why a picture cannot be read */

/**
 * Load a file as an image, turned upright by its EXIF data.
 * @param {Blob} file
 * @returns {Promise<HTMLImageElement | Refusal>}
 */
async function loadImage(file) {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    const loaded = new Promise((resolve, reject) => ([image.onload, image.onerror] = [resolve, reject]));
    image.src = url;
    if (!(await loaded.catch(() => null))) return isTooLarge(...(await pngSize(file))) ? "large" : "unknown";
    if (!image.naturalWidth) return "unknown"; // an SVG without a size
    if (isTooLarge(image.naturalWidth, image.naturalHeight)) return "large";
    const bitmap = await createImageBitmap(image).catch(() => null); // an <img> also shows the beginning of a file
    bitmap?.close();
    return bitmap ? image : "damaged";
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {number} width @param {number} height */
function isTooLarge(width, height) {
  return width * height > MOST_PIXELS || Math.max(width, height) > LONGEST;
}

/**
 * Return the size that a PNG declares, [0, 0] for other files: browsers fail without a reason above their own limit.
 * @param {Blob} file
 * @returns {Promise<[number, number]>}
 */
async function pngSize(file) {
  const header = new DataView(await file.slice(0, 24).arrayBuffer());
  const isPng = header.byteLength === 24 && header.getUint32(0) === 0x89504e47;
  return isPng ? [header.getUint32(16), header.getUint32(20)] : [0, 0];
}

/**
 * Return a canvas's context that pixels are read from.
 * @param {number} width
 * @param {number} height
 */
function createContext(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/** Return whether pixels can be read back; a protection against fingerprinting may replace them by noise. */
function canReadPixels() {
  const side = 16;
  const context = createContext(side, side);
  const tones = Array.from({ length: side * side }, (_, i) => (i * 89) % 256);
  for (const [i, tone] of tones.entries()) {
    context.fillStyle = `rgb(${tone} ${tone} ${tone})`;
    context.fillRect(i % side, Math.floor(i / side), 1, 1);
  }
  const { data } = context.getImageData(0, 0, side, side);
  return tones.every((tone, i) => Math.abs(tone - data[4 * i]) < 16); // some browsers add noise of a few tones
}

/**
 * Shrink an image and turn it grey, over white paper.
 * @param {HTMLImageElement} image
 * @returns {Samples}
 */
function sample(image) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.max(1, Math.sqrt((width * height) / MOST_SAMPLES));
  const [w, h] = [width, height].map((side) => Math.floor(side / scale));
  const context = createContext(w, h);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, w, h);
  const { data } = context.getImageData(0, 0, w, h);
  const grey = new Uint8ClampedArray(w * h);
  const opacity = new Uint8Array(w * h);
  for (let i = 0; i < grey.length; i++) {
    const luma = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]; // ITU-R 601
    opacity[i] = data[4 * i + 3];
    grey[i] = 255 + ((luma - 255) * opacity[i]) / 255;
  }
  // White ink on a transparent background would vanish: it becomes black on white.
  const invisible = contrast(grey) < FAINTEST && contrast(opacity) >= FAINTEST;
  return { w, h, shrunk: width / w, grey: toBase64(invisible ? opacity.map((alpha) => 255 - alpha) : grey) };
}

/** @param {Uint8Array | Uint8ClampedArray} values */
function contrast(values) {
  let [low, high] = [255, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

/** @param {Uint8Array | Uint8ClampedArray} bytes */
function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/**
 * Mount a picker.
 * @param {HTMLElement} element the component's element, which contains picker.html
 * @param {(event: string) => void} trigger dispatches a Gradio event
 * @param {{ value: string | null }} props `value` is sent with an event, or shown if the server sent it
 * @param {(name: string, changed: () => void) => void} watch calls back when the server changes a prop
 * @param {{ hint: Localized, camera: Localized, remove: Localized, alt: Localized }} texts
 */
function mountPicker(element, trigger, props, watch, texts) {
  /** @type {<T extends HTMLElement>(selector: string) => T} */
  const find = (selector) => /** @type {any} */ (element.querySelector(selector));
  const zone = find(".zone");
  const field = /** @type {HTMLInputElement} */ (find("input"));
  let sent = props.value;
  let picks = 0;

  /** @param {HTMLImageElement | null} image */
  function show(image) {
    zone.querySelector("img")?.remove();
    if (!image) return;
    image.alt = translate(texts.alt);
    image.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) <= SMALL);
    zone.prepend(image);
  }

  /** @param {string} value */
  function send(value) {
    sent = props.value = value;
    trigger("input");
  }

  /** @param {File | undefined} file */
  async function pick(file) {
    if (!file) return;
    const pick = ++picks;
    let image = await loadImage(file);
    if (pick !== picks) return; // another was picked meanwhile
    if (typeof image !== "string" && !canReadPixels()) image = "canvas";
    show(typeof image === "string" ? null : image);
    send(typeof image === "string" ? image : JSON.stringify(sample(image)));
  }

  function remove() {
    picks++;
    if (!zone.querySelector("img")) return;
    show(null);
    send("");
  }

  async function takeOver() {
    if (props.value === sent) return;
    sent = props.value;
    const pick = ++picks;
    const image = Object.assign(new Image(), { src: sent ?? "" });
    if (sent) await image.decode();
    if (pick === picks) show(sent ? image : null);
  }

  /** @param {ClipboardEvent} event */
  function paste(event) {
    if (!element.isConnected) return document.removeEventListener("paste", paste);
    const file = event.clipboardData?.files[0];
    if (!file?.type.startsWith("image/") || !element.checkVisibility()) return;
    event.preventDefault();
    pick(file);
  }

  field.addEventListener("change", () => {
    pick(field.files?.[0]);
    field.value = ""; // so that the same file can be picked again
    field.removeAttribute("capture");
  });
  for (const type of ["dragenter", "dragleave", "drop"])
    field.addEventListener(type, () => zone.classList.toggle("dragging", type === "dragenter"));
  document.addEventListener("paste", paste);
  find(".camera").addEventListener("click", () => {
    field.setAttribute("capture", "environment");
    field.click();
  });
  find(".remove").addEventListener("click", remove);
  field.addEventListener("cancel", () => field.removeAttribute("capture"));
  watch("value", takeOver);

  field.setAttribute("aria-label", translate(texts.hint));
  find(".hint").textContent = translate(texts.hint);
  find(".camera").textContent = translate(texts.camera);
  find(".remove").textContent = translate(texts.remove);
}
