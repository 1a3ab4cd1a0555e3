/** The seven faults that a call can meet: what the cloud does, and what an error has to say of it. */
import type { Fault, JournalEntry } from "../support/world.ts";

/** Names as in the report, in its order. */
export const faultNames = ["429", "500", "503", "timeout", "cut", "malformed", "late answer"] as const;
export type FaultName = (typeof faultNames)[number];

type Cloud = JournalEntry["cloud"];

/** One way in which a call goes wrong. */
export interface CallFault {
  name: FaultName;
  /** Before the cloud acts, or (the cruel one) after it did. */
  when: Fault["when"];
  action(cloud: Cloud): Fault["action"];
  /** How an error tells it: the status, or in which way there was no answer. */
  told: RegExp;
}

/** Name of the holds at which calls wait that are never, or too late, answered. */
export const holdName = "unanswered";

/** Seconds that a 429 asks to wait. */
export const retryAfterSeconds = 2;

/** How much earlier a repeat may be measured than it was due: both clocks round. */
export const toleranceMs = 50;

/** What a cloud answers with a status of its own, in its own form. */
function refusal(cloud: Cloud, status: number): Fault["action"] {
  const headers = status === 429 ? { "retry-after": String(retryAfterSeconds) } : undefined;
  return { status, body: bodies[cloud](status), ...(headers && { headers }) };
}

const words = (status: number) => (status === 429 ? "too many requests" : "something failed on our side");

const bodies: Record<Cloud, (status: number) => unknown> = {
  // 971, 10000, 7010: developers.cloudflare.com/api, "Please wait and consider throttling your request speed" and kin.
  cloudflare: (status) => {
    const code = { 429: 971, 500: 10001, 503: 7010 }[status] ?? status;
    return { success: false, errors: [{ code, message: words(status) }], messages: [], result: null };
  },
  sendgrid: (status) => ({ errors: [{ message: words(status), field: null }] }),
  fly: (status) => ({ error: words(status) }),
  r2: (status) => {
    const code = { 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable" }[status];
    return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${words(status)}</Message></Error>`;
  },
  internet: words,
};

function status(
  name: "429" | "500" | "503",
  when: Fault["when"],
  told = new RegExp(`\\b${name}\\b`),
): CallFault {
  const code = Number(name);
  return {
    name,
    when,
    action: (cloud) => refusal(cloud, code),
    told,
  };
}

const noAnswer = /no answer|no end after|no word for|took too long|EOF|connection reset|socket hang up/i;

/** Each of them. A 500 and a cut come after the cloud acted: whoever then simply repeats makes things twice. */
export const callFaults: readonly CallFault[] = [
  status("429", "before"),
  status("500", "after"),
  // Once flyctl has repeated a 503 by itself, Go may say that the body was sent already, and no status.
  status("503", "before", /\b503\b|transport connection broken/),
  {
    name: "timeout",
    when: "before",
    action: () => ({ hold: holdName }),
    told: noAnswer,
  },
  {
    name: "cut",
    when: "after",
    action: () => ({ cut: true }),
    told: noAnswer,
  },
  {
    name: "malformed",
    when: "after",
    action: () => ({ malformed: true }),
    told: /no JSON|not? (?:whole )?XML|answer was no|decod|unexpected (?:end|EOF)|invalid character/i,
  },
  {
    name: "late answer",
    when: "after",
    action: () => ({ hold: holdName }),
    told: noAnswer,
  },
];

/** Whether the client is left without an answer, so that only its own limit ends the wait. */
export function isSilent({ name }: CallFault): boolean {
  return name === "timeout" || name === "late answer";
}
