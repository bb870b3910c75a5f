// @ts-check
// "Teach it your handwriting". Each drawing is saved under a key of its own in the browser's localStorage, so that two tabs
// do not overwrite each other's. Entries that cannot be read, perhaps of another program on this origin, stay.

const PREFIX = "lenet-drawing-"; // followed by the time in ms and a few random letters
const MAX_DRAWINGS = 500;
const MAX_CHARACTERS = 2_000_000; // of about 5,000,000 that a browser grants an origin

// Limits of lenet/image/strokes.py: the training refuses a file with a drawing beyond them.
const MAX_SIDE = 2000;
const MAX_PEN = 200;
const MAX_POINTS = 10_000;
const FAR = 10 * MAX_SIDE;

/** @typedef {{ key: string, line: string, label: string, drawing: string }} Saved `line` is its line in the file */

/**
 * Parse an entry of the storage.
 * @param {string} key
 * @param {string} line
 * @returns {Saved | null} null unless lenet/datasets/stroke_files.py would read it
 */
function parse(key, line) {
  try {
    const { label, ...drawing } = JSON.parse(line);
    const points = drawing.strokes.flat();
    /** @type {(value: unknown, low: number, high: number) => boolean} */
    const within = (value, low, high) => typeof value === "number" && low <= value && value <= high;
    /** @param {unknown} point */
    const isPoint = (point) =>
      Array.isArray(point) && point.length === 2 && point.every((value) => within(value, -FAR, FAR));
    const valid =
      typeof label === "string" &&
      /^\d$/.test(label) &&
      within(drawing.w, 1, MAX_SIDE) &&
      within(drawing.h, 1, MAX_SIDE) &&
      within(drawing.pen, 0.1, MAX_PEN) &&
      within(points.length, 1, MAX_POINTS) &&
      points.every(isPoint);
    return valid ? { key, line, label, drawing: JSON.stringify(drawing) } : null;
  } catch {
    return null;
  }
}

/**
 * Mount the panel.
 * @param {HTMLElement} element the component's element, which contains teach.html in the visitor's language
 * @param {(name: string, changed: () => void) => void} watch calls back when the language changes
 */
