import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";

/**
 * Has the machines that this run makes wait for the app's newest secrets. A fresh config folder of flyctl's has no secrets
 * version; without one, a new machine may get old values.
 *
 * @param lane lane in which the machines are made. Default: the app's
 */
export async function syncSecrets(fly: Fly, app: string, lane = app): Promise<void> {
  await fly.repeatable(argv.secretsSync(app), { app, lane });
}
