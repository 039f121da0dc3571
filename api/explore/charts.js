/** The charts, as SVG made by Observable Plot. Each repeats its data table, so it is one image to a screen reader. */

import { UNKNOWN } from "./words.js";

const { Plot } = globalThis;

const BANDS = ["#c9dcf2", "#8fb8e4", "#5590cf"];
const MEDIAN = "#0b2f5c";
const SERIES = ["#0b5cad", "#b3440e", "#1b7f3b", "#7b3fa0", "#8a6d00", "#44515e"];
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross"];

/** Colour of each part of a tier's bar, and of the number on it. */
const TIERS = {
  "Level 1": ["#2cc83b", "#000"],
  "Level 2": ["#2064d4", "#fff"],
  "Level 3": ["#f89740", "#000"],
  "Level 4": ["#f96262", "#000"],
  "No level": ["#d8dee4", "#000"],
};

/** The parts of a tier's bar, in order. */
export const TIER_PARTS = Object.keys(TIERS);

/** How many scenarios one chart can tell apart. */
export const MOST_SERIES = SERIES.length;

/**
 * Percentiles of the years by part of the year.
 * @param {{period: string}[]} points
 * @param {{bands: [string, string][], median: string|undefined, periods: string[], domain: [number, number],
 *   unit: string, label: string, width: number}} options the columns of each band's two edges, the widest band first
 */
export function bandChart(points, { bands, median, periods, domain, unit, label, width }) {
  return draw(label, {
    width,
    height: 320,
    marginLeft: 64,
    marginBottom: 40,
    x: { ...months(periods, width), label: "Water month" },
    y: { domain, nice: true, grid: true, label: unit },
    marks: [
      ...bands.map(([low, high], index) =>
        Plot.areaY(points, { x: "period", y1: low, y2: high, fill: BANDS[BANDS.length - bands.length + index] }),
      ),
      ...(median ? [Plot.lineY(points, { x: "period", y: median, stroke: MEDIAN, strokeWidth: 2 })] : []),
      // a known month between two unknown ones has no line and no area
      ...(median ? [Plot.dot(points, { x: "period", y: median, fill: MEDIAN, r: 2.5, tip: true })] : []),
    ],
  });
}

/**
 * One line for each scenario over the percent of the time.
 * @param {{series: string, percent: number, value: number|null}[]} points
 * @param {{series: {label: string, slot: number}[], unit: string, label: string, width: number}} options
 */
export function exceedanceChart(points, { series, unit, label, width }) {
  return draw(label, {
    width,
    height: 360,
    marginLeft: 64,
    marginBottom: 44,
    ...legend(series),
    x: { domain: [0, 100], label: "Exceeded in percent of the time", grid: true },
    y: { nice: true, grid: true, label: unit },
    marks: [line(points, "percent"), dots(points, "percent")],
  });
}

/**
 * Differences against the baseline by part of the year.
 * @param {{series: string, period: string, value: number|null}[]} points
 * @param {{series: {label: string, slot: number}[], periods: string[], monthly: boolean,
 *   axis: string|null, unit: string, label: string, width: number}} options
 */
export function differenceChart(points, { series, periods, monthly, axis, unit, label, width }) {
  return draw(label, {
    width,
    height: 360,
    marginLeft: 64,
    marginBottom: 44,
    ...legend(series),
    x: { ...(monthly ? months(periods, width) : { type: "point", domain: periods }), label: axis },
    y: { nice: true, grid: true, zero: true, label: unit, tickFormat: "+,~r" },
    // seasons and types of years do not follow each other, so nothing joins them
    marks: [Plot.ruleY([0]), ...(monthly ? [line(points, "period")] : []), dots(points, "period")],
  });
}

/**
 * How many locations are in each level, one bar for each scenario.
 * @param {{series: string, part: string, count: number|null}[]} parts
 * @param {{series: string[], label: string, width: number}} options
 */
export function tierChart(parts, { series, label, width }) {
  const shown = parts.filter((each) => each.count > 0);
  const unknown = series.filter((name) => parts.every((each) => each.series !== name || each.count === null));
  const stack = { x: "count", y: "series", order: null };
  const longest = Math.max(
    ...series.map((name) => shown.reduce((sum, each) => sum + (each.series === name ? each.count : 0), 0)),
  );
  // a number needs some room; the table has it in any case
  const room = (each) => (each.count / longest) * (width - 100) > 8 * String(each.count).length;
  const numeral = (each) => (room(each) ? String(each.count) : "");
  return draw(label, {
    width,
    height: 70 + 34 * series.length,
    marginLeft: 72,
    marginBottom: 40,
    color: { type: "categorical", domain: TIER_PARTS, range: TIER_PARTS.map((part) => TIERS[part][0]), legend: true },
    x: { label: "Locations (count)", ticks: Math.min(longest, 8) },
    y: { domain: series, label: null },
    marks: [
      Plot.barX(shown, Plot.stackX({ ...stack, fill: "part", stroke: "#fff" })),
      Plot.textX(shown, Plot.stackX({ ...stack, text: numeral, fill: (each) => TIERS[each.part][1] })),
      Plot.text(unknown, {
        x: () => 0,
        y: (name) => name,
        text: () => UNKNOWN,
        textAnchor: "start",
        dx: 6,
        fontStyle: "italic",
      }),
    ],
  });
}

/** The axis of a water year; a narrow one names every other month. */
function months(names, width) {
  const ticks = width < 480 ? names.filter((_, index) => index % 2 === 0) : names;
  return { type: "point", domain: names, ticks, tickFormat: (name) => name.slice(0, 3) };
}

const line = (points, x) => Plot.lineY(points, { x, y: "value", stroke: "series", strokeWidth: 1.75 });

function dots(points, x) {
  const known = points.filter((point) => point.value !== null);
  return Plot.dot(known, { x, y: "value", stroke: "series", symbol: "series", fill: "#fff", r: 4, tip: true });
}

/** Colour and shape tell the series apart, both named in the legend. */
function legend(series) {
  const domain = series.map(({ label }) => label);
  return {
    color: { type: "categorical", domain, range: series.map(({ slot }) => SERIES[slot]) },
    symbol: { type: "categorical", domain, range: series.map(({ slot }) => SYMBOLS[slot]), legend: true },
  };
}

function draw(label, options) {
  const chart = Plot.plot({ className: "chart", marginTop: 32, ...options });
  // The content security policy allows no style element; explore.css has these rules.
  for (const style of chart.querySelectorAll("style")) style.remove();
  const svg = chart.matches("svg") ? chart : chart.querySelector(":scope > svg");
  // A group without a role must have no label; to a screen reader the chart is one image.
  for (const group of svg.querySelectorAll("g[aria-label]")) {
    group.dataset.part = group.getAttribute("aria-label");
    group.removeAttribute("aria-label");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${label}. The table after it has the numbers.`);
  return chart;
}
