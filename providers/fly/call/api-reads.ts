/**
 * Reads that this process asks of Fly's APIs itself, with the requests that flyctl would send, and in the form of
 * flyctl's JSON. Only the apps of an organisation are asked of the Machines API, where flyctl asks GraphQL for more than
 * their names. A start of flyctl takes 0.2 seconds of a processor, and a look asks some fifteen questions.
 *
 *   Fly.read ──► answered here? ──yes──► the answer
 *                     └── no: any refusal, no token, a proxy ──► flyctl, which renews tokens and says what is wrong
 *
 * Changes stay with flyctl. Sources: fly.io/docs/machines/api; superfly/flyctl internal/command/{apps,certificates,
 * ips,logs,machine,secrets,volumes}; superfly/fly-go tokens/tokens.go (which tokens each API gets).
 */
import { setTimeout } from "node:timers/promises";
import { shell } from "../../shared/shell.ts";
import { machineList } from "./argv-machines.ts";
import type { Argv } from "./argv-parts.ts";

/** Time that Fly has for one answer. flyctl is asked afterwards, and has a limit of its own. */
const limitMs = 15_000;

/**
 * How often a request is made that Fly refuses because there were too many: its Machines API takes one a second for each
 * action of an app. A second is less than a start of flyctl, which would be refused too.
 */
const mostTries = 4;

/** With more machines than this, flyctl tells no statuses of secrets. */
const mostMachines = 100;

/** States of a volume that is being destroyed, which flyctl does not list (fly-go: flaps_volumes.go, GetVolumes). */
const leaving: ReadonlySet<string> = new Set([
  "scheduling_destroy",
  "fork_cleanup",
  "waiting_for_detach",
  "pending_destroy",
  "destroying",
]);

/** A question to be answered, as the arguments of flyctl that ask it. */
interface Question {
  /** The word after the command, such as a host name. */
  subject: string;
  /** Value of a flag. */
  flag(name: string): string;
  api: FlyApi;
  /** Another question of the same run. */
  ask(argv: Argv): Promise<unknown>;
}

const answers: Readonly<Record<string, (question: Question) => Promise<unknown>>> = {
  "apps list": async ({ api, flag }) => {
    const slug = flag("-o");
    const { apps } = await api.machines<{ apps: { name: string }[] }>("GET", `apps?org_slug=${slug}`);
    if (apps.length === 0 && !(await isSeen(api, slug))) return undefined;
    return apps.map(({ name }) => ({ Name: name }));
  },
  "certs check": ({ api, flag, subject }) =>
    api.machines("POST", `apps/${flag("-a")}/certificates/${subject}/check`),
  "ips list": ({ api, flag }) => publicAddresses(api, flag("-a")),
  "logs -a": ({ api, flag }) => newestLines(api, flag("-a"), flag("--machine")),
  "machine list": async ({ api, flag }) => {
    const machines = await api.machines<ListedMachine[]>("GET", `apps/${flag("-a")}/machines`);
    // Fly adds checks of its own during a deploy. flyctl hides them (fly-go: machine_types.go, RemoveCompatChecks).
    return machines.map(({ checks, ...one }) => ({
      ...one,
      ...(checks && { checks: checks.filter(({ name }) => !name.startsWith("bg_deployments_compat")) }),
    }));
  },
  "secrets list": ({ api, flag, ask }) => secretsWithStatus(api, flag("-a"), ask),
  "volumes list": async ({ api, flag }) => {
    const volumes = await api.machines<{ state: string }[]>("GET", `apps/${flag("-a")}/volumes`);
    return volumes.filter(({ state }) => !leaving.has(state));
  },
};

/**
 * The answer to a question, in the form of flyctl's JSON.
 *
 * @param ask answers another question of the same run
 * @returns undefined when only flyctl can answer it, or say why there is no answer
 */
