// @ts-check
// A click on a drawing lets a pad draw it. The lines of the button's picture are the strokes, in the pad's units.

/**
 * @param {HTMLElement} element the component's own element, holding the buttons, which a change of language replaces
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
