// @ts-check
// "Teach it your hand". Drawings are kept in the browser's own storage, a key each: so two tabs never overwrite what
// the other kept, and what cannot be read, as another program on this address may have written it, stays as it is.

const PREFIX = "lenet-drawing-"; // then the time, in milliseconds, and a few random letters
const MOST = 500;
const MOST_CHARACTERS = 2_000_000; // of the 5,000,000 or so that a browser gives an address

// What a drawing may be, as in lenet/image/strokes.py: the training refuses a file for one line that is not.
const MAX_SIDE = 2000;
const MAX_PEN = 200;
const MAX_POINTS = 10_000;
const FAR = 10 * MAX_SIDE;

/** @typedef {{ key: string, line: string, label: string, drawing: string }} Kept `line` is its line of the file */

/**
 * Read what is kept under a key.
 * @param {string} key
 * @param {string} line
 * @returns {Kept | null} null where it is no drawing that lenet/datasets/stroke_files.py would read
 */
function readKept(key, line) {
  try {
    const { label, ...drawing } = JSON.parse(line);
    const points = drawing.strokes.flat();
    /** @type {(value: unknown, low: number, high: number) => boolean} */
    const within = (value, low, high) => typeof value === "number" && low <= value && value <= high;
    /** @param {unknown} point */
    const isPoint = (point) =>
      Array.isArray(point) && point.length === 2 && point.every((value) => within(value, -FAR, FAR));
    const sound =
      typeof label === "string" &&
      /^\d$/.test(label) &&
      within(drawing.w, 1, MAX_SIDE) &&
      within(drawing.h, 1, MAX_SIDE) &&
      within(drawing.pen, 0.1, MAX_PEN) &&
      within(points.length, 1, MAX_POINTS) &&
      points.every(isPoint);
    return sound ? { key, line, label, drawing: JSON.stringify(drawing) } : null;
  } catch {
    return null;
  }
}

/**
 * Bring the panel to life.
 * @param {HTMLElement} element the component's own element, holding teach.html in the visitor's language
 * @param {(name: string, changed: () => void) => void} watch calls back when the language has changed
 */
