import axios, { AxiosError, type AxiosInstance, type AxiosResponse } from "axios";
import axiosRetry from "axios-retry";
import { CloudError, type Refusal } from "./cloud-error.ts";
import { patiently } from "./patience.ts";
import { repeat } from "./repeat.ts";
import { isUntrusted, untrustedFix } from "./untrusted.ts";
import { asCloudSays, waitBefore } from "./waiting.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How long a client goes on. */
export interface Persistence {
  /** How often a call is tried. Default 6. */
  tries?: number | undefined;
  /** Ends all calls. */
  signal?: AbortSignal | undefined;
}

/** What the shared client needs to know about a cloud. */
export interface CloudOptions extends Persistence {
  /** Name for people. */
  cloud: string;
  /** Base of the API, with its version. */
  baseUrl: string;
  /**
   * Credentials in the order of preference. A `pulumi destroy` uses the config of the last `up`, so a key
   * that was rotated since then is stale: when the first credential is refused, the next one is tried.
   */
  credentials: string[];
  /** Whether a refusal is about the credential itself, judged by its status and error numbers. */
  refuses(status: number, codes: number[]): boolean;
  /** The cloud's messages and error numbers in the body of a refusal. */
  explain(body: unknown): { messages: string[]; codes: number[] };
  /** What an operator can do about a refusal. */
  hint(refusal: Refusal): string | undefined;
}

/** What a call carries. */
export interface Call {
  query?: Record<string, string | number>;
  body?: unknown;
  /** Headers of this call's own. */
  headers?: Record<string, string>;
  /** Whether a POST may be repeated like any other call, because a second one changes nothing more. */
  repeatable?: boolean;
}

/**
 * JSON over HTTP, with the retries that both clouds ask for.
 *
 * 429 is always retried, since nothing was done. 408, 5xx and lost connections are retried unless the call is
 * a POST: a POST may have happened, and only a look can tell (see {@link postAfterLook}).
 */
export class CloudClient {
  readonly #options: CloudOptions;
  readonly #http: AxiosInstance;
  #credential = 0;

  constructor(options: CloudOptions) {
    this.#options = options;
    this.#http = axios.create({
      baseURL: options.baseUrl.replace(/\/+$/, ""),
      timeout: patiently(30_000),
      headers: { accept: "application/json", "user-agent": "mastiff" },
      // A redirect would carry the credential elsewhere; neither API redirects.
      maxRedirects: 0,
      ...(options.signal && { signal: options.signal }),
    });
    // Added before the retries, so that an unreadable answer is a failure to them too.
    this.#http.interceptors.response.use(refuseText);
    axiosRetry(this.#http, {
      retries: (options.tries ?? 6) - 1,
      shouldResetTimeout: true,
      retryCondition: isRepeatable,
      retryDelay: (attempt, error) => this.#patience(attempt, error),
    });
  }

  get<T>(path: string, query?: Call["query"]): Promise<T> {
    return this.request<T>("GET", path, { query });
  }

  /** Makes a call and returns the body of its answer. @throws CloudError for anything but 2xx. */
  async request<T>(method: Method, path: string, call: Call = {}): Promise<T> {
    const { credentials } = this.#options;
    for (;;) {
      const used = this.#credential;
      try {
        const answer = await this.#http.request<T>({
          method,
          url: path,
          params: call.query,
          data: call.body,
          headers: { ...call.headers, authorization: `Bearer ${credentials[used]}` },
          ...(call.repeatable ? { "axios-retry": { retryCondition: isPassing } } : {}),
        });
        return answer.data;
      } catch (error) {
        const refusal = this.#refusal(error, `${method} ${path}`);
        const isStale = refusal.status !== undefined && this.#options.refuses(refusal.status, refusal.codes);
        if (!isStale || used + 1 >= credentials.length) throw refusal;
        this.#credential = Math.max(this.#credential, used + 1);
      }
    }
  }

  /** How long to wait before a retry. A wait of more than 5 s is printed, so that nobody wonders. */
  #patience(attempt: number, error: AxiosError): number {
    const wait = waitBefore(attempt, error.response?.status, error.response?.headers ?? {}, Date.now());
    if (wait > 5_000) {
      const call = `${error.config?.method?.toUpperCase()} ${error.config?.url}`;
      const reason = statusOf(error) ?? "no answer";
      console.error(`${this.#options.cloud}: ${call} again in ${Math.round(wait / 1000)} s (${reason})`);
    }
    return wait;
  }

  #refusal(error: unknown, call: string): CloudError {
    if (!axios.isAxiosError(error)) throw error;
    const { cloud, explain, hint } = this.#options;
    const status = statusOf(error);
    const told =
      status === undefined
        ? { messages: [error.code ?? error.message], codes: [] }
        : explain(error.response?.data);
    const headers = status === undefined ? {} : { ...error.response?.headers };
    const refusal = { cloud, call, status, headers, ...told };
    const isTrusted = status !== undefined || !isUntrusted(error.code ?? "");
    return new CloudError({ ...refusal, hint: isTrusted ? hint(refusal) : untrustedFix });
  }
}

/** The status of a refusal; undefined when there was no answer, or none that can be read. */
function statusOf(error: AxiosError): number | undefined {
  const status = error.response?.status;
  return status === undefined || status < 300 ? undefined : status;
}

/** Refuses a text answer, like a proxy's page or half an answer: both clouds answer JSON or nothing. */
function refuseText(answer: AxiosResponse): AxiosResponse {
  if (typeof answer.data !== "string" || answer.data === "") return answer;
  const { config, request } = answer;
  throw new AxiosError("the answer was not JSON", "the answer was not JSON", config, request, answer);
}

/** Whether a failure may pass by itself. */
function isPassing(error: AxiosError): boolean {
  const status = statusOf(error);
  if (status === undefined && isUntrusted(error.code ?? "")) return false;
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function isRepeatable(error: AxiosError): boolean {
  return (
    isPassing(error) && (error.response?.status === 429 || error.config?.method?.toUpperCase() !== "POST")
  );
}

/**
 * A POST that creates something. When its answer was lost, it is repeated only after a look that does not
 * find the created thing.
 *
 * @param look finds what the POST would have made, or undefined.
 */
export function postAfterLook<T>(
  post: () => Promise<T>,
  look: () => Promise<T | undefined>,
  tries = 4,
): Promise<T> {
  const passes = (error: unknown) => error instanceof CloudError && error.mayHaveHappened;
  return repeat(post, { tries, passes, waitMs: asCloudSays, look });
}

/** The answer, or undefined when the cloud says 404. */
export async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CloudError && error.status === 404) return undefined;
    throw error;
  }
}
