import * as argv from "../call/argv.ts";
import type { Fly } from "../call/flyctl.ts";
import type { Secret } from "./listed-secrets.ts";

/**
 * A debt: work that was begun and must be finished whatever happens, recorded where a killed run cannot lose
 * it. Fly apps have no labels, but everybody in the organisation can read the names of secrets, so a debt is
 * a secret with a fixed name. The secret is set before the work and unset after it.
 */
export type Debt =
  /** Post-deployment migrations, once all machines run the new image. */
  | "MASTIFF_OWES_MIGRATION"
  /** A check that the release works. */
  | "MASTIFF_OWES_SMOKE"
  /** A restart of the machine, so that it sees its larger volume. */
  | "MASTIFF_OWES_RESTART";

const all: readonly string[] = ["MASTIFF_OWES_MIGRATION", "MASTIFF_OWES_SMOKE", "MASTIFF_OWES_RESTART"];

/** Debts on record among the app's secrets. */
export function debtsAmong(secrets: readonly Secret[]): Set<Debt> {
  return new Set(secrets.map((secret) => secret.name).filter((name): name is Debt => all.includes(name)));
}

export async function note(fly: Fly, app: string, debts: Iterable<Debt>): Promise<void> {
  const lines = [...debts].map((debt) => `${debt}="1"\n`);
  if (lines.length > 0) await fly.repeatable(argv.secretsImport(app), { app, stdin: lines.join("") });
}

export async function strike(fly: Fly, app: string, debt: Debt): Promise<void> {
  await fly.repeatable(argv.secretsUnset(app, [debt]), { app });
}
