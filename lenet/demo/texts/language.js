// @ts-check
// Texts of components, in the browser's language.

/** @typedef {string | Record<string, string>} Text one for all, or one in each language by its code */

/**
 * A text in the browser's language, or else in its first.
 * @param {Text} text
 */
function translate(text) {
  if (typeof text === "string") return text;
  const code = navigator.languages.map((name) => name.slice(0, 2)).find((code) => code in text);
  return text[code ?? Object.keys(text)[0]];
}
