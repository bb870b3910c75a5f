// @ts-check
// The drawing pad. Strokes are the state: the pixels are redrawn from them, and they are what is sent.

/** @typedef {number[]} Point [x, y] in the pad's own units, y down, whatever its size on the screen */
/** @typedef {Point[]} Stroke one point is a dot */

const PAPER = "#fff"; // paper and ink as lenet/image/strokes.py renders them
const INK = "#000";
const SEND_EVERY = 50; // ms between two updates while the pen moves: about what an answer takes
const NEAR = 1.5; // units: under a pen of 20, a point nearer than this to the last one changes nothing
const UNDO_STEPS = 200;
const KEYS_ARE_THEIRS = "input, textarea, select, [contenteditable], [role=dialog]";
const RESEND_AFTER = [1000, 4000]; // ms after a request that failed

/**
 * Bring a pad to life.
 * @param {HTMLElement} element the component's own element, holding sketchpad.html
 * @param {(event: string) => void} trigger tells Gradio of an event
 * @param {{ value: string, label: string }} props `value` is what an event sends
 * @param {(name: string, changed: () => void) => void} watch calls back when the server has changed a prop
 * @param {{ size: number, pen: number, placeholder: Localized, undo: Localized, clear: Localized }} options
 */
function mountSketchpad(element, trigger, props, watch, options) {
  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const { size, pen } = options;

  let strokes = read(props.value);
  /** @type {Stroke[][]} what the pad showed before each change: Undo goes back to it, after Clear too */
  let history = [];
  /** @type {{ id: number, type: string, stroke: Stroke } | null} the pointer that draws, and its stroke */
  let active = null;
  /** the frame in which a drawing that draws itself will go on; 0 when none does */
  let frame = 0;
  let sent = props.value;
  let sentAt = -Infinity;
  let timer = 0;
  let resends = RESEND_AFTER.length; // none, before anything was sent

  /** @param {string} value @returns {Stroke[]} */
  function read(value) {
    return value ? JSON.parse(value).strokes : [];
  }

  // Pixels

  /** @param {Stroke} stroke @param {number} from the first point that is not on the paper yet */
  function ink(stroke, from = 0) {
    const [x, y] = stroke[Math.max(0, from - 1)];
    context.beginPath();
    context.moveTo(x, y);
    for (const [x, y] of stroke.slice(from)) context.lineTo(x, y);
    if (stroke.length === 1) context.lineTo(x + 0.01, y); // a line of no length draws nothing, not even its caps
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
    if (!side) return; // hidden, as in a tab not shown
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
    tell();
  }

  /** Tell the page what was sent or shown. */
  function tell() {
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
    change(read(sent));
    tell();
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
   * Draw by itself, in place of what is there, which one Undo brings back. Any other change stops it and goes on from
   * what is drawn by then; but the next one to draw itself takes its place, as if it had not been.
   * @param {CustomEvent<{ pad: string, strokes: Stroke[] }>} event the pad's elem_id, and strokes in its units
   */
  function draw({ detail }) {
    if (!document.getElementById(detail.pad)?.contains(element)) return;
    if (!frame) change([]);
    const atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    const step = () => {
      if (!element.isConnected) return;
      const next = atOnce ? detail.strokes : drawnBy(detail.strokes, performance.now() - start);
      show(next);
      if (next === detail.strokes) return send();
      sendSoon();
      frame = requestAnimationFrame(step); // none while the browser's tab is hidden: then it ends when that is shown
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
    // A second finger, or the mouse while a finger draws. But a first finger while a finger draws: that one is gone.
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
    if (event.pointerType === "mouse" && !(event.buttons & 1)) return penUp(event); // let go where nobody saw it
    const { stroke } = active;
    const from = stroke.length;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const [x, y] of (events.length ? events : [event]).map(locate)) {
      const [lastX, lastY] = stroke[stroke.length - 1];
      if (Math.hypot(x - lastX, y - lastY) >= NEAR) stroke.push([x, y]);
    }
    if (stroke.length === from) return;
    ink(stroke, from);
    sendSoon();
  }

  // Also when the system takes the pointer away. What was drawn stays: Undo removes it, nothing would bring it back.
  /** @param {PointerEvent} event */
  function penUp(event) {
    if (event.pointerId !== active?.id) return;
    active = null;
    redraw(); // the stroke as one line: pieces, drawn as they came, are a little darker where they meet
    send();
  }

  /** @param {KeyboardEvent} event */
  function keyDown(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const front = document.elementFromPoint(left + width / 2, top + height / 2);
    const seen = element.contains(front); // not hidden, scrolled away, or behind a panel that has the keys
    if (!seen || event.defaultPrevented || document.activeElement?.closest(KEYS_ARE_THEIRS)) return;
    if (event.key === "Escape") clear();
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) undo();
    else return;
    event.preventDefault();
  }

  // The page. Gradio does not say when it takes a component away: the first event after that ends the listening.
  const listening = new AbortController();
  const { signal } = listening;
  /** @param {(event: any) => void} listener */
  const whileHere = (listener) => (/** @type {Event} */ event) =>
    element.isConnected ? listener(event) : listening.abort();
  document.addEventListener("keydown", whileHere(keyDown), { signal });
  window.addEventListener("sketchpad:failed", whileHere(sendAgain), { signal });
  window.addEventListener("sketchpad:draw", whileHere(draw), { signal });
  watch("value", takeOver);

  canvas.addEventListener("pointerdown", penDown);
  canvas.addEventListener("pointermove", penMove);
  canvas.addEventListener("pointerup", penUp);
  canvas.addEventListener("pointercancel", penUp);
  canvas.addEventListener("lostpointercapture", penUp);
  // Else iPadOS writes with Scribble where the stylus draws, and a long press opens a menu.
  canvas.addEventListener("touchmove", (event) => event.cancelable && event.preventDefault(), {
    passive: false,
  });
  canvas.addEventListener("contextmenu", (event) => active && event.preventDefault());
  find(".undo").addEventListener("click", undo);
  find(".clear").addEventListener("click", clear);
  canvas.addEventListener("sketchpad:clear", clear); // from elsewhere on the page

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
