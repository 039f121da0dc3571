/**
 * The four views. Each turns rows of the API into a `Picture`: words, and for each figure a chart and its data table.
 *
 * @typedef {{title: string, caption: string, values: (number|null)[], chart: ((width: number) => Element),
 *   columns: import("./tables.js").Column[], rows: object[]}} Figure
 * @typedef {{title: string, reading: string, figures: Figure[]}} Picture
 */

import { bandChart, differenceChart, exceedanceChart, TIER_PARTS, tierChart } from "./charts.js";
import { bands } from "./catalogue.js";
import { difference, differenceUnit, percentile, unit, WATER_MONTHS, words } from "./words.js";

const LEVELS = [1, 2, 3, 4];
const WHOLE = { code: "", label: "whole simulation" };

/** The columns of the table of tier results that a picture of them needs. */
export const TIER_COLUMNS = [
  "scenario_id",
  "tier_code",
  "tier_name",
  "sort_order",
  "tier_level",
  ...LEVELS.map((level) => `level_${level}_count`),
  "unrated_count",
];

/** The views in the order of the form: what each offers of a family to choose from, and how it is drawn. */
export const VIEWS = [
  {
    code: "bands",
    label: "Percentiles by water month",
    offers: (family) =>
      family.period === "water_month" ? family.measures.filter((measure) => bands(measure).length > 0) : [],
    picture: bandPicture,
  },
  {
    code: "exceedance",
    label: "Exceedance curves",
    offers: (family) => family.measures.filter((measure) => measure.exceedances.length > 1),
    picture: exceedancePicture,
  },
  {
    code: "difference",
    label: "Difference against a baseline",
    offers: (family) => family.statistics,
    picture: differencePicture,
  },
  { code: "tiers", label: "Tier distribution", offers: () => [], picture: tierPicture },
];

/** The parts of the year among rows, in the order of the year: [{code, label}]. */
export function periods(family, rows) {
  if (!family.period) return [];
  const codes = [...new Set(rows.map((row) => row[family.period]))].sort((a, b) => (typeof a === "number" ? a - b : 0));
  const label = (code) => {
    if (family.period === "water_month") return WATER_MONTHS[code - 1];
    const row = rows.find((each) => each[family.period] === code);
    return String(row[family.periodName] ?? code);
  };
  return codes.map((code) => ({ code: String(code), label: label(code) }));
}

/** Percentile bands, a figure for each scenario, all on one scale. */
function bandPicture({ family, entity, measure, scenarios, rows }) {
  const pairs = bands(measure);
  const columns = new Map(measure.quantiles);
  const values = rows.flatMap((row) => [...columns.values()].map((column) => row[column]));
  const known = values.filter((value) => value !== null);
  const measured = unitOf(family, measure, rows);
  return {
    title: `${family.label}: ${entity.label}`,
    reading: `Line: median over the years, by water month. ${bandWords(pairs)} All scenarios share one scale.`,
    figures: scenarios.map((scenario) => {
      const own = ofScenario(rows, scenario)
        .map((row) => ({ ...row, period: WATER_MONTHS[row.water_month - 1] }))
        .sort((a, b) => a.water_month - b.water_month);
      return {
        title: scenario.label,
        caption: `Percentiles by water month, ${measured}: ${entity.label}, ${scenario.code}`,
        values: own.flatMap((row) => [...columns.values()].map((column) => row[column])),
        chart: (width) =>
          bandChart(own, {
            bands: pairs.map(([low, high]) => [columns.get(low), columns.get(high)]),
            median: columns.get(50),
            periods: WATER_MONTHS,
            domain: [Math.min(...known), Math.max(...known)],
            unit: measured,
            label: `Percentile bands by water month, ${measured}, ${entity.label}, ${scenario.label}`,
            width,
          }),
        columns: [
          { label: "Water month", value: (row) => row.period },
          ...[...columns]
            .sort(([a], [b]) => a - b)
            .map(([p, column]) => ({ label: percentile(p), value: (row) => row[column] })),
        ],
        rows: own,
      };
    }),
  };
}

/** Exceedance curves of all scenarios, for one part of the year. */
function exceedancePicture({ family, entity, measure, scenarios, rows, period = WHOLE }) {
  const chosen = rows.filter((row) => !family.period || String(row[family.period]) === period.code);
  const steps = [...measure.exceedances].sort(([a], [b]) => a - b);
  const valueOf = (scenario, column) => ofScenario(chosen, scenario)[0]?.[column] ?? null;
  const points = scenarios.flatMap((scenario) =>
    steps.map(([percent, column]) => ({ series: scenario.label, percent, value: valueOf(scenario, column) })),
  );
  const measured = unitOf(family, measure, chosen);
  const about = `${entity.label}, ${period.label}`;
  return {
    title: `${family.label}: ${about}`,
    reading:
      "A value at 10 percent is exceeded 10 percent of the time, so it is high; a value at 90 percent is exceeded " +
      "90 percent of the time, so it is low.",
    figures: [
      {
        title: `${measure.label}, exceedance`,
        caption: `Values by the percent of the time in which they are exceeded, ${measured}: ${about}`,
        values: points.map((point) => point.value),
        chart: (width) =>
          exceedanceChart(points, {
            series: scenarios,
            unit: measured,
            label: `Exceedance curves, ${measured}, ${about}, ${scenarios.length} scenarios`,
            width,
          }),
        columns: [
          { label: "Exceeded in percent of the time", value: ([percent]) => `${percent} percent` },
          ...scenarios.map((scenario) => ({ label: scenario.code, value: ([, column]) => valueOf(scenario, column) })),
        ],
        rows: steps,
      },
    ],
  };
}

