/**
 * Which statistics a table offers, read from the names of its columns: `q10_taf` is a percentile of the years,
 * `exc_p10_taf` is exceeded 10 percent of the time, and what stands before it is the subject (`flow_q10_cfs`).
 */

import { percentile, unit, words } from "./words.js";

/** Column of a part of the year → column with its name, if any. */
const PERIODS = { water_month: null, season_code: "season_name", year_type_code: null, year_type_number: "year_type_code" };
const FORMS = {
  monthly: " by water month", seasonal: " by season", year_type: " by type of water year", period_summary: ", whole simulation",
};
const QUANTILE = /^(?:(.+)_)?q(\d+)(?:_([a-z0-9]+))?$/;
const EXCEEDANCE = /^(?:(.+)_)?exc_p(\d+)(?:_([a-z0-9]+))?$/;
const NUMBER = /^(number|double|numeric|real|float)/;

/**
 * A family of statistics: a table with one row per scenario, entity and, at most, part of the year.
 * @typedef {{code: string, label: string, description: string, entity: string, name: string|undefined,
 *   period: string|undefined, periodName: string|undefined, unit: string|undefined, measures: Measure[], statistics: Statistic[]}} Family
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
    // tables of several quantities say the unit in each row
    unit: columns.find((column) => column === "unit"),
    measures: measures(table.columns),
    statistics: table.columns
      .filter((column) => NUMBER.test(column.type) && !table.grain.includes(column.name))
      .map((column) => ({ code: column.name, label: statisticLabel(column), unit: column.unit, description: column.description })),
  };
}

function familyLabel(name) {
  const [, subject, form] = /^(.+?)(?:_(monthly|seasonal|year_type|period_summary))?$/.exec(name);
  return words(subject) + (FORMS[form] ?? "");
}

function measures(columns) {
  const found = new Map();
  for (const column of columns) {
    for (const [pattern, list] of [[EXCEEDANCE, "exceedances"], [QUANTILE, "quantiles"]]) {
      const match = pattern.exec(column.name);
      if (!match) continue;
      const [, subject, percent, suffix] = match;
      const code = [subject, suffix].filter(Boolean).join("_") || "value";
      if (!found.has(code)) {
        const label = words([subject && words(subject), column.unit && unit(column.unit)].filter(Boolean).join(", ") || "value");
        found.set(code, { code, label, unit: column.unit, quantiles: [], exceedances: [] });
      }
      found.get(code)[list].push([Number(percent), column.name]);
      break;
    }
  }
  return [...found.values()];
}

function statisticLabel(column) {
  const match = EXCEEDANCE.exec(column.name) ?? QUANTILE.exec(column.name);
  const measured = column.unit ? `, ${unit(column.unit)}` : "";
  if (!match) {
    const bare = column.unit ? column.name.replace(new RegExp(`_${column.unit === "percent" ? "pct" : column.unit}$`, "i"), "") : column.name;
    return `${words(bare)}${measured}`;
  }
  const [, subject, percent] = match;
  const statistic = EXCEEDANCE.test(column.name) ? `exceeded ${percent} percent of the time` : percentile(percent);
  return subject ? `${words(subject)}: ${statistic}${measured}` : `${words(statistic)}${measured}`;
}

/** Pairs of percentiles around the median, the widest first: [[0, 100], [10, 90], [30, 70]]. */
export function bands(measure) {
  const known = new Map(measure.quantiles);
  return [...known.keys()].filter((p) => p < 50 && known.has(100 - p)).sort((a, b) => a - b).map((p) => [p, 100 - p]);
}