function mountTeach(element, watch) {
  /** @type {Map<string, string>} lines that the browser refused to store, by key */
  const unsaved = new Map();
  let drawing = ""; // the pad's drawing as JSON text
  /** @type {EventTarget | null} */
  let pad = null;
  let open = false;
  let confirming = false; // "Delete all" was tapped once

  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  /** @param {string} selector @returns {HTMLElement[]} */
  const findAll = (selector) => Array.from(element.querySelectorAll(selector));

  /**
   * Return a sentence from a data- attribute with its {gaps} filled.
   * @param {string} name
   * @param {Record<string, string | number>} gaps
   * @param {HTMLElement} holder
   */
  function text(name, gaps = {}, holder = find(".teach")) {
    return (holder.dataset[name] ?? "").replace(/{(\w+)}/g, (_, gap) => String(gaps[gap]));
  }

  // Storage. Read anew each time, as another tab may have changed it.

  /** @returns {[key: string, line: string][]} */
  function stored() {
    try {
      return Object.entries(localStorage).filter(([key]) => key.startsWith(PREFIX));
    } catch {
      return []; // not allowed, for example in a private window or a third-party iframe
    }
  }

  /** @returns {Saved[]} oldest first */
  function saved() {
    const drawings = [...stored(), ...unsaved].map(([key, line]) => parse(key, line));
    return drawings.filter((drawing) => drawing !== null).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @param {string} key @param {string} line */
  function write(key, line) {
    try {
      localStorage.setItem(key, line);
    } catch {
      open ||= !unsaved.size; // shows "Download"
      unsaved.set(key, line);
    }
  }

  /** @param {string} key */
  function remove(key) {
    if (!unsaved.delete(key)) localStorage.removeItem(key);
  }

  // Display

  function tally(count = saved().length) {
    return text(count === 0 ? "none" : count === 1 ? "one" : "many", { count });
  }

  function trouble() {
    const entries = stored();
    if (unsaved.size) return text(entries.length ? "full" : "blocked", { count: unsaved.size });
    return entries.some(([key, line]) => !parse(key, line)) ? text("damaged") : "";
  }

  function show() {
    if (!find(".teach")) return; // the translation is not there yet
    const drawings = saved();
    for (const button of findAll("[data-label]")) {
      const count = drawings.filter(({ label }) => label === button.dataset.label).length;
      const name = count ? text("counted", { count }, button) : button.dataset.label;
      button.setAttribute("aria-label", String(name));
      find(`[data-label="${button.dataset.label}"] .count`).textContent = count ? String(count) : "";
    }
    find(".trouble").textContent = trouble();
    find(".tally").textContent = tally(drawings.length);
    find(".toggle").setAttribute("aria-expanded", String(open));
    find(".more").hidden = !open;
    find("[data-do=deleteAll]").textContent = text(confirming ? "again" : "delete");
    find("[data-do=deleteAll]").classList.toggle("confirming", confirming);
    for (const name of ["download", "removeLast", "deleteAll"]) {
      const entries = name === "deleteAll" ? stored().length + unsaved.size : drawings.length;
      find(`[data-do=${name}]`).setAttribute("aria-disabled", String(!entries));
    }
    showPad();
  }

  function showPad() {
    find(".teach").classList.toggle("drawn", drawing !== "");
    for (const button of findAll("[data-label]")) button.setAttribute("aria-disabled", String(!drawing));
  }

  /** @param {string} sentence */
  function showMessage(sentence) {
    find(".message").textContent = sentence;
  }

  function cancelConfirm() {
    if (!confirming) return;
    confirming = false;
    showMessage("");
    show();
  }

  // Actions

  /** @param {HTMLElement} button */
  function save(button) {
    if (!drawing) return showMessage(text("empty"));
    const label = button.dataset.label;
    const line = JSON.stringify({ label, ...JSON.parse(drawing) });
    const drawings = saved();
    // The same drawing, restored by Undo and tapped again: replace the first label.
    const same = drawings.find((entry) => entry.drawing === JSON.stringify(JSON.parse(drawing)));
    const characters = drawings.reduce((sum, entry) => sum + entry.line.length, line.length);
    if (!same && (drawings.length >= MAX_DRAWINGS || characters > MAX_CHARACTERS)) {
      open = true;
      show();
      return showMessage(text("limit", { count: drawings.length }));
    }
    if (same) remove(same.key);
    write(PREFIX + Date.now() + "-" + Math.random().toString(36).slice(2, 8), line);
    showMessage(text("saved", { tally: tally() }, button));
    pad?.dispatchEvent(new Event("sketchpad:clear"));
    show();
  }

  const actions = {
    toggle() {
      open = !open;
      show();
    },

    download() {
      const drawings = saved();
      if (!drawings.length) return showMessage(text("none"));
      const lines = drawings.map(({ line }) => line + "\n");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(lines, { type: "application/octet-stream" }));
      link.download = text("file");
      link.click();
      setTimeout(URL.revokeObjectURL, 60_000, link.href); // Safari reads the URL after the click
    },

    removeLast() {
      const last = saved().pop();
      if (!last) return showMessage(text("none"));
      remove(last.key);
      showMessage(text("removed", { tally: tally() }, find(`[data-label="${last.label}"]`)));
      show();
    },

    deleteAll() {
      const keys = [...stored().map(([key]) => key), ...unsaved.keys()];
      if (!keys.length) return showMessage(text("none"));
      if (confirming) keys.forEach(remove);
      showMessage(confirming ? text("deleted") : text("confirm"));
      confirming = !confirming;
      show();
    },

    async copy() {
      const code = find("code");
      try {
        await navigator.clipboard.writeText(String(code.textContent));
        showMessage(text("copied"));
      } catch {
        getSelection()?.selectAllChildren(code); // without HTTPS, or in an iframe without permission
        showMessage(text("selected"));
      }
    },
  };

  element.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const action = /** @type {keyof typeof actions | undefined} */ (button?.dataset.do);
    if (button?.dataset.label) save(button);
    const doubleClick = action === "deleteAll" && event.detail > 1; // not a confirmation
    if (action && !doubleClick) actions[action]();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !confirming) return;
    event.preventDefault(); // keeps the pad from clearing
    cancelConfirm();
  });
  element.addEventListener("focusout", cancelConfirm);
  document.addEventListener(
    "click",
    (event) => /** @type {Element} */ (event.target).closest("[data-do=deleteAll]") || cancelConfirm(),
    { capture: true },
  );
  document.addEventListener("sketchpad:changed", (event) => {
    const before = drawing;
    ({ target: pad, detail: drawing } = /** @type {CustomEvent<string>} */ (event));
    if (!find(".teach")) return;
    cancelConfirm();
    if (drawing && !before) showMessage(""); // the message was about the last drawing
    if (!drawing !== !before) showPad();
  });
  window.addEventListener("storage", show);
  watch("value", show);
  show();
}
