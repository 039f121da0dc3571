/** What the page asks of the API. */

/** As many rows as a page of the API can have. */
const PAGE_ROWS = 10000;

/** An answer that is not a result; its message is meant for people. */
export class ServiceError extends Error {}

/** Every table with its description, grain and columns. */
export const tables = async () => (await get("api/v1/tables")).data;

/** Every active scenario. */
export const scenarios = () => pages("scenarios", {});

/**
 * The rows of a table.
 * @param {string} table
 * @param {{scenario: string[], entity?: string[], columns: string[]}} choice
 * @param {AbortSignal} signal
 */
export const rows = (table, choice, signal) => pages(`tables/${encodeURIComponent(table)}`, choice, signal);

/** All items of a list that may come in pages. */
async function pages(path, choice, signal) {
  const query = new URLSearchParams(Object.entries(choice).map(([name, values]) => [name, values.join(",")]));
  query.set("limit", PAGE_ROWS);
  const all = [];
  for (;;) {
    const answer = await get(`api/v1/${path}?${query}`, signal);
    all.push(...answer.data);
    if (answer.data.length === 0 || all.length >= answer.total) return all;
    query.set("offset", all.length);
  }
}

async function get(path, signal) {
  let response;
  try {
    response = await fetch(path, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError("The service cannot be reached. Check the connection and reload the page.");
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  const detail = typeof problem.detail === "string" ? problem.detail : "The service did not understand the request.";
  throw new ServiceError(
    `${detail} (status ${response.status}${problem.error_id ? `, error ${problem.error_id}` : ""})`,
  );
}
