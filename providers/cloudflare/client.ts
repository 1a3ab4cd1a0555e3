import { CloudClient, type Persistence } from "../shared/cloud-client.ts";
import type { Refusal } from "../shared/cloud-error.ts";
import { OperatorError } from "../shared/operator-error.ts";

/** Base of the API. */
export const CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4";

/** The parts of Cloudflare's envelope that are read here. */
export interface Envelope<T> {
  success: boolean;
  errors: {
    code: number;
    message: string;
    source?: { pointer?: string };
    error_chain?: { message: string }[];
  }[];
  result: T;
}

/**
 * A client of Cloudflare's v4 API. Answers are whole envelopes.
 *
 * @param credentials API tokens in the order of preference; at least one.
 */
export function cloudflareClient(
  credentials: string[],
  baseUrl?: string,
  persistence: Persistence = {},
): CloudClient {
  if (credentials.length === 0) {
    throw new OperatorError(
      "There is no token for Cloudflare.\n  fix     export CLOUDFLARE_API_TOKEN=…   (or: pulumi config set --secret cloudflare:apiToken)",
    );
  }
  return new CloudClient({
    cloud: "Cloudflare",
    baseUrl: baseUrl ?? CLOUDFLARE_URL,
    credentials,
    refuses: isOfToken,
    explain,
    hint,
    ...persistence,
  });
}

/** Messages with their code and the part of the body that they are about. */
export function explain(body: unknown): { messages: string[]; codes: number[] } {
  const errors = (body as Partial<Envelope<unknown>> | null)?.errors;
  if (!Array.isArray(errors)) return { messages: [], codes: [] };
  const messages = errors.map(({ code, message, source, error_chain }) => {
    const where = source?.pointer ? ` at ${source.pointer}` : "";
    const chain = (error_chain ?? []).map((link) => `, ${link.message}`).join("");
    return `${message}${where}${chain} (code ${code})`;
  });
  return { messages, codes: errors.map((error) => error.code) };
}

/**
 * Whether a refusal is about the token. Code 6003: it does not have the form of a token. 403 also means that
 * the token lacks the right, which another token may have.
 */
function isOfToken(status: number, codes: number[]): boolean {
  return status === 401 || status === 403 || codes.includes(6003);
}

/** The right that a call needs, in the dashboard's words (README, "Tokens and rights"). */
const rights: readonly (readonly [RegExp, string])[] = [
  [/\/rulesets\b/, "Zone → Transform Rules → Edit, in a shared zone Config Rules → Edit too"],
  [/\/dns_records\b/, "Zone → DNS → Edit"],
  [/\/settings\b/, "Zone → Zone Settings → Edit"],
  [/\/r2\//, "Account → Workers R2 Storage → Edit"],
  [/\/tokens\b/, "Account → Account API Tokens → Edit"],
  [/\/zones\b/, "Zone → Zone → Read"],
];

function hint({ status, call, codes = [], messages }: Refusal): string | undefined {
  if (messages.some((message) => message.includes("exceeded maximum number of rules"))) {
    return (
      "merge two of the zone's rules of this kind into one, or remove one that nothing needs any more, yourself " +
      "(Cloudflare dashboard, Rules); or choose a plan that allows more"
    );
  }
  if (status !== undefined && isOfToken(status, codes)) {
    const right = rights.find(([path]) => path.test(call))?.[1] ?? "a right";
    return (
      `the token is not valid for this call, or lacks ${right} (README, “Tokens and rights”). A destroy or refresh ` +
      "uses the token of the last `up`: export CLOUDFLARE_API_TOKEN to use another"
    );
  }
  if (status === 429) return "too many calls in five minutes: wait five minutes and run it again";
  if (status === undefined || status >= 500) return "run it again: it continues where it stopped";
  return undefined;
}

/** The entries of all pages of a list. @param size entries per page; each list has its own maximum */
export async function everyPage<T>(
  cloud: CloudClient,
  path: string,
  query: Record<string, string> = {},
  size = 50,
): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; ; page++) {
    const answer = await cloud.get<Envelope<T[]> & { result_info?: { total_pages?: number } }>(path, {
      ...query,
      per_page: size,
      page,
    });
    found.push(...answer.result);
    if (page >= (answer.result_info?.total_pages ?? 1)) return found;
  }
}
