/**
 * The shortest time in which the calls of an operation could have been made: the longest chain of calls and machines of
 * which each needs what the one before it gave. Pure.
 *
 *     create the app ─► create the database's machine ─► [it boots] ─► make the login ─► create a one-off ─► [it ends]
 *
 * A call takes the latency that the model has for it, a machine its own time from its creation until it answers, or
 * until its job has ended. Calls that nothing needs, and repeated ones, lengthen no chain. One thing needs another one
 * when
 *
 * - it carries a value that the other one's answer was the first to contain: an id, an address, a key
 * - it is about an app or a bucket, and the other one made that
 * - it makes a machine, and the other one set a secret of the machine's app: a machine gets secrets when it is made
 * - it runs a command in a machine, and the other one is that machine
 * - it makes a machine with Mastodon, and the other one is the machine of the database, or a command in it: there,
 *   Mastodon's login is made
 * - it makes a machine with Mastodon, and the other one is the machine that prepares the database
 * - it asks a cloud to look into the DNS, and the other one made a record.
 *
 * A look before an action, or a check after it, is no need: it gives nothing that the next call has to have. The check
 * of a release waits for Sidekiq in its own machine, so it may begin before Sidekiq does. A need counts only where the
 * operation had it: the other one had ended before.
 */
import type { Entry } from "../sandbox/clouds/journal.ts";
import { latencyOf } from "../sandbox/clouds/latency.ts";
import { identityOf, nameOf } from "./distinct-calls.ts";
import type { MachineLife } from "./world.ts";

/** A call or a machine in a chain. */
export interface Link {
  name: string;
  milliseconds: number;
}

export interface Chain {
  milliseconds: number;
  /** The first one first. */
  links: Link[];
}

/** The journal has whole milliseconds: an answer and the next question may seem to be the wrong way round. */
const rounding = 2;

interface Node extends Link {
  /** What Mastiff saw: when it asked, and when it knew. Milliseconds since 1970. */
  asked: number;
  known: number;
  /** Nodes that it needs. */
  needs: Node[];
  call?: Entry;
  machine?: MachineLife;
}

/**
 * The longest chain.
 * @param scale share of the modelled latency that the clouds waited; the machines' own times are as much too short
 */
export function criticalPath(
  calls: readonly Entry[],
  machines: readonly MachineLife[],
  scale: number,
): Chain {
  const nodes = nodesOf(calls, machines, scale);
  const chains = new Map<Node, { milliseconds: number; before: Node | undefined }>();
  let last: Node | undefined;
  const lengthOf = (node: Node | undefined) =>
    node === undefined ? 0 : (chains.get(node)?.milliseconds ?? 0);
  for (const node of nodes) {
    const before = node.needs.reduce<Node | undefined>(
      (longest, one) => (lengthOf(one) > lengthOf(longest) ? one : longest),
      undefined,
    );
    chains.set(node, { milliseconds: lengthOf(before) + node.milliseconds, before });
    if (lengthOf(node) > lengthOf(last)) last = node;
  }
  const links: Link[] = [];
  for (let node = last; node !== undefined; node = chains.get(node)?.before)
    links.unshift({ name: node.name, milliseconds: node.milliseconds });
  return { milliseconds: lengthOf(last), links };
}

/**
 * How long a plain script takes that makes the same calls one after another, each once, and waits for each machine.
 * @param scale as for {@link criticalPath}
 */
export function scriptOf(calls: readonly Entry[], machines: readonly MachineLife[], scale: number): number {
  const different = new Map(calls.map((call) => [identityOf(call), call]));
  const asking = [...different.values()].map(({ cloud, method, path }) => latencyOf(cloud, method, path));
  const waiting = machines.map((machine) => ownTime(machine, scale) ?? 0);
  return [...asking, ...waiting].reduce((sum, one) => sum + one, 0);
}

/** Calls and machines by the time at which they were asked for, each with what it needs. */
function nodesOf(calls: readonly Entry[], machines: readonly MachineLife[], scale: number): Node[] {
  const answered = calls.filter(({ status }) => status > 0 && status < 400);
  const nodes = answered.map(
    (call): Node => ({
      name: nameOf(call),
      milliseconds: latencyOf(call.cloud, call.method, call.path),
      asked: Date.parse(call.at) - call.milliseconds,
      known: Date.parse(call.at),
      needs: [],
      call,
    }),
  );
  const lives = machines.flatMap((machine): Node[] => {
    const milliseconds = ownTime(machine, scale);
    const made = nodes.find(({ call }) => call !== undefined && makes(call) && idOf(call) === machine.id);
    if (milliseconds === undefined || made === undefined) return [];
    const asked = Date.parse(machine.createdAt);
    const name = `machine of ${machine.app}: ${roleOf(machine)}`;
    return [{ name, milliseconds, asked, known: asked + milliseconds * scale, needs: [made], machine }];
  });
  const inOrder = [...nodes, ...lives].sort((a, b) => a.asked - b.asked || a.known - b.known);
  const values = valuesOf(nodes);
  for (const node of nodes) {
    const others = inOrder.filter((one) => one !== node && one.known <= node.asked + rounding);
    node.needs.push(...neededBy(node, others, values, lives));
  }
  return inOrder;
}