/** A statistic of each scenario less that of the baseline; unknown where one of them is. */
function differencePicture({ family, entity, statistic, scenarios, baseline, rows }) {
  const parts = family.period ? periods(family, rows) : [WHOLE];
  const others = scenarios.filter((scenario) => scenario.code !== baseline.code);
  const valueOf = (scenario, part) => {
    const row = ofScenario(rows, scenario).find((each) => !family.period || String(each[family.period]) === part.code);
    return row?.[statistic.code] ?? null;
  };
  const less = (scenario, part) => {
    const [value, base] = [valueOf(scenario, part), valueOf(baseline, part)];
    return value === null || base === null ? null : value - base;
  };
  const points = others.flatMap((scenario) =>
    parts.map((part) => ({ series: scenario.label, period: part.label, value: less(scenario, part) })),
  );
  const measured = unitOf(family, statistic, rows);
  const apart = differenceUnit(measured);
  return {
    title: `${family.label}: ${entity.label}`,
    reading:
      `Each point is the value of a scenario less the value of the baseline, ${baseline.label}. ` +
      "Above zero the scenario has more than the baseline, below zero less.",
    figures: [
      {
        title: `${statistic.label}, difference against ${baseline.code}`,
        caption: `Values, ${measured}, and differences against ${baseline.code}, ${apart}: ${entity.label}`,
        values: points.map((point) => point.value),
        chart: (width) =>
          differenceChart(points, {
            series: others,
            periods: parts.map((part) => part.label),
            monthly: family.period === "water_month",
            axis: family.period ? words(family.period.replace(/_(code|number)$/, "")) : null,
            unit: `difference, ${apart}`,
            label: `Differences against ${baseline.label}, ${apart}, ${entity.label}`,
            width,
          }),
        columns: [
          { label: family.period ? "Part of the year" : "Period", value: (part) => part.label },
          { label: `${baseline.code} (baseline)`, value: (part) => valueOf(baseline, part) },
          ...others.flatMap((scenario) => [
            { label: scenario.code, value: (part) => valueOf(scenario, part) },
            {
              label: `${scenario.code} less ${baseline.code}`,
              value: (part) => less(scenario, part),
              format: difference,
            },
          ]),
        ],
        rows: parts,
      },
    ],
  };
}

/** How many locations of each tier are in each level, a figure for each tier. */
function tierPicture({ scenarios, rows }) {
  const tiers = [...new Map(rows.map((row) => [row.tier_code, row])).values()].sort(
    (a, b) => a.sort_order - b.sort_order,
  );
  return {
    title: "Tier distribution",
    reading: "Level 1 is the best and level 4 the worst. A tier of a single value counts as one location.",
    figures: tiers.map((tier) => {
      const results = scenarios.map((scenario) => ({
        scenario,
        counts: tierCounts(rows.find((row) => row.scenario_id === scenario.code && row.tier_code === tier.tier_code)),
      }));
      const parts = results.flatMap(({ scenario, counts }) =>
        TIER_PARTS.map((part, index) => ({ series: scenario.code, part, count: counts[index] })),
      );
      return {
        title: tier.tier_name,
        caption: `Locations in each level (count): ${tier.tier_name}`,
        values: parts.map((part) => part.count),
        chart: (width) =>
          tierChart(parts, {
            series: scenarios.map((scenario) => scenario.code),
            label: `Locations in each level, ${tier.tier_name}, ${scenarios.length} scenarios`,
            width,
          }),
        columns: [
          { label: "Scenario", value: ({ scenario }) => scenario.label },
          ...TIER_PARTS.map((part, index) => ({ label: part, value: ({ counts }) => counts[index] })),
        ],
        rows: results,
      };
    }),
  };
}

/** Locations of each part of the bar; all unknown where nothing was delivered. */
function tierCounts(row) {
  if (!row) return TIER_PARTS.map(() => null);
  if (row.tier_level !== null) return [...LEVELS.map((level) => Number(level === row.tier_level)), 0];
  return [...LEVELS.map((level) => row[`level_${level}_count`]), row.unrated_count];
}

const ofScenario = (rows, scenario) => rows.filter((row) => row.scenario_id === scenario.code);

/** The unit of a column in words; tables of several quantities say it in each row. */
const unitOf = (family, { unit: own }, rows) =>
  unit(own ?? (family.unit ? rows.find((row) => row[family.unit])?.[family.unit] : null));

function bandWords(pairs) {
  const parts = pairs.map(([low, high]) =>
    low === 0 ? "from the lowest to the highest year" : `from the ${low}th to the ${high}th percentile`,
  );
  return `The bands reach, from light to dark, ${parts.join(", ")}.`;
}
