/** The charts, as SVG made by Observable Plot. Each repeats what its data table says, so it is one image to a screen reader. */

import { number } from "./words.js";

const { Plot } = globalThis;

const BANDS = ["#c9dcf2", "#8fb8e4", "#5590cf"];
const MEDIAN = "#0b2f5c";
const SERIES = ["#0b5cad", "#b3440e", "#1b7f3b", "#7b3fa0", "#8a6d00", "#44515e"];
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross"];

/** Level → colour of the bar, and of the text on it. */
const TIERS = {
  1: ["#2cc83b", "#000"], 2: ["#2064d4", "#fff"], 3: ["#f89740", "#000"], 4: ["#f96262", "#000"], none: ["#d8dee4", "#000"],
};

/** How many scenarios one chart can tell apart. */
export const MOST_SERIES = SERIES.length;

/**
 * Percentiles of the years by part of the year.
 * @param {{period: string}[]} points
 * @param {{bands: [string, string][], median: string|undefined, periods: string[], domain: [number, number], unit: string,
 *   label: string, width: number}} options the columns of each band's two edges, the widest band first
 */
export function bandChart(points, { bands, median, periods, domain, unit, label, width }) {
  return draw(label, {
    width,
    height: 320,
    marginLeft: 64,
    marginBottom: 40,
    x: { type: "point", domain: periods, tickFormat: (name) => name.slice(0, 3), label: "Water month" },
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
 * @param {{series: string[], unit: string, label: string, width: number}} options
 */
export function exceedanceChart(points, { series, unit, label, width }) {
  return draw(label, {
    width,
    height: 360,
    marginLeft: 64,
    marginBottom: 44,
    ...legend(series),
    x: { domain: [0, 100], label: "Percent of the time in which the value is exceeded", grid: true },
    y: { nice: true, grid: true, label: unit },
    marks: lines(points, "percent"),
  });
}

/**
 * Differences against the baseline by part of the year.
 * @param {{series: string, period: string, value: number|null}[]} points
 * @param {{series: string[], periods: string[], axis: string, unit: string, label: string, width: number}} options
 */
export function differenceChart(points, { series, periods, axis, unit, label, width }) {
  return draw(label, {
    width,
    height: 360,
    marginLeft: 64,
    marginBottom: 44,
    ...legend(series),
    x: { type: "point", domain: periods, tickFormat: (name) => (periods.length > 6 ? name.slice(0, 3) : name), label: axis },
    y: { nice: true, grid: true, zero: true, label: unit, tickFormat: "+,~r" },
    marks: [Plot.ruleY([0]), ...lines(points, "period")],
  });
}

/**
 * How many locations are in each level, one bar for each scenario.
 * @param {{series: string, level: string, name: string, count: number}[]} parts
 * @param {{series: string[], label: string, width: number}} options
 */
export function tierChart(parts, { series, label, width }) {
  const shown = parts.filter((part) => part.count > 0);
  return draw(label, {
    width,
    marginLeft: 72,
    marginBottom: 40,
    height: 70 + 34 * series.length,
    x: { label: "Locations (count)", tickFormat: (count) => (Number.isInteger(count) ? number(count) : "") },
    y: { domain: series, label: null },
    marks: [
      Plot.barX(shown, Plot.stackX({ x: "count", y: "series", fill: (part) => TIERS[part.level][0], stroke: "#fff", order: null })),
      Plot.textX(
        shown,
        Plot.stackX({ x: "count", y: "series", text: (part) => `${part.name}: ${part.count}`, fill: (part) => TIERS[part.level][1], order: null }),
      ),
    ],
  });
}

function lines(points, x) {
  const known = points.filter((point) => point.value !== null);
  return [
    Plot.lineY(points, { x, y: "value", stroke: "series", strokeWidth: 1.75 }),
    Plot.dot(known, { x, y: "value", stroke: "series", symbol: "series", fill: "#fff", r: 4, tip: true }),
  ];
}

/** Colour and shape tell the series apart, both named in the legend. */
function legend(series) {
  return {
    color: { type: "categorical", domain: series, range: SERIES },
    symbol: { type: "categorical", domain: series, range: SYMBOLS, legend: true },
  };
}

function draw(label, options) {
  const chart = Plot.plot({ className: "chart", ...options });
  // The content security policy allows no style element; explore.css has these rules.
  for (const style of chart.querySelectorAll("style")) style.remove();
  const svg = chart.matches("svg") ? chart : chart.querySelector(":scope > svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return chart;
}
