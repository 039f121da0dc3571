/** The data table beside each chart: the same numbers, for reading, copying and screen readers. */

import { element } from "./dom.js";
import { number, UNKNOWN } from "./words.js";

/**
 * @typedef {{label: string, value: (row: object) => string|number|null, format?: (value: any) => string}} Column
 */

/**
 * A folding data table; the first column names its rows.
 * @param {string} caption
 * @param {Column[]} columns
 * @param {object[]} rows
 */
export function dataTable(caption, columns, rows) {
  const table = element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column.label)))),
    element(
      "tbody",
      {},
      ...rows.map((row) => element("tr", {}, ...columns.map((column, index) => cell(column, row, index)))),
    ),
  );
  return element(
    "details",
    { class: "numbers", open: true },
    element("summary", {}, "The numbers"),
    // in a narrow window the table is scrolled, also with the keyboard
    element("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": caption }, table),
  );
}

function cell({ value, format = number }, row, index) {
  const known = value(row);
  if (index === 0) return element("th", { scope: "row" }, known);
  return element("td", { class: known === null ? "unknown" : null }, known === null ? UNKNOWN : format(known));
}
