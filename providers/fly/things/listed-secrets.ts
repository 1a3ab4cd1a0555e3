import * as argv from "../call/argv.ts";
import { FlyctlFailure } from "../call/errors.ts";
import type { Fly } from "../call/flyctl.ts";
import { jsonIn } from "../call/parse.ts";

/** A secret of an app as `secrets list --json` shows it. */
export interface Secret {
  name: string;
  digest: string;
  /** Staged, Partial, Deployed; absent when unknown. */
  status?: string;
}

/**
 * The app's secrets. flyctl derives their statuses from machines and releases. When Fly does not answer for
 * those, flyctl calls every secret staged and exits 0. In that case the statuses are left out.
 */
export async function secretsOf(fly: Fly, app: string): Promise<Secret[]> {
  try {
    return await fly.json<Secret[]>(argv.secretsList(app), { app, whole: true });
  } catch (error) {
    if (!(error instanceof FlyctlFailure) || error.exitCode !== 0) throw error;
    return (jsonIn(error.stdout) as Secret[]).map(({ name, digest }) => ({ name, digest }));
  }
}
