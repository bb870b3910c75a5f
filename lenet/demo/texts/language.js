// @ts-check
// Texts of components in the language of the browser.

/** @typedef {string | Record<string, string>} Localized one text for all, or one per language by its code */

/**
 * Return the text in the first of the browser's languages that it has, otherwise in its own first one.
 * @param {Localized} text
 */
function translate(text) {
  if (typeof text === "string") return text;
  const code = navigator.languages.map((name) => name.slice(0, 2)).find((code) => code in text);
  return text[code ?? Object.keys(text)[0]];
}
