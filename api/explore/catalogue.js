/**
 * Which statistics a table offers, read from the names of its columns: `q10_taf` is a percentile of the years,
 * `exc_p10_taf` is exceeded 10 percent of the time, and what stands before it is the subject (`flow_q10_cfs`).
 */

import { percentile, unit, words } from "./words.js";

/** Column of a part of the year → column with its name, if any. */
const PERIODS = {
  water_month: null,
  season_code: "season_name",
  year_type_code: null,
  year_type_number: "year_type_code",
};
const FORMS = {
  monthly: " by water month",
  seasonal: " by season",
  year_type: " by type of water year",
  period_summary: ", whole simulation",
};
const QUANTILE = /^(?:(.+)_)?q(\d+)(?:_([a-z0-9]+))?$/;
const EXCEEDANCE = /^(?:(.+)_)?exc_p(\d+)(?:_([a-z0-9]+))?$/;
const NUMBER = "double precision";
const IN_ROW = "as in the column unit";

/**
 * A family of statistics: a table with one row per scenario, entity and, at most, part of the year.
 * @typedef {{code: string, label: string, description: string, entity: string, name: string|undefined,
 *   period: string|undefined, periodName: string|undefined, unit: string|undefined,
 *   loaded: boolean, measures: Measure[], statistics: Statistic[]}} Family
 * @typedef {{code: string, label: string, unit: string|null, quantiles: [number, string][],
 *   exceedances: [number, string][]}} Measure
 * @typedef {{code: string, label: string, unit: string|null, description: string}} Statistic
 */

/**
 * The families among the API's tables.
 * @returns {Family[]}
 */
export const families = (tables) => tables.map(family).filter((each) => each !== null);

function family(table) {
  const keys = table.grain.filter((column) => column !== "scenario_id");
  const period = keys.find((column) => column in PERIODS);
  const others = keys.filter((column) => column !== period);
  if (keys.length === table.grain.length || others.length !== 1 || !others[0].endsWith("_code")) return null;
  const [entity] = others;
  const columns = table.columns.map((column) => column.name);
  const numbers = table.columns
    .filter((column) => column.type === NUMBER)
    .map((column) => ({ ...column, unit: column.unit === IN_ROW ? null : column.unit }));
  const subject = entity.slice(0, -"_code".length);
  return {
    code: table.name,
    label: familyLabel(table.name),
    // what follows says the grain of the table
    description: table.description.split(/(?<=\.)\s/)[0],
    entity,
    name: columns.find((column) => column === `${subject}_name` || column === `${subject}_label`),
    period,
    periodName: columns.find((column) => column === PERIODS[period]),
    // a table of several quantities says the unit in each row
    unit: columns.find((column) => column === "unit"),
    // tier results are deliveries of their own, without a load
    loaded: columns.includes("load_id"),
    measures: measures(numbers),
    statistics: numbers.map((column) => ({ ...column, code: column.name, label: statisticLabel(column) })),
  };
}

function familyLabel(name) {
  const [, subject, form] = /^(.+?)(?:_(monthly|seasonal|year_type|period_summary))?$/.exec(name);
  return words(subject) + (FORMS[form] ?? "");
}

function measures(columns) {
  const found = new Map();
  for (const column of columns) {
    const part = parsed(column.name);
    if (!part) continue;
    const { subject, kind, percent, suffix } = part;
    const code = [subject, suffix].filter(Boolean).join("_") || "value";
    if (!found.has(code)) {
      const label = [subject ? words(subject) : "Value", column.unit && unit(column.unit)].filter(Boolean).join(", ");
      found.set(code, { code, label, unit: column.unit, quantiles: [], exceedances: [] });
    }
    found.get(code)[kind].push([percent, column.name]);
  }
  return [...found.values()];
}

/** What a column's name says: `flow_q10_cfs` → percentile 10 of the flow; nothing for other columns. */
function parsed(name) {
  for (const [kind, pattern] of [
    ["exceedances", EXCEEDANCE],
    ["quantiles", QUANTILE],
  ]) {
    const match = pattern.exec(name);
    if (match) return { kind, subject: match[1], percent: Number(match[2]), suffix: match[3] };
  }
  return null;
}

function statisticLabel({ name, unit: own }) {
  const part = parsed(name);
  const measured = own ? `, ${unit(own)}` : "";
  // the last token of a name is its unit
  if (!part) return words(own && own !== "fraction" ? name.replace(/_[a-z0-9]+$/, "") : name) + measured;
  const statistic =
    part.kind === "exceedances" ? `exceeded ${part.percent} percent of the time` : percentile(part.percent);
  return (part.subject ? `${words(part.subject)}: ${statistic}` : words(statistic)) + measured;
}

/** Pairs of percentiles around the median, the widest first: [[0, 100], [10, 90], [30, 70]]. */
export function bands(measure) {
  const known = new Map(measure.quantiles);
  return [...known.keys()]
    .filter((p) => p < 50 && known.has(100 - p))
    .sort((a, b) => a - b)
    .map((p) => [p, 100 - p]);
}
