// @ts-check
// Example drawings. A button's picture consists of the strokes that a click makes the pad draw, in the pad's units.

/**
 * Connect the buttons to a pad.
 * @param {HTMLElement} element the component's element; a change of language replaces the buttons in it
 * @param {string} pad the elem_id of the pad
 */
function mountExamples(element, pad) {
  element.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    const strokes = [...button.querySelectorAll("polyline")].map((line) =>
      (line.getAttribute("points") ?? "").split(" ").map((point) => point.split(",").map(Number)),
    );
    window.dispatchEvent(new CustomEvent("sketchpad:draw", { detail: { pad, strokes } }));
  });
}
