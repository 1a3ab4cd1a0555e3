/** `consul attach`. Source: superfly/flyctl internal/command/consul/attach.go. */
import { queries } from "../api/queries.ts";
import { requireAppName } from "../app-name.ts";
import { wrap } from "../go/errors.ts";
import type { Command, Run } from "../run.ts";
import { deploySecrets, updateSecrets } from "../secrets-update.ts";
import { requireSession } from "../session.ts";

async function attach(run: Run): Promise<void> {
  requireSession(run);
  const appName = requireAppName(run);
  const app = (await run.graphql.run(queries.getAppCompact, { appName })).appcompact;
  let url: string;
  try {
    url =
      (await run.graphql.run(queries.enablePostgresConsul, { appName })).enablePostgresConsul?.consulUrl ??
      "";
  } catch {
    // The real one returns without a word and with exit code 0.
    return;
  }
  try {
    await updateSecrets(run, app.name, { [run.string("variable-name") || "FLY_CONSUL_URL"]: url });
  } catch (error) {
    throw wrap("update secrets", error);
  }
  await deploySecrets(run, app, { stage: false, detach: false, checkDns: true });
}

export const commands: Record<string, Command> = { "consul attach": attach };
