/** How numbers, units and names are said. Unknown is a word, never a number. */

export const UNKNOWN = "unknown";

/** A water year begins with October. */
export const WATER_MONTHS = [
  "October",
  "November",
  "December",
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
];

const UNITS = {
  "%": "percent",
  CFS: "cubic feet per second (CFS)",
  TAF: "thousand acre-feet (TAF)",
  fraction: "fraction of one",
};
const SHORT_FORMS = {
  ag: "agricultural",
  cv: "coefficient of variation",
  cws: "community water system",
  env: "environmental",
};
const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4, signDisplay: "negative" });
const signed = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4, signDisplay: "exceptZero" });

/** A number as text, thousands separated, at most four decimals, as the API rounds. */
export const number = (value) => (value === null ? UNKNOWN : plain.format(value));

/** A difference as text, with its sign. */
export const difference = (value) => (value === null ? UNKNOWN : signed.format(value));

/** A unit in words; a share or a coefficient has none. */
export const unit = (code) => (code ? (UNITS[code] ?? code) : "no unit");

/** The unit of a difference: two percentages differ by percentage points. */
export const differenceUnit = (named) => (named === "percent" ? "percentage points" : named);

/** A name of the API's glossary as words: `ag_aggregate_delivery` → Agricultural aggregate delivery. */
export function words(name) {
  const text = name
    .split("_")
    .map((part) => SHORT_FORMS[part] ?? part)
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The p-th percentile in words. */
export const percentile = (p) => ({ 0: "lowest", 50: "median", 100: "highest" })[p] ?? `${p}th percentile`;

/** How many of a list of values are unknown. */
export function unknownCount(values) {
  const missing = values.filter((value) => value === null).length;
  if (missing === 0) return "All values are known.";
  return missing === values.length ? "All values are unknown." : `${missing} of ${values.length} values are unknown.`;
}

/** What to know of scenarios whose numbers are made up; nothing if there is none. */
export const syntheticWords = (codes) =>
  codes.length > 0
    ? `Synthetic, not real: the numbers of ${codes.join(", ")} are made up, and no results of CalSim3.`
    : "";
