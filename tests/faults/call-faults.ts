/** The seven faults that a call can meet: the cloud's behaviour, and what an error has to say about it. */
import type { Fault, JournalEntry } from "../support/world.ts";

/** Names of the faults, in the report's order. */
export const faultNames = ["429", "500", "503", "timeout", "cut", "malformed", "late answer"] as const;
export type FaultName = (typeof faultNames)[number];

type Cloud = JournalEntry["cloud"];

/** One way in which a call goes wrong. */
export interface CallFault {
  name: FaultName;
  /** Whether the fault comes before or after the cloud has acted. */
  when: Fault["when"];
  action(cloud: Cloud): Fault["action"];
  /** What an error has to contain: the status, or the way in which there was no answer. */
  told: RegExp;
}

/** Name of the hold at which calls wait that are answered too late or never. */
export const holdName = "unanswered";

/** Seconds in the Retry-After of a 429. */
export const retryAfterSeconds = 2;

/** How much too early a repeat may seem, because both clocks round. */
export const toleranceMs = 50;

/** A cloud's answer with this status, in that cloud's format. */
function refusal(cloud: Cloud, status: number): Fault["action"] {
  const headers = status === 429 ? { "retry-after": String(retryAfterSeconds) } : undefined;
  return { status, body: bodies[cloud](status), ...(headers && { headers }) };
}

const words = (status: number) => (status === 429 ? "too many requests" : "something failed on our side");

const bodies: Record<Cloud, (status: number) => unknown> = {
  // 971, 10000, 7010: developers.cloudflare.com/api, "Please wait and consider throttling your request speed"
  // and similar.
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

const noAnswer = /no answer|no end after|no output for|took too long|EOF|connection reset|socket hang up/i;

/**
 * All faults. A 500 and a cut come after the cloud has acted: a client that only repeats the call makes things twice.
 */
export const callFaults: readonly CallFault[] = [
  status("429", "before"),
  status("500", "after"),
  // After flyctl has repeated a 503 itself, Go may report that the body was already sent, without a status.
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
    told: /not JSON|no JSON|not? (?:whole )?XML|answer was not|decod|unexpected (?:end|EOF)|invalid character/i,
  },
  {
    name: "late answer",
    when: "after",
    action: () => ({ hold: holdName }),
    told: noAnswer,
  },
];

/** Whether the client gets no answer, so that only its own limit ends the wait. */
export function isSilent({ name }: CallFault): boolean {
  return name === "timeout" || name === "late answer";
}