export async function answerOf(
  argv: Argv,
  signal: AbortSignal,
  ask: Question["ask"],
): Promise<string | undefined> {
  const [topic, verb, subject = ""] = argv;
  const answer = answers[`${topic} ${verb}`];
  const api = answer && apiOf(signal);
  if (api === undefined) return undefined;
  const flag = (name: string) => argv[argv.indexOf(name) + 1] ?? "";
  try {
    const answered = await answer?.({ api, subject, flag, ask });
    return typeof answered === "string" ? answered : JSON.stringify(answered);
  } catch {
    return undefined;
  }
}

/**
 * Whether the token sees an organisation. One that it does not see has no apps for it either, and its communities would
 * count as removed.
 */
async function isSeen(api: FlyApi, slug: string): Promise<boolean> {
  const query = "query ($slug: String!) { organization(slug: $slug) { id } }";
  const { organization } = await api.graphql<{ organization?: object }>(query, { slug });
  return organization !== undefined;
}

/** flyctl lists egress addresses too, by a request of their own. The driver has no use for them. */
async function publicAddresses(api: FlyApi, app: string): Promise<object[]> {
  const query = `query ($appName: String!) {
    app(name: $appName) { ipAddresses { nodes { address type createdAt } } sharedIpAddress }
  }`;
  const answer = await api.graphql<{
    app: { ipAddresses: { nodes: ListedAddress[] }; sharedIpAddress?: string };
  }>(query, { appName: app });
  const { ipAddresses, sharedIpAddress } = answer.app;
  const rows = ipAddresses.nodes.map(({ address, type, createdAt }) => ({
    Address: address,
    Type: type,
    CreatedAt: createdAt,
  }));
  // flyctl's Go prints a time that is not there so.
  const shared = { Address: sharedIpAddress, Type: "shared_v4", CreatedAt: "0001-01-01T00:00:00Z" };
  return sharedIpAddress ? [...rows, shared] : rows;
}

/** A page of a log, as flyctl prints it: objects one after the other. flyctl waits for a first line; this is empty then. */
async function newestLines(api: FlyApi, app: string, machine: string): Promise<string> {
  const { data } = await api.logs<{ data: { attributes: object }[] }>(app, machine);
  return data.map(({ attributes }) => JSON.stringify(attributes)).join("\n");
}

/**
 * A secret counts as deployed to a machine whose release is not older than the secret (superfly/flyctl
 * internal/command/secrets/list.go).
 */
async function secretsWithStatus(api: FlyApi, app: string, ask: Question["ask"]): Promise<object[]> {
  const { secrets } = await api.machines<{ secrets: ListedSecret[] }>("GET", `apps/${app}/secrets`);
  const machines = ((await ask(machineList(app))) as ListedMachine[]).filter(isReleased);
  if (machines.length > mostMachines) return secrets.map(({ name, digest }) => ({ name, digest }));
  const versions = machines.map(({ config }) => config?.metadata?.fly_release_version ?? "");
  const released = await releaseTimes(api, app, new Set(versions.filter((version) => version !== "")));
  const statusOf = (updatedAt: string) => {
    if (machines.length === 0) return "Staged";
    const updated = Date.parse(updatedAt);
    if (Number.isNaN(updated)) return "Unknown";
    const having = versions.filter(
      (version) => updated <= (released.get(version) ?? Number.NEGATIVE_INFINITY),
    );
    if (having.length === 0) return "Staged";
    return having.length === machines.length ? "Deployed" : "Partial";
  };
  return secrets.map(({ name, digest, updated_at = "" }) => ({ name, digest, status: statusOf(updated_at) }));
}

/** Times of releases in milliseconds, by version. */
async function releaseTimes(
  api: FlyApi,
  app: string,
  versions: ReadonlySet<string>,
): Promise<Map<string, number>> {
  if (versions.size === 0) return new Map();
  const limit = Math.min(200, Math.max(versions.size * 2, 20));
  const path = `apps/${app}/releases?limit=${limit}`;
  const { releases } = await api.web<{ releases: { version: number; created_at: string }[] }>(path);
  return new Map(releases.map((one) => [String(one.version), Date.parse(one.created_at)]));
}

