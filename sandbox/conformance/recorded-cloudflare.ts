/**
 * The local Cloudflare against a recording: every call that the official provider plugin made in one life of a
 * stack, in its order, with the answers that it could work with.
 *
 * The recorded answers came from a permissive server. What it made up or got wrong is set right by
 * `recording-corrections.ts`, so each difference that is left is one of the local Cloudflare.
 */
import { readFileSync } from "node:fs";
import { type Api, freshApi, account as localAccount, zone as localZone, token } from "./cloudflare-api.ts";
import { formOf, inFormOf } from "./expected-form.ts";
import type { Question, Side } from "./question.ts";
import { type Correction, corrected, corrections } from "./recording-corrections.ts";

/** An answer: its status and its JSON; undefined where there is no body. */
interface Answer {
  status: number;
  response?: { success: boolean; result: unknown };
}

/** A call as it was recorded. */
interface RecordedCall extends Answer {
  method: string;
  path: string;
  request: unknown;
  /** Those of Cloudflare alone. */
  headers?: Record<string, string>;
  /** What the engine did: up, preview, … */
  step: string;
}

const part = "recorded-cloudflare";

/** Identifiers of the recording that mean the same here from the start; the permission groups are real ones. */
const known: [recorded: string, local: string][] = [
  ["a".repeat(32), localAccount],
  ["0123456789abcdef0123456789abcdef", localZone],
  ["2efd5506f9c8494dacb1fa10a3e7d5b6", "2efd5506f9c8494dacb1fa10a3e7d5b6"],
  ["6a018a9f2fc74eb6b293b0c548f38b39", "6a018a9f2fc74eb6b293b0c548f38b39"],
];

export async function questions(): Promise<Question[]> {
  const calls = readRecording();
  const used = new Set<Correction>();
  const truth = calls.map(
    (call): Answer => corrected(nameOf(call), { status: call.status, response: call.response }, used),
  );
  let replayed: Promise<Answer[]> | undefined;
  const compared = calls.map((call, at): Question => {
    const form = formOf(truth[at]);
    const ask = async (side: Side) => {
      if (side === "official") return form;
      replayed ??= replay(calls, truth);
      return inFormOf((await replayed)[at], form);
    };
    return { part, name: `${call.step}, call ${at + 1}: ${nameOf(call)}`, ask };
  });
  return [...compared, noIdleCorrection(used)];
}

/** What was set right in the recording, by reason. */
export function remarks(): string[] {
  const byReason = Map.groupBy(corrections, ({ because }) => because);
  return [...byReason].map(([because, entries]) => {
    const fields = new Set(entries.map(({ at }) => at.replace(/^response\.result\.(\*\.)?/, "")));
    return `not as recorded: ${[...fields].join(", ")}: ${because}`;
  });
}

/** A correction that fits no answer is out of date. */
function noIdleCorrection(used: Set<Correction>): Question {
  return {
    part,
    name: "every correction of the recording corrects something",
    ask: async (side) =>
      side === "official" ? [] : corrections.filter((c) => !used.has(c)).map((c) => `${c.call} ${c.at}`),
  };
}

/** The calls in order, each with the step that it belongs to. */
function readRecording(): RecordedCall[] {
  const lines = readFileSync(new URL("recorded/cloudflare.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  let step = "";
  return lines.flatMap((line) => {
    const entry = JSON.parse(line) as RecordedCall;
    if (entry.method === undefined) step = entry.step;
    return entry.method === undefined ? [] : [{ ...entry, step }];
  });
}

function nameOf({ method, path }: RecordedCall): string {
  return `${method} ${path.replace(/[0-9a-f]{32}/g, ":id")}`;
}

/** The local Cloudflare's answers, in the recording's identifiers. */
async function replay(calls: RecordedCall[], truth: Answer[]): Promise<Answer[]> {
  const api = await freshApi();
  const ids = new Map(known);
  const answers: Answer[] = [];
  try {
    for (const [at, call] of calls.entries()) {
      const { status, text } = await send(api, call, ids);
      if (text !== "") learn(truth[at]?.response?.result, JSON.parse(text).result, ids);
      const inverse = [...ids].map(([recorded, local]): [string, string] => [local, recorded]);
      answers.push({ status, response: text === "" ? undefined : JSON.parse(renamed(text, inverse)) });
    }
  } finally {
    await api.close();
  }
  return answers;
}

async function send(
  api: Api,
  call: RecordedCall,
  ids: Map<string, string>,
): Promise<{ status: number; text: string }> {
  const hasBody = call.request !== null;
  const answer = await fetch(api.url + renamed(call.path, ids), {
    method: call.method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(hasBody && { "content-type": "application/json" }),
      ...call.headers,
    },
    ...(hasBody && { body: renamed(JSON.stringify(call.request), ids) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Pairs the identifiers that stand in the same places of both results. */
function learn(recorded: unknown, local: unknown, ids: Map<string, string>): void {
  if (typeof recorded === "string" && typeof local === "string") {
    if (/^[0-9a-f]{32}$/.test(recorded) && !ids.has(recorded)) ids.set(recorded, local);
  } else if (isObject(recorded) && isObject(local)) {
    for (const [key, value] of Object.entries(recorded)) learn(value, local[key], ids);
  }
}

function renamed(text: string, names: Iterable<[string, string]>): string {
  let result = text;
  for (const [from, to] of names) result = result.replaceAll(from, to);
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
