/** The only place where elements are made. Text from the API enters as text nodes, never as markup. */

/**
 * An element with attributes and children; an attribute of null, undefined or false is left out.
 * @param {string} tag
 * @param {Object<string, string|number|boolean|null|undefined>} attributes
 * @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/**
 * Fills a select; it is hidden with its label when there is nothing to choose.
 * @param {HTMLSelectElement} select
 * @param {{code: string, label: string}[]} options
 * @param {string|null} chosen
 */
export function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(({ code, label }) => element("option", { value: code }, label)));
  select.value = chosen;
  select.closest(".field").hidden = options.length === 0;
}

/**
 * Fills a box with radio buttons or check boxes, each inside its label.
 * @param {HTMLElement} box its id is the name of the inputs
 * @param {"radio"|"checkbox"} type
 * @param {{code: string, label: string}[]} options
 */
export function fillChoices(box, type, options) {
  box.replaceChildren(
    ...options.map(({ code, label }) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type, name: box.id, value: code }),
        element("span", {}, label),
      ),
    ),
  );
}

/**
 * Ticks the inputs of a box; with more than `most` ticks the others cannot be ticked.
 * @param {HTMLElement} box
 * @param {string[]} chosen
 * @param {number} most
 */
export function tick(box, chosen, most = Infinity) {
  for (const input of box.querySelectorAll("input")) {
    input.checked = chosen.includes(input.value);
    input.disabled = !input.checked && chosen.length >= most;
  }
}
