import { OperatorError } from "./operator-error.ts";

/** What is known about a call that a cloud did not grant. */
export interface Refusal {
  /** Name of the cloud, for people. */
  cloud: string;
  /** Method and path, without host and query: `POST /api_keys`. */
  call: string;
  /** HTTP status; undefined when no answer came. */
  status: number | undefined;
  /** What the cloud says, or why no answer came. */
  messages: string[];
  /** The cloud's own error numbers, where it has them. */
  codes?: number[];
  /** What to do about it. */
  hint?: string;
  /** The answer's headers, which may say when to retry. */
  headers?: Record<string, unknown>;
}

/** A call that a cloud refused or did not answer, in words for an operator. Holds no credential. */
export class CloudError extends OperatorError {
  readonly call: string;
  readonly status: number | undefined;
  readonly messages: string[];
  readonly codes: number[];
  readonly headers: Record<string, unknown>;

  constructor(refusal: Refusal) {
    const messages = refusal.messages.map(redact);
    const what = refusal.status === undefined ? "no answer" : `HTTP ${refusal.status}`;
    const told = messages.length > 0 ? `: ${messages.join("; ")}` : "";
    const hint = refusal.hint === undefined ? "" : `\n  fix     ${refusal.hint}`;
    super(`${refusal.cloud} did not grant ${refusal.call} (${what})${told}${hint}`);
    this.name = "CloudError";
    this.call = refusal.call;
    this.status = refusal.status;
    this.messages = messages;
    this.codes = refusal.codes ?? [];
    this.headers = refusal.headers ?? {};
  }

  /** Whether the cloud may have done what was asked, although it did not confirm it. */
  get mayHaveHappened(): boolean {
    return this.status === undefined || this.status === 408 || this.status >= 500;
  }
}

/**
 * Removes credentials from a text: the word after `Bearer`, and anything of the form of a SendGrid key or of
 * a Cloudflare token (developers.cloudflare.com/fundamentals/api/get-started/token-formats). Errors of axios
 * print the whole request, headers included, so they never leave the client.
 */
export function redact(text: string): string {
  return text
    .replace(/(bearer\s+)[^\s"',}]+/gi, "$1[redacted]")
    .replace(/\bSG\.[\w-]+(\.[\w-]+)?/g, "SG.[redacted]")
    .replace(/\b(cf(?:ut|at|k)_)[\w-]{8,}/g, "$1[redacted]");
}
