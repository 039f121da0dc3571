/** What the page asks of the API. */

/** As many rows as a page of the API can have. */
const PAGE_ROWS = 10000;

/** An answer that is not a result; its message is meant for people. */
export class ServiceError extends Error {}

/** Every table with its description, grain and columns. */
export const tables = async () => (await get("api/v1/tables")).data;

/** Every active scenario. */
export const scenarios = async () => (await pages("scenarios", {})).rows;

/**
 * The rows of a table, and the receipt ids of the loads that they come from.
 * @param {string} table
 * @param {{scenario: string[], entity?: string[], columns: string[]}} choice
 * @param {AbortSignal} signal
 * @returns {Promise<{rows: object[], loads: string[]}>}
 */
export const read = (table, choice, signal) => pages(`tables/${encodeURIComponent(table)}`, choice, signal);

/** All items of a list that may come in pages. */
async function pages(path, choice, signal) {
  const query = new URLSearchParams(Object.entries(choice).map(([name, values]) => [name, values.join(",")]));
  query.set("limit", PAGE_ROWS);
  const rows = [];
  for (;;) {
    const answer = await get(`api/v1/${path}?${query}`, signal);
    rows.push(...answer.data);
    if (answer.data.length === 0 || rows.length >= answer.total) {
      return { rows, loads: Object.values(answer.meta.load_ids) };
    }
    query.set("offset", rows.length);
  }
}

async function get(path, signal) {
  const response = await fetch(path, { signal, headers: { Accept: "application/json" } }).catch(away);
  if (response.ok) return response.json().catch(away);
  const problem = await response.json().catch(() => ({}));
  const detail = typeof problem.detail === "string" ? problem.detail : "The service did not understand the request.";
  throw new ServiceError(
    `${detail} (status ${response.status}${problem.error_id ? `, error ${problem.error_id}` : ""})`,
  );
}

function away(error) {
  if (error.name === "AbortError") throw error;
  throw new ServiceError("The service cannot be reached. Check the connection and reload the page.");
}
