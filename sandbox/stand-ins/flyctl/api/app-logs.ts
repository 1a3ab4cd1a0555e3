/** An app's log lines. Source: superfly/fly-go resource_logs.go (GetAppLogs), superfly/flyctl logs/logs.go. */
import { FlyError } from "../go/errors.ts";
import { conform } from "../go/json.ts";
import type { Run } from "../run.ts";
import type { Data } from "./graphql.ts";
import { readAnswer } from "./uiex.ts";

/** One line, with the keys in flyctl's output order. */
export interface LogEntry {
  level: string;
  instance: string;
  message: string;
  region: string;
  timestamp: string;
  meta: Data;
}

const statusTexts: Record<number, string> = {
  401: "401 Unauthorized",
  403: "403 Forbidden",
  404: "404 Not Found",
  429: "429 Too Many Requests",
  500: "500 Internal Server Error",
};

/** The next lines, oldest first, and the token for the lines after them. */
export async function pollLogs(
  run: Run,
  app: string,
  at: { token: string; region?: string; machine?: string },
): Promise<{ entries: LogEntry[]; nextToken: string }> {
  const query = [
    ...(at.machine ? [`instance=${at.machine}`] : []),
    `next_token=${encodeURIComponent(at.token)}`,
    ...(at.region ? [`region=${at.region}`] : []),
  ].join("&");
  const answer = await run.logs.request("GET", `/apps/${app}/logs?${query}`);
  if (answer.status !== 200) {
    throw new FlyError(statusTexts[answer.status] ?? String(answer.status), { status: answer.status });
  }
  const page = readAnswer(answer);
  const entries: LogEntry[] = ((page.data ?? []) as Data[]).map(({ attributes = {} }) => ({
    level: attributes.level ?? "",
    instance: attributes.instance ?? "",
    message: attributes.message ?? "",
    region: attributes.region ?? "",
    timestamp: attributes.timestamp ?? "",
    meta: conform("LogMeta", attributes.meta) as Data,
  }));
  return { entries, nextToken: page.meta?.next_token ?? "" };
}