/** True for a machine of a deploy that still exists (fly-go: flaps_machines.go, ListFlyAppsMachines). */
function isReleased({ state, config }: ListedMachine): boolean {
  const { fly_platform_version: platform, fly_process_group: group = "" } = config?.metadata ?? {};
  const isPassing = group === "fly_app_release_command" || group === "fly_app_console";
  return platform === "v2" && !isPassing && state !== "destroyed" && state !== "destroying";
}

/** What these reads need of a machine. */
interface ListedMachine {
  state: string;
  config?: { metadata?: Record<string, string> };
  checks?: { name: string }[];
}

interface ListedAddress {
  address: string;
  type: string;
  createdAt: string;
}

interface ListedSecret {
  name: string;
  digest: string;
  updated_at?: string;
}

/** Requests to Fly's APIs. Each rejects unless Fly answers with 200 and JSON. */
interface FlyApi {
  machines<T>(method: "GET" | "POST", path: string): Promise<T>;
  graphql<T>(query: string, variables: Readonly<Record<string, string>>): Promise<T>;
  /** The API behind Fly's web pages. */
  web<T>(path: string): Promise<T>;
  logs<T>(app: string, machine: string): Promise<T>;
}

/** Undefined where flyctl alone knows the way: without a token in the environment, and through a proxy. */
function apiOf(stop: AbortSignal): FlyApi | undefined {
  const { env } = shell();
  const token = tokenIn(env);
  if (token === undefined || isProxied(env)) return undefined;
  const base = env.FLY_API_BASE_URL || "https://api.fly.io";
  const call = async <T>(url: string, method: string, authorization: string, body?: object): Promise<T> => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(limitMs)]);
    const send = () =>
      shell().fetch(url, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      });
    let answer = await send();
    for (let tries = 1; answer.status === 429 && tries < mostTries; tries++) {
      await setTimeout(1000 * Number(answer.headers.get("retry-after") ?? 1), undefined, { signal });
      answer = await send();
    }
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status}`);
    // Where flyctl omits an empty field, Fly's own JSON may have null.
    return JSON.parse(await answer.text(), (_, value) => value ?? undefined) as T;
  };
  return {
    machines: (method, path) =>
      call(`${env.FLY_FLAPS_BASE_URL || "https://api.machines.dev"}/v1/${path}`, method, token.machines),
    async graphql<T>(query: string, variables: Readonly<Record<string, string>>) {
      const url = `${base}/graphql`;
      const { data, errors } = await call<{ data?: T; errors?: object[] }>(url, "POST", token.graphql, {
        query,
        variables,
      });
      if (data === undefined || errors !== undefined)
        throw new Error(`POST ${url}: ${JSON.stringify(errors)}`);
      return data;
    },
    logs: (app, machine) =>
      call(`${base}/api/v1/apps/${app}/logs?instance=${machine}&next_token=`, "GET", token.machines),
    web: (path) => call(`${env.FLY_UIEX_BASE_URL || "https://api.fly.io"}/api/v1/${path}`, "GET", token.web),
  };
}

/** The Authorization headers of the APIs, for the token that flyctl would take. */
function tokenIn(env: NodeJS.ProcessEnv): { machines: string; graphql: string; web: string } | undefined {
  const text = (env.FLY_ACCESS_TOKEN || env.FLY_API_TOKEN || "")
    .trim()
    .replace(/^(?:(?:Bearer|FlyV1) +)+/i, "");
  if (text === "") return undefined;
  const tokens = text.split(",").map((one) => one.trim());
  const macaroons = tokens.filter((one) => /^fm(?:1r|1a|2)_/.test(one));
  const others = tokens.filter((one) => !macaroons.includes(one));
  const scheme = macaroons.length > 0 ? "FlyV1" : "Bearer";
  const all = [...macaroons, ...others].join(",");
  const machines = macaroons.length > 0 ? macaroons.join(",") : all;
  return { machines: `${scheme} ${machines}`, graphql: `${scheme} ${all}`, web: `Bearer ${all}` };
}

/** Go honours these variables, Node's fetch does not. */
function isProxied(env: NodeJS.ProcessEnv): boolean {
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].some((name) => Boolean(env[name]));
}
