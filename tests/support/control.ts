/** The dials of a local world that runs as a process: its state, journal and faults. */
import pRetry from "p-retry";

/**
 * Asks `/_local/<path>`. The answer is its JSON, or undefined when it has none.
 *
 * @throws Error with status and text when the world refuses.
 */
// biome-ignore lint/suspicious/noExplicitAny: each dial answers in a form of its own.
export type Control = (method: string, path: string, body?: unknown) => Promise<any>;

/** The dials of the world at this address. */
export function controlOf(url: string): Control {
  return async (method, path, body) => {
    const json = { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    // A kept connection may be closed by the other side just as it is used again; no dial minds a repeat.
    const ask = () => fetch(`${url}/_local/${path}`, { method, ...(body !== undefined && json) });
    const answer = await pRetry(ask, { retries: 3, minTimeout: 100 });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_local/${path}: ${answer.status} ${said}`);
    return said === "" ? undefined : JSON.parse(said);
  };
}
