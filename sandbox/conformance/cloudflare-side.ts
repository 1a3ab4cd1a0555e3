/** Asks one side a question about the Cloudflare provider. Each question has an API of its own. */

import { cloudflareProvider } from "../stand-ins/plugins/cloudflare/provider.ts";
import { providerService } from "../stand-ins/plugins/provider-server.ts";
import type { Api } from "./cloudflare-api.ts";
import { token } from "./cloudflare-api.ts";
import { type Fields, isFailure, opened, ProviderClient } from "./plugin-client.ts";
import type { OfficialParts, Side } from "./question.ts";
import { reduced } from "./shape.ts";
import { addressOf, type StandIn } from "./sides.ts";

export const standIn: StandIn = {
  name: "cloudflare",
  service: () => providerService(cloudflareProvider()),
};

export const type = (name: string): string => `cloudflare:index/${lower(name)}:${name}`;
export const fn = (name: string): string => `cloudflare:index/${name}:${name}`;
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** What a question gets: the provider, its API, and a function that records notes. The notes become the answer. */
export interface Asking {
  client: ProviderClient;
  api: Api;
  /** Records an answer and the calls since the last note. */
  note(what: string, answer: unknown): void;
}

/** An official plugin has one configuration per process. So each copy is asked one question at a time. */
const copies = [0, 1];
let asked = 0;
const queues: Promise<unknown>[] = copies.map(() => Promise.resolve());

/** The stand-in has a configuration per connection and needs no queue. */
async function inTurn<Answer>(side: Side, ask: (copy: number) => Promise<Answer>): Promise<Answer> {
  if (side === "ours") return ask(0);
  const copy = asked++ % copies.length;
  const answer = (queues[copy] ?? Promise.resolve()).then(() => ask(copy));
  queues[copy] = answer.catch(() => undefined);
  return answer;
}

/** Asks one side, with an API of its own. The answer is the list of notes, with generated values replaced. */
export function askSide(
  official: OfficialParts,
  side: Side,
  openApi: () => Promise<Api>,
  ask: (asking: Asking) => Promise<void>,
): Promise<unknown> {
  return inTurn(side, async (copy) => {
    const api = await openApi();
    const client = new ProviderClient(await addressOf(official, standIn, side, copy));
    try {
      await client.handshake();
      await client.configure({ apiToken: token, baseUrl: api.url });
      const notes: { what: string; answer: unknown; calls: unknown[] }[] = [];
      let seen = api.calls.length;
      const note = (what: string, answer: unknown): void => {
        notes.push({ what, answer: inOrder(answer), calls: api.calls.slice(seen) });
        seen = api.calls.length;
      };
      await ask({ client, api, note });
      return reduced(notes, reducer());
    } finally {
      client.close();
      await api.close();
    }
  });
}

/** Sorts the failures. The official provider lists them in the order of Go's maps, which is random. */
function inOrder(answer: unknown): unknown {
  const failures = (answer as { failures?: { reason: string }[] } | undefined)?.failures;
  if (!Array.isArray(failures)) return answer;
  return { ...(answer as object), failures: [...failures].sort((a, b) => (a.reason < b.reason ? -1 : 1)) };
}

/** Replaces generated values by their form. The same id gets the same number everywhere. */
function reducer(): (text: string) => string {
  const ids = new Map<string, string>();
  const numbered = (id: string): string => {
    if (/^0{20}/.test(id)) return id;
    if (!ids.has(id)) ids.set(id, `{id ${ids.size + 1}}`);
    return ids.get(id) ?? id;
  };
  return (text) =>
    text
      // After an unknown name, the stand-in lists the names that it serves.
      .replace(/ \(the local provider serves [^)]*\)/, "")
      .replace(/127\.0\.0\.1:\d+/g, "{address}")
      .replace(/\b[0-9a-f]{32}\b/g, numbered)
      .replace(
        /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g,
        (_time, fraction) => `{time${fraction ? " with fraction" : ""}}`,
      )
      .replace(/\b(cf(?:ut|at|k)_|v1\.0-)[\w-]+/g, "{token value}");
}

/** An existing resource as the engine knows it. */
export interface Made {
  id: string;
  olds: Fields;
  oldInputs: Fields;
}

/** Checks and creates a resource. Undefined when the provider refuses it. */
export async function make(
  { client, note }: Asking,
  name: string,
  inputs: Fields,
): Promise<Made | undefined> {
  const checked = await client.check(type(name), inputs);
  note(`check ${name}`, checked);
  if (isFailure(checked) || (checked.failures as unknown[]).length > 0) return undefined;
  note(`preview ${name}`, await client.create(type(name), checked.inputs as Fields, { preview: true }));
  const created = await client.create(type(name), checked.inputs as Fields);
  note(`create ${name}`, created);
  if (isFailure(created)) return undefined;
  return {
    id: String(created.id),
    olds: opened(created.outputs as Fields),
    oldInputs: checked.inputs as Fields,
  };
}
