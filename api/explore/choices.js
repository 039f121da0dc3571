/** The form, and what it offers. The address may ask for anything; what does not exist is said in words. */

import { MOST_SERIES } from "./charts.js";
import { fillChoices, fillSelect, tick } from "./dom.js";
import { VIEWS } from "./views.js";

const control = (name) => document.getElementById(name);

/** Writes what never changes into the form. */
export function prepare(catalogue) {
  fillChoices(control("view"), "radio", VIEWS);
  fillChoices(control("scenario"), "checkbox", catalogue.scenarios);
  control("scenario-hint").textContent = `Up to ${MOST_SERIES} at a time.`;
}

/**
 * The choice that a state makes: every code replaced by what it stands for, with a default for what is missing.
 * @param {object} state see state.js; corrected in place
 * @param {{scenarios: object[], families: object[]}} catalogue
 * @param {string[]} notes gets a sentence for everything that does not exist
 */
export function settle(state, catalogue, notes) {
  const view = one(state, "view", VIEWS, notes);
  tick(control("view"), [view.code]);
  const scenarios = settleScenarios(state, catalogue.scenarios, notes);
  const statistics = view.code !== "tiers";
  const families = statistics ? catalogue.families.filter((family) => view.offers(family).length > 0) : [];
  const family = offer(state, "table", families, notes);
  control("table-hint").textContent = family?.description ?? "";
  const compares = view.code === "difference";
  const measure = offer(state, "measure", compares || !family ? [] : view.offers(family), notes);
  const statistic = offer(state, "statistic", compares && family ? view.offers(family) : [], notes);
  control("statistic-hint").textContent = statistic?.description ?? "";
  const baseline = offer(state, "baseline", compares ? catalogue.scenarios : [], notes);
  return { view, scenarios, family, measure, statistic, baseline };
}

/**
 * Offers options in a select and takes the one that the state asks for, else the first.
 * @returns {object|undefined} the option; undefined if there is none
 */
export function offer(state, name, options, notes) {
  const chosen = options.length > 0 ? one(state, name, options, notes) : undefined;
  fillSelect(control(name), options, chosen?.code ?? null);
  return chosen;
}

function one(state, name, options, notes) {
  const found = options.find((option) => option.code === state[name]);
  const chosen = found ?? options[0];
  if (!found && state[name]) notes.push(`There is no ${name} “${state[name]}” here; shown is “${chosen.label}”.`);
  state[name] = chosen.code;
  return chosen;
}

function settleScenarios(state, scenarios, notes) {
  const codes = scenarios.map((scenario) => scenario.code);
  const unknown = state.scenario.filter((code) => !codes.includes(code));
  if (unknown.length > 0) notes.push(`Not served, because unknown or not active: scenario ${unknown.join(", ")}.`);
  const known = state.scenario.filter((code) => codes.includes(code));
  if (known.length > MOST_SERIES) notes.push(`Shown are the first ${MOST_SERIES} of ${known.length} scenarios.`);
  state.scenario = known.slice(0, MOST_SERIES);
  tick(control("scenario"), state.scenario, MOST_SERIES);
  // a scenario keeps its colour and shape in all charts
  return state.scenario.map((code, slot) => ({ ...scenarios.find((scenario) => scenario.code === code), slot }));
}