function mountTeach(element, watch) {
  /** @type {Map<string, string>} what the browser would not store, by the keys that it would have had */
  const unsaved = new Map();
  let drawing = ""; // what the pad shows, as it sends it
  /** @type {EventTarget | null} */
  let pad = null;
  let open = false;
  let sure = false; // "Forget all" was tapped once

  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  /** @param {string} selector @returns {HTMLElement[]} */
  const findAll = (selector) => Array.from(element.querySelectorAll(selector));

  /**
   * A sentence of the page, its {gaps} filled.
   * @param {string} name
   * @param {Record<string, string | number>} gaps
   * @param {HTMLElement} holder
   */
  function text(name, gaps = {}, holder = find(".teach")) {
    return (holder.dataset[name] ?? "").replace(/{(\w+)}/g, (_, gap) => String(gaps[gap]));
  }

  // What is kept. Read anew each time, for another tab may have written.

  /** @returns {[key: string, line: string][]} */
  function stored() {
    try {
      return Object.entries(localStorage).filter(([key]) => key.startsWith(PREFIX));
    } catch {
      return []; // this page may store nothing: a private window, or a site within a site
    }
  }

  /** @returns {Kept[]} oldest first */
  function kept() {
    const lines = [...stored(), ...unsaved].map(([key, line]) => readKept(key, line));
    return lines.filter((each) => each !== null).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @param {string} key @param {string} line */
  function write(key, line) {
    try {
      localStorage.setItem(key, line);
    } catch {
      open ||= !unsaved.size; // "Download" is there
      unsaved.set(key, line);
    }
  }

  /** @param {string} key */
  function remove(key) {
    if (!unsaved.delete(key)) localStorage.removeItem(key);
  }

  // What is seen

  function tally(count = kept().length) {
    return text(count === 0 ? "none" : count === 1 ? "one" : "many", { count });
  }

  function trouble() {
    const saved = stored();
    if (unsaved.size) return text(saved.length ? "full" : "blocked", { count: unsaved.size });
    return saved.some(([key, line]) => !readKept(key, line)) ? text("damaged") : "";
  }

  function show() {
    if (!find(".teach")) return; // the language is on its way
    const drawings = kept();
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
    find("[data-do=forget]").textContent = text(sure ? "sure" : "forget");
    find("[data-do=forget]").classList.toggle("sure", sure);
    for (const name of ["download", "takeBack", "forget"]) {
      const any = name === "forget" ? stored().length + unsaved.size : drawings.length;
      find(`[data-do=${name}]`).setAttribute("aria-disabled", String(!any));
    }
    showPad();
  }

  function showPad() {
    find(".teach").classList.toggle("drawn", drawing !== "");
    for (const button of findAll("[data-label]")) button.setAttribute("aria-disabled", String(!drawing));
  }

  /** @param {string} sentence */
  function say(sentence) {
    find(".said").textContent = sentence;
  }

  function unsure() {
    if (!sure) return;
    sure = false;
    say("");
    show();
  }

  // What is done

  /** @param {HTMLElement} button */
  function keep(button) {
    if (!drawing) return say(text("empty"));
    const label = button.dataset.label;
    const line = JSON.stringify({ label, ...JSON.parse(drawing) });
    const drawings = kept();
    // Brought back by Undo and tapped again: the first tap was a slip.
    const same = drawings.find((each) => each.drawing === JSON.stringify(JSON.parse(drawing)));
    const characters = drawings.reduce((sum, each) => sum + each.line.length, line.length);
    if (!same && (drawings.length >= MOST || characters > MOST_CHARACTERS)) {
      open = true;
      show();
      return say(text("limit", { count: drawings.length }));
    }
    if (same) remove(same.key);
    write(PREFIX + Date.now() + "-" + Math.random().toString(36).slice(2, 8), line);
    say(text("kept", { tally: tally() }, button));
    pad?.dispatchEvent(new Event("sketchpad:clear"));
    show();
  }

  const actions = {
    toggle() {
      open = !open;
      show();
    },

    download() {
      const drawings = kept();
      if (!drawings.length) return say(text("none"));
      const lines = drawings.map(({ line }) => line + "\n");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(lines, { type: "application/octet-stream" }));
      link.download = text("file");
      link.click();
      setTimeout(URL.revokeObjectURL, 60_000, link.href); // Safari reads it after the click
    },

    takeBack() {
      const last = kept().pop();
      if (!last) return say(text("none"));
      remove(last.key);
      say(text("taken", { tally: tally() }, find(`[data-label="${last.label}"]`)));
      show();
    },

    forget() {
      const keys = [...stored().map(([key]) => key), ...unsaved.keys()];
      if (!keys.length) return say(text("none"));
      if (sure) keys.forEach(remove);
      say(sure ? text("forgotten") : text("confirm"));
      sure = !sure;
      show();
    },

    async copy() {
      const code = find("code");
      try {
        await navigator.clipboard.writeText(String(code.textContent));
        say(text("copied"));
      } catch {
        getSelection()?.selectAllChildren(code); // without https, or within a site that does not allow it
        say(text("marked"));
      }
    },
  };

  element.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const action = /** @type {keyof typeof actions | undefined} */ (button?.dataset.do);
    if (button?.dataset.label) keep(button);
    const slip = action === "forget" && event.detail > 1; // a double click is no second thought
    if (action && !slip) actions[action]();
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !sure) return;
    event.preventDefault(); // or the pad is cleared
    unsure();
  });
  element.addEventListener("focusout", unsure);
  document.addEventListener(
    "click",
    (event) => /** @type {Element} */ (event.target).closest("[data-do=forget]") || unsure(),
    { capture: true },
  );
  document.addEventListener("sketchpad:changed", (event) => {
    const before = drawing;
    ({ target: pad, detail: drawing } = /** @type {CustomEvent<string>} */ (event));
    if (!find(".teach")) return;
    unsure();
    if (drawing && !before) say(""); // what was said was of the drawing before
    if (!drawing !== !before) showPad();
  });
  window.addEventListener("storage", show);
  watch("value", show);
  show();
}
