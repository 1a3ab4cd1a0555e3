/** Which calls of a stack's operation count: a stack on other clouds than the real ones has none of their limits. */
import { type Calls, callsOf, type Limited, type Operation } from "./rate-limits.ts";
import { type FileConfig, structured } from "./stack-file.ts";

/**
 * @param operations one after the other, of one stack
 * @param config of the stack's file
 */
export function countedCalls(operations: readonly Operation[], config: FileConfig): Calls {
  const endpoints = (structured(config["mastiff:endpoints"]) ?? {}) as { fly?: unknown; sendgrid?: unknown };
  const isCounted: Readonly<Record<Limited, boolean>> = {
    cloudflare: config["cloudflare:baseUrl"] === undefined,
    sendgrid: config["mastiff:smtpServer"] === undefined && endpoints.sendgrid === undefined,
    flyDeletions: endpoints.fly === undefined,
  };
  const counted = (Object.keys(isCounted) as Limited[]).filter((name) => isCounted[name]);
  const sum = (name: Limited) => operations.reduce((all, one) => all + (callsOf[one][name] ?? 0), 0);
  return Object.fromEntries(counted.map((name) => [name, sum(name)]).filter(([, calls]) => calls !== 0));
}
