// @ts-check
// The drawing pad. Strokes are the state: they are sent, and the pixels are redrawn from them.

/** @typedef {number[]} Point [x, y] in the pad's own units, y down, independent of its size on the screen */
/** @typedef {Point[]} Stroke a dot has one point */

const PAPER = "#fff"; // colours of paper and ink as in lenet/image/strokes.py
const INK = "#000";
const SEND_EVERY = 50; // ms between two updates while the pen moves: about the time that an answer takes
const MIN_STEP = 1.5; // units: under a pen of 20, a point nearer than this to the last one is not visible
const UNDO_STEPS = 200;
const OWNS_KEYS = "input, textarea, select, [contenteditable], [role=dialog]";
const RESEND_AFTER = [1000, 4000]; // ms after a failed request

/**
 * Mount a pad.
 * @param {HTMLElement} element the component's element, which contains sketchpad.html
 * @param {(event: string) => void} trigger dispatches a Gradio event
 * @param {{ value: string, label: string }} props `value` is sent with an event
 * @param {(name: string, changed: () => void) => void} watch calls back when the server changes a prop
 * @param {{ size: number, pen: number, placeholder: Localized, undo: Localized, clear: Localized }} options
 */
function mountSketchpad(element, trigger, props, watch, options) {
  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const { size, pen } = options;

  let strokes = parse(props.value);
  /** @type {Stroke[][]} the strokes before each change, Clear included, for Undo */
  let history = [];
  /** @type {{ id: number, type: string, stroke: Stroke } | null} the drawing pointer and its stroke */
  let active = null;
  /** id of an animation's next frame; 0 without an animation */
  let frame = 0;
  let sent = props.value;
  let sentAt = -Infinity;
  let timer = 0;
  let resends = RESEND_AFTER.length; // all used up until something is sent

  /** @param {string} value @returns {Stroke[]} */
  function parse(value) {
    return value ? JSON.parse(value).strokes : [];
  }

  // Pixels

  /** @param {Stroke} stroke @param {number} from index of the first point that is not drawn yet */
  function ink(stroke, from = 0) {
    const [x, y] = stroke[Math.max(0, from - 1)];
    context.beginPath();
    context.moveTo(x, y);
    for (const [x, y] of stroke.slice(from)) context.lineTo(x, y);
    if (stroke.length === 1) context.lineTo(x + 0.01, y); // a line of length 0 would not draw its caps either
    context.stroke();
  }

  function redraw() {
    const scale = canvas.width / size;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = PAPER;
    context.fillRect(0, 0, size, size);
    context.strokeStyle = INK;
    context.lineWidth = pen;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) ink(stroke);
  }

  function resize() {
    const side = Math.round(canvas.getBoundingClientRect().width * devicePixelRatio);
    if (!side) return; // hidden, for example in another tab
    canvas.width = canvas.height = side;
    redraw();
  }

  function followDensity() {
    const density = matchMedia("(resolution: " + devicePixelRatio + "dppx)");
    density.addEventListener("change", () => (resize(), followDensity()), { once: true });
  }

  // The server

  function send() {
    clearTimeout(timer);
    timer = 0;
    const text = encode(strokes, size, pen);
    if (text === sent) return;
    sent = props.value = text;
    sentAt = performance.now();
    resends = 0;
    trigger("input");
    announce();
  }

  /** Tell the page which drawing was sent or shown. */
  function announce() {
    canvas.dispatchEvent(new CustomEvent("sketchpad:changed", { bubbles: true, detail: sent }));
  }

  function sendSoon() {
    timer ||= setTimeout(send, Math.max(0, sentAt + SEND_EVERY - performance.now()));
  }

  function sendAgain() {
    if (timer || resends === RESEND_AFTER.length) return;
    const text = sent;
    setTimeout(() => text === sent && trigger("input"), RESEND_AFTER[resends++]);
  }

  function takeOver() {
    if (props.value === sent) return;
    sent = props.value;
    change(parse(sent));
    announce();
  }

  // Changes

  /** @param {Stroke[]} next */
  function change(next) {
    history = [...history.slice(1 - UNDO_STEPS), strokes];
    show(next);
  }

  /** @param {Stroke[]} next */
  function show(next) {
    cancelAnimationFrame(frame);
    frame = 0;
    active = null;
    strokes = next;
    redraw();
    find(".sketchpad").classList.toggle("empty", !strokes.length);
    find(".undo").classList.toggle("idle", !history.length);
    find(".clear").classList.toggle("idle", !strokes.length);
  }

  function undo() {
    const before = history.pop();
    if (before) show(before);
    send();
  }

  function clear() {
    if (strokes.length) change([]);
    send();
  }

  /**
   * Replace the drawing by an animation, in one step of Undo. Any change stops the animation and keeps the part that is
   * drawn; another animation replaces it without a further step of Undo.
   * @param {CustomEvent<{ pad: string, strokes: Stroke[] }>} event the pad's elem_id, and strokes in its units
   */
  function animate({ detail }) {
    if (!document.getElementById(detail.pad)?.contains(element)) return;
    if (!frame) change([]);
    const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    const step = () => {
      if (!element.isConnected) return;
      const next = reducedMotion ? detail.strokes : drawnBy(detail.strokes, performance.now() - start);
      show(next);
      if (next === detail.strokes) return send();
      sendSoon();
      frame = requestAnimationFrame(step); // a hidden tab gets none until it is shown again
    };
    step();
  }

  // The pen

  /** @param {PointerEvent} event @returns {Point} */
  function locate(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return [x, y].map((pixels) => Math.round((pixels * size * 10) / box.width) / 10);
  }

  /** @param {PointerEvent} event */
  function penDown(event) {
    if (event.button !== 0) return;
    // Ignore a second finger, or a mouse while a finger draws. A new first finger means that the active one is gone.
    if (active && !(event.isPrimary && event.pointerType === active.type)) return;
    const stroke = [locate(event)];
    change([...strokes, stroke]);
    active = { id: event.pointerId, type: event.pointerType, stroke };
    sendSoon();
    canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  function penMove(event) {
    if (event.pointerId !== active?.id) return;
    if (event.pointerType === "mouse" && !(event.buttons & 1)) return penUp(event); // released outside the window
    const { stroke } = active;
    const from = stroke.length;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const [x, y] of (events.length ? events : [event]).map(locate)) {
      const [lastX, lastY] = stroke[stroke.length - 1];
      if (Math.hypot(x - lastX, y - lastY) >= MIN_STEP) stroke.push([x, y]);
    }
    if (stroke.length === from) return;
    ink(stroke, from);
    sendSoon();
  }

  // Also called when the system cancels the pointer: the stroke stays, as Undo can remove it but not restore it.
  /** @param {PointerEvent} event */
  function penUp(event) {
    if (event.pointerId !== active?.id) return;
    active = null;
    redraw(); // as one line: segments drawn one by one are slightly darker where they meet
    send();
  }

  /** @param {KeyboardEvent} event */
  function keyDown(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const front = document.elementFromPoint(left + width / 2, top + height / 2);
    const visible = element.contains(front); // not hidden, scrolled away or behind a panel
    if (!visible || event.defaultPrevented || document.activeElement?.closest(OWNS_KEYS)) return;
    if (event.key === "Escape") clear();
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) undo();
    else return;
    event.preventDefault();
  }

  // The page. Gradio does not tell when it removes a component: the first event after that ends the listening.
  const listening = new AbortController();
  const { signal } = listening;
  /** @param {(event: any) => void} listener */
  const whileMounted = (listener) => (/** @type {Event} */ event) =>
    element.isConnected ? listener(event) : listening.abort();
  document.addEventListener("keydown", whileMounted(keyDown), { signal });
  window.addEventListener("sketchpad:failed", whileMounted(sendAgain), { signal });
  window.addEventListener("sketchpad:draw", whileMounted(animate), { signal });
  watch("value", takeOver);

  canvas.addEventListener("pointerdown", penDown);
  canvas.addEventListener("pointermove", penMove);
  canvas.addEventListener("pointerup", penUp);
  canvas.addEventListener("pointercancel", penUp);
  canvas.addEventListener("lostpointercapture", penUp);
  // Otherwise iPadOS takes strokes of the stylus as handwriting (Scribble), and a long press opens a menu.
  canvas.addEventListener("touchmove", (event) => event.cancelable && event.preventDefault(), {
    passive: false,
  });
  canvas.addEventListener("contextmenu", (event) => active && event.preventDefault());
  find(".undo").addEventListener("click", undo);
  find(".clear").addEventListener("click", clear);
  canvas.addEventListener("sketchpad:clear", clear); // dispatched by other components

  find(".sketchpad").classList.toggle("framed", window.parent !== window);
  find(".placeholder").textContent = translate(options.placeholder);
  find(".undo span").textContent = translate(options.undo);
  find(".clear span").textContent = translate(options.clear);
  canvas.setAttribute("aria-label", props.label);
  show(strokes);
  followDensity();
  new ResizeObserver(resize).observe(canvas);
  find(".sketchpad").classList.add("ready");
}
