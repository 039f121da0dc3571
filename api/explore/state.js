/** What the page shows, as the query of its address. */

const LISTS = ["scenario"];
const NAMES = ["view", "scenario", "baseline", "table", "entity", "measure", "statistic", "period"];

/** The state in an address: name → text, a list of texts for scenarios, or null. */
export function read(search) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    NAMES.map((name) => {
      const value = query.get(name);
      return [name, LISTS.includes(name) ? [...new Set((value ?? "").split(",").filter(Boolean))] : value];
    }),
  );
}

/** The address of a state, relative to the page. */
export function write(state) {
  const query = NAMES.map((name) => [name, LISTS.includes(name) ? state[name].join(",") : state[name]]).filter(
    ([, value]) => value,
  );
  return `?${new URLSearchParams(query)}`;
}
