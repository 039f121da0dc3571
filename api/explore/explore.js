/** The page: what the address says, what is chosen, and one drawing at a time. */

import { families } from "./catalogue.js";
import { offer, prepare, settle } from "./choices.js";
import { element } from "./dom.js";
import * as service from "./service.js";
import { read, write } from "./state.js";
import { dataTable } from "./tables.js";
import { periods, TIER_COLUMNS } from "./views.js";
import { syntheticWords, unknownCount } from "./words.js";

const DEFAULT_SCENARIOS = 2;
const NARROWEST = 260;
const WIDEST = 720;

const byId = (id) => document.getElementById(id);
const results = byId("results");
const catalogue = { scenarios: [], families: [] };
let state;
let request = new AbortController();
/** The charts on the page: where each is, and how it is drawn. */
let drawings = [];

start();

async function start() {
  try {
    const [scenarios, tables] = await Promise.all([service.scenarios(), service.tables()]);
    catalogue.scenarios = scenarios.map(named);
    catalogue.families = families(tables);
  } catch (error) {
    fail(error);
    return;
  }
  if (catalogue.scenarios.length === 0) {
    present(nothing("No scenario is active at the moment, so there is nothing to show."), []);
    return;
  }
  prepare(catalogue);
  const form = byId("choices");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", choose);
  addEventListener("popstate", open);
  new ResizeObserver(draw).observe(byId("figures"));
  await open();
}

function named({ scenario_id: code, short_title: title, name, kind }) {
  const text = title ?? name ?? code;
  const synthetic = kind === "synthetic";
  const label = text === code ? code : `${code} ${text}`;
  return { code, label: synthetic ? `${label} (synthetic)` : label, synthetic };
}

/** Shows what the address asks for. */
async function open() {
  state = read(location.search);
  if (state.scenario.length === 0)
    state.scenario = catalogue.scenarios.slice(0, DEFAULT_SCENARIOS).map(({ code }) => code);
  if (await show(true)) history.replaceState(null, "", write(state));
}

/** Shows what was chosen in the form, under an address of its own. */
async function choose({ target }) {
  if (target.name === "scenario") {
    state.scenario = [...byId("scenario").querySelectorAll(":checked")].map((input) => input.value);
  } else {
    state[target.name] = target.value;
  }
  // what the new choice does not offer gives way without a word
  if (await show(false)) history.pushState(null, "", write(state));
}

/**
 * Asks the API and draws; a later call takes over from an earlier one.
 * @param {boolean} strict whether to say what the state asks for and does not exist
 * @returns {Promise<boolean>} whether this call came to its end
 */
async function show(strict) {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  results.setAttribute("aria-busy", "true");
  const notes = [];
  try {
    const picture = await paint(signal, notes);
    if (signal.aborted) return false;
    present(picture, strict ? notes : []);
  } catch (error) {
    if (signal.aborted) return false;
    fail(error);
  }
  return true;
}

/** Rows of the API for the state, as a picture; the form follows. */
async function paint(signal, notes) {
  const choice = settle(state, catalogue, notes);
  const { view, family, scenarios, baseline } = choice;
  const together = [...scenarios, baseline].filter(Boolean);
  const asked = [...new Set(together.map(({ code }) => code))];
  const synthetic = [...new Set(together.filter((scenario) => scenario.synthetic).map(({ code }) => code))];
  const obstacle = obstacleTo(choice, asked);
  const ready = family && !obstacle;
  // a select that stays keeps the focus, so none is emptied while its new options are on their way
  const entity = offer(state, "entity", ready ? await entities(family, asked, signal) : [], notes);
  const { rows, loads } = entity
    ? await service.read(family.code, { scenario: asked, entity: [entity.code], columns: columnsOf(choice) }, signal)
    : { rows: [] };
  const period = offer(state, "period", view.code === "exceedance" ? periods(family, rows) : [], notes);
  if (obstacle) return nothing(obstacle);
  if (entity)
    return { synthetic, loads: family.loaded ? loads : [], ...view.picture({ ...choice, entity, rows, period }) };
  if (family) return nothing("The chosen scenarios have no results in this family.");
  const tiers = await service.read("tier_result", { scenario: asked, columns: TIER_COLUMNS }, signal);
  if (tiers.rows.length === 0) return nothing("No tier results were delivered for the chosen scenarios.");
  return { synthetic, loads: [], ...view.picture({ ...choice, rows: tiers.rows }) };
}

