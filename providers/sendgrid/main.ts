import { sendgridClient } from "./client.ts";
import { lookAtMail, lookSpec } from "./look.ts";

// `node providers/sendgrid/main.ts look`: SPEC (JSON) and SENDGRID_API_KEY from the environment, one JSON document on
// stdout. Read-only, so a preview may run it.

async function main(verb: string | undefined): Promise<void> {
  if (verb !== "look")
    throw new Error(`"${verb ?? ""}" is not a verb of this program, which knows only: look`);
  const spec = lookSpec.parse(JSON.parse(process.env.SPEC ?? "null"));
  const credentials = process.env.SENDGRID_API_KEY ? [process.env.SENDGRID_API_KEY] : [];
  // A preview should not wait long for a status line: two tries are enough.
  const look = await lookAtMail(sendgridClient(credentials, spec.baseUrl, { tries: 2 }), spec);
  process.stdout.write(`${JSON.stringify(look)}\n`);
}

try {
  await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
