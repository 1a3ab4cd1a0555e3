/**
 * The Machines API ("flaps"): apps, machines, volumes, secrets, certificates.
 *
 * Source: superfly/fly-go flaps/flaps.go (_sendRequest, handleAPIError), flaps_error.go, retry.go.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FlyError, statusOf, wrap } from "../go/errors.ts";
import { decodeError } from "../go/json-error.ts";
import type { Data } from "./graphql.ts";
import type { Http } from "./http.ts";

const leaseHeader = "fly-machine-lease-nonce";

const suggestions: Record<string, string> = {
  insufficient_capacity: "Try choosing a different region for machine creation",
  name_taken:
    "App names are unique across all of Fly.io, not just your organization, so this name may be held by an app you cannot see. Try a different name.",
};

/** Client of `/v1`. */
export class Flaps {
  private readonly http: Http;
  private readonly baseUrl: string;

  constructor(http: Http, baseUrl: string) {
    this.http = http;
    this.baseUrl = baseUrl;
  }

  /** Makes a call below `/v1` and reads its answer. A status above 299 is thrown with flyctl's message. */
  async send(method: string, path: string, body?: unknown, nonce?: string): Promise<Data> {
    const text = await this.textOf(method, path, body, nonce);
    try {
      return JSON.parse(text) as Data;
    } catch {
      throw new FlyError(`failed decoding response: ${decodeError(text)}`);
    }
  }

  /** Like {@link send}, with flyctl's text before the message of a failure. */
  async wrapped(text: string, method: string, path: string, body?: unknown, nonce?: string): Promise<Data> {
    try {
      return await this.send(method, path, body, nonce);
    } catch (error) {
      throw wrap(text, error);
    }
  }

  /** Makes a call and checks only the status of its answer. `failed` is put before the message of a failure. */
  async order(failed: string, method: string, path: string, body?: unknown, nonce?: string): Promise<void> {
    try {
      await this.textOf(method, path, body, nonce, true);
    } catch (error) {
      throw failed === "" ? error : wrap(failed, error);
    }
  }

  private async textOf(
    method: string,
    path: string,
    body?: unknown,
    nonce?: string,
    unread = false,
  ): Promise<string> {
    const answer = await this.http.send({
      method,
      url: `${this.baseUrl}/v1${path}`,
      unread,
      ...(body !== undefined && { body }),
      ...(nonce && { headers: { [leaseHeader]: nonce } }),
    });
    if (answer.status > 299) throw apiError(answer.status, answer.text, answer.headers.get("fly-request-id"));
    return answer.text;
  }
}

/** Retries for up to a minute, at growing intervals, as long as `again` returns true (flaps/retry.go). */
export async function retry<T>(
  attempt: () => Promise<T>,
  again: (error: unknown) => boolean,
  limits = { first: 100, most: 500, total: 60_000 },
): Promise<T> {
  const until = Date.now() + limits.total;
  for (let pause = limits.first; ; pause = Math.min(pause * 2, limits.most)) {
    try {
      return await attempt();
    } catch (error) {
      const wait = pause * (0.5 + Math.random());
      if (!again(error) || Date.now() + wait > until) throw error;
      await sleep(wait);
    }
  }
}

/** Whether an error comes from an answer with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  const status = statusOf(error);
  return status !== undefined && statuses.includes(status);
}

function apiError(status: number, text: string, requestId: string | null): FlyError {
  const details = { status, requestId: requestId ?? undefined, traced: true };
  if (status < 400) return new FlyError(`API returned unexpected status, ${status}`, details);
  let body: { error?: unknown; message?: unknown; status?: unknown };
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    return new FlyError(`request returned non-2xx status: ${status}: ${text}`, details);
  }
  // Go reads null as an empty struct.
  body ??= {};
  const wrongType =
    typeof body !== "object" ||
    Array.isArray(body) ||
    [body.error, body.message].some(
      (part) => part !== undefined && part !== null && typeof part !== "string",
    );
  if (wrongType) return new FlyError(`request returned non-2xx status: ${status}: ${text}`, details);
  const suggestion = suggestions[String(body.status ?? "")];
  return new FlyError(String(body.message || (body.error ?? "")), { ...details, suggestion });
}