/** Why nothing can be asked for, in words. */
function obstacleTo({ view, family, scenarios, baseline }, asked) {
  if (scenarios.length === 0) return "Choose at least one scenario.";
  if (view.code !== "tiers" && !family) return "The service has no statistics for this chart.";
  if (baseline && asked.length === 1) return "Choose a scenario other than the baseline.";
  return null;
}

/** Everything of which a family has results, by name. */
async function entities(family, scenario, signal) {
  const columns = [family.entity, family.name].filter(Boolean);
  const { rows } = await service.read(family.code, { scenario, columns }, signal);
  const names = new Map(rows.map((row) => [row[family.entity], row[family.name] ?? row[family.entity]]));
  return [...names]
    .map(([code, name]) => ({ code, label: name === code ? code : `${name} (${code})` }))
    .sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }));
}

/** The columns that a choice needs. */
function columnsOf({ family, measure, statistic }) {
  const asked = measure ? [...measure.quantiles, ...measure.exceedances].map(([, column]) => column) : [statistic.code];
  return ["scenario_id", family.entity, family.period, family.periodName, family.unit, ...asked].filter(Boolean);
}

const nothing = (words) => ({ title: "Nothing to show", reading: words, figures: [], loads: [], synthetic: [] });

/** Puts a picture on the page and says what it is. */
function present({ title, reading, figures, loads, synthetic }, notes) {
  document.title = `${title} – Explore scenarios – COEQWAL`;
  byId("results-title").textContent = title;
  byId("reading").textContent = reading;
  byId("problem").textContent = notes.join(" ");
  byId("synthetic").hidden = synthetic.length === 0;
  byId("synthetic").textContent = syntheticWords(synthetic);
  byId("source").textContent = loads.length > 0 ? `From the model runs as loaded: ${loads.join(", ")}.` : "";
  drawings = [];
  byId("figures").replaceChildren(...figures.map(figure));
  draw();
  const charts = figures.length === 1 ? "1 chart" : `${figures.length} charts`;
  const all = figures.flatMap(({ values }) => values);
  byId("status").textContent = all.length > 0 ? `Shown: ${title}, ${charts}. ${unknownCount(all)}` : reading;
  results.setAttribute("aria-busy", "false");
}

function figure({ title, caption, values, chart, columns, rows }) {
  const known = values.some((value) => value !== null);
  const place = element("div", known ? { class: "drawing" } : { class: "nothing" });
  if (known) drawings.push({ place, chart, width: 0 });
  else place.append(values.length > 0 ? unknownCount(values) : "This scenario has no results here.");
  const note = known ? [element("p", { class: "hint" }, unknownCount(values))] : [];
  const numbers = values.length > 0 ? [dataTable(caption, columns, rows)] : [];
  return element("figure", {}, element("figcaption", {}, title), place, ...note, ...numbers);
}

/** Draws each chart in the width that it has; called again when the window changes. */
function draw() {
  for (const drawing of drawings) {
    const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(drawing.place.clientWidth)));
    if (width === drawing.width) continue;
    drawing.width = width;
    drawing.place.replaceChildren(drawing.chart(width));
  }
}

/** Says in words what went wrong; nothing old stays beside it. */
function fail(error) {
  if (!(error instanceof service.ServiceError)) console.error(error);
  present(nothing("The numbers could not be shown."), [
    error instanceof service.ServiceError ? error.message : "The page met an error of its own; reloading it may help.",
  ]);
}
