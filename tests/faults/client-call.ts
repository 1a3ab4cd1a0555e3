/**
 * Runs one verb of a dynamic resource in a process of its own, as the plugin of dynamic resources does:
 * `node tests/faults/client-call.ts sendgrid create`, with `{id, props, news}` as JSON on stdin. The answer
 * is one JSON document on stdout. An error is printed as the plugin would print it, with its stack if it has
 * one.
 */
import { enableCompileCache } from "node:module";
import { json } from "node:stream/consumers";
import type { ServedKinds } from "../../providers/shared/kind.ts";

enableCompileCache();

const [folder, verb] = process.argv.slice(2);
const { id, props, news } = (await json(process.stdin)) as Record<"id" | "props" | "news", never>;
try {
  const provider = (await import(`../../providers/${folder}/provider.ts`)) as ServedKinds;
  process.stdout.write(`${JSON.stringify((await call(provider)) ?? {})}\n`);
} catch (error) {
  const { stack, message } = error as Error;
  process.stderr.write(`${stack || message}\n`);
  process.exitCode = 1;
}

async function call(provider: ServedKinds): Promise<unknown> {
  switch (verb) {
    case "create":
      return provider.create(props);
    case "read":
      return provider.read(id, props);
    case "update":
      return provider.update(id, props, news);
    case "delete":
      return provider.remove(id, props);
    default:
      throw new Error(`"${verb}" is no verb of a dynamic resource`);
  }
}
