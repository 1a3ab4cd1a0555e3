/**
 * Compares the local Cloudflare with a recording: all calls of the official provider plugin in one life of a
 * stack, in order, with the answers it got.
 *
 * The recorded answers came from a permissive server. `recording-corrections.ts` corrects what that server
 * made up or got wrong. So each remaining difference is an error of the local Cloudflare.
 */
import { readFileSync } from "node:fs";
import { type Api, freshApi, account as localAccount, zone as localZone, token } from "./cloudflare-api.ts";
import { formOf, inFormOf } from "./expected-form.ts";
import type { Question, Side } from "./question.ts";
import { type Correction, corrected, corrections } from "./recording-corrections.ts";

/** An answer: its status and JSON. `response` is undefined when there is no body. */
interface Answer {
  status: number;
  response?: { success: boolean; result: unknown };
}

/** A recorded call. */
interface RecordedCall extends Answer {
  method: string;
  path: string;
  request: unknown;
  /** Cloudflare's own headers. */
  headers?: Record<string, string>;
  /** The engine's operation: up, preview, … */
  step: string;
}

const part = "recorded-cloudflare";

/**
 * Identifiers of the recording with a known local counterpart. The permission groups' ids are Cloudflare's real ones.
 */
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

/** The corrections of the recording, grouped by reason. */
export function remarks(): string[] {
  const byReason = Map.groupBy(corrections, ({ because }) => because);
  return [...byReason].map(([because, entries]) => {
    const fields = new Set(entries.map(({ at }) => at.replace(/^response\.result\.(\*\.)?/, "")));
    return `not as recorded: ${[...fields].join(", ")}: ${because}`;
  });
}

/** A question that fails when a correction changes no answer and is therefore out of date. */
function noIdleCorrection(used: Set<Correction>): Question {
  return {
    part,
    name: "every correction of the recording corrects something",
    ask: async (side) =>
      side === "official" ? [] : corrections.filter((c) => !used.has(c)).map((c) => `${c.call} ${c.at}`),
  };
}

/** The calls in order, each with its step. */
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

/** The local Cloudflare's answers, with the recording's identifiers. */
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

/** Pairs the identifiers at the same places in both results. */
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