function neededBy(
  node: Node,
  others: readonly Node[],
  values: ReadonlyMap<string, Node>,
  lives: readonly Node[],
): Node[] {
  const { call } = node;
  if (call === undefined) return [];
  const text = textOf(call);
  const earlier = new Set(others);
  const carried = [...values].filter(([value, source]) => earlier.has(source) && text.includes(value));
  const needs = carried.map(([, source]) => source);
  const add = (isNeeded: (other: Node) => boolean) => needs.push(...others.filter(isNeeded));
  add(({ call: other }) => other !== undefined && isAbout(call, other));
  const app = appOf(call);
  const run = runIn(call);
  if (run !== undefined) add(({ machine }) => machine?.id === run);
  if (makes(call)) {
    add(({ call: other }) => other !== undefined && appOf(other) === app && setsSecrets(other));
    const machine = lives.find((one) => one.machine?.id === idOf(call))?.machine;
    if (machine !== undefined && runsMastodon(machine)) {
      const databases = lives.flatMap((one) => (isDatabase(one.machine) ? [one.machine?.id] : []));
      add((other) => isDatabase(other.machine));
      add(({ call: other }) => other !== undefined && databases.includes(runIn(other)));
      add((other) => other.machine !== undefined && commandOf(other.machine).includes("db:prepare"));
    }
  }
  if (/\/(validate|check)$/.test(call.path))
    add(({ call: other }) => other !== undefined && makesRecord(other));
  return needs;
}

/** From the creation until the program answers, or until the job has ended, at full latency. */
function ownTime({ createdAt, readyAt, events }: MachineLife, scale: number): number | undefined {
  const end = readyAt ?? events.find(({ type }) => type === "exit")?.timestamp;
  return end === undefined ? undefined : Math.max(0, end - Date.parse(createdAt)) / scale;
}

/** Values that an answer was the first to contain, with the call that was answered. */
function valuesOf(nodes: readonly Node[]): Map<string, Node> {
  const values = new Map<string, Node>();
  const answered = [...nodes].sort((a, b) => a.known - b.known);
  const requests = answered.map(({ asked, call }) => ({
    asked,
    text: call === undefined ? "" : textOf(call),
  }));
  for (const node of answered) {
    for (const value of leavesOf(node.call?.responseBody)) {
      if (!isMadeUp(value) || values.has(value)) continue;
      const isSentBefore = requests.some(({ asked, text }) => asked < node.known && text.includes(value));
      if (!isSentBefore) values.set(value, node);
    }
  }
  return values;
}

/** Whether a cloud made the value up: an id, a key, an address. Words and moments are none. */
function isMadeUp(value: string): boolean {
  return value.length >= 8 && value.length <= 200 && /\d/.test(value) && !/^\d{4}-\d\d-\d\dT|\s/.test(value);
}

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

function textOf({ path, query, requestBody }: Entry): string {
  return `${path}?${query} ${JSON.stringify(requestBody) ?? ""}`;
}

/** Whether a call is about what the other one made under a name that Mastiff chose. */
function isAbout(call: Entry, made: Entry): boolean {
  const { name } = (made.requestBody ?? {}) as { name?: unknown };
  if (made.method !== "POST" || typeof name !== "string") return false;
  if (made.path === "/v1/apps") {
    const { variables } = (call.requestBody ?? {}) as { variables?: unknown };
    return appOf(call) === name || leavesOf(variables).includes(name);
  }
  if (made.path.endsWith("/r2/buckets")) return call.path.split("/").includes(name);
  return false;
}

function appOf({ path }: Entry): string | undefined {
  return /^(?:\/api)?\/v1\/apps\/([^/]+)/.exec(path)?.[1];
}

function makes({ method, path }: Entry): boolean {
  return method === "POST" && /^\/v1\/apps\/[^/]+\/machines$/.test(path);
}

function idOf({ responseBody }: Entry): unknown {
  return (responseBody as { id?: unknown } | undefined)?.id;
}

/** The machine in which a call runs a command. */
function runIn({ method, path }: Entry): string | undefined {
  return method === "POST" ? /\/machines\/([^/]+)\/exec$/.exec(path)?.[1] : undefined;
}

/** Whether a call sets a secret. One that only removes some sets none. */
function setsSecrets({ method, path, requestBody }: Entry): boolean {
  const { values = {} } = (requestBody ?? {}) as { values?: Record<string, unknown> };
  return (
    method === "POST" && /\/secrets$/.test(path) && Object.values(values).some((value) => value !== null)
  );
}

function makesRecord({ method, path }: Entry): boolean {
  return method === "POST" && path.endsWith("/dns_records");
}

function runsMastodon({ config }: MachineLife): boolean {
  return config.image.includes("mastodon/mastodon");
}

function isDatabase(machine: MachineLife | undefined): boolean {
  return machine?.config.metadata?.["fly-managed-postgres"] === "true";
}

function commandOf({ config }: MachineLife): string {
  return [...(config.init?.cmd ?? []), ...(config.init?.exec ?? [])].join(" ");
}

function roleOf({ config }: MachineLife): string {
  const {
    mastiff_job: job,
    fly_process_group: group,
    "fly-managed-postgres": database,
  } = config.metadata ?? {};
  return job ?? group ?? (database === undefined ? "service" : "database");
}
