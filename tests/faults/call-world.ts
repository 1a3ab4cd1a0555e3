/** A local world for single operations, without the engine. Driver and clients run as processes in it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../../sandbox/toolchain/paths.ts";
import { operator } from "../clients/local-clouds.ts";
import { controlOf } from "../support/control.ts";
import { type DriveInput, type DriverWorld, startDriverWorld } from "../support/driver.ts";
import type { Fault, JournalEntry } from "../support/world.ts";
import { holdName } from "./call-faults.ts";

/** Result of an operation. */
export interface Ended {
  /** Null: the operation hung and was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** Files that it left in the folder for temporary files. */
  leftovers: string[];
}

/** Input of a dynamic resource's verb. */
export interface ClientInput {
  id?: string;
  props: object;
  news?: object;
}

/** State of the clouds at one moment. */
export type Moment = Record<string, unknown>;

/** A running world. */
export interface CallWorld extends AsyncDisposable {
  url: string;
  driver: DriverWorld;
  /** MASTIFF_PATIENCE of later runs. Default: {@link shortPatience}. */
  patience: string;
  state(): Promise<Moment>;
  /** Restores the clouds' state and clears the journal. */
  restore(moment: Moment): Promise<void>;
  faults(...rules: Fault[]): Promise<void>;
  /** Ends the wait of calls that no client waits for any more. `go` answers them too late, `drop` never. */
  letGo(how: "go" | "drop"): Promise<void>;
  journal(): Promise<JournalEntry[]>;
  drive(kind: string, verb: string, input: DriveInput): Promise<Ended>;
  client(folder: "sendgrid" | "cloudflare", verb: string, input: ClientInput): Promise<Ended>;
  /** Looks at mail as the program does, in a process of its own. */
  lookAtMail(spec: object): Promise<Ended>;
}

/**
 * Every limit is a tenth of the operators' limits (docs/operations.md), because the waits would take hours.
 * For a busy machine: `MASTIFF_PATIENCE=0.3 npm run faults -- calls`.
 */
export const shortPatience = process.env.MASTIFF_PATIENCE ?? "0.1";

/** Longer than the sum of all limits and backoffs in an operation. */
const hungAfterMs = 600_000;

/** Starts a set of local clouds. @param flyctl path of the driver's flyctl. Default: the stand-in. */
export async function openCallWorld(flyctl?: string): Promise<CallWorld> {
  const driver = await startDriverWorld(flyctl === undefined ? {} : { flyctlFolder: dirname(flyctl) });
  const { url } = driver;
  const control = controlOf(url);
  // Hundreds of calls a minute would reach the clouds' rate limits.
  const dials = { cloudflare: { callsPerFiveMinutes: 1e9 }, sendgrid: { callsPerMinute: 1e9 } };
  await control("PATCH", "dials", dials);
  const patience = () => ({ MASTIFF_PATIENCE: world.patience });
  const world: CallWorld = {
    url,
    driver,
    patience: shortPatience,
    state: () => control("GET", "state"),
    async restore(moment) {
      await control("PUT", "state", moment);
      await control("DELETE", "journal");
    },
    faults: (...rules) => driver.faults(...rules),
    async letGo(how) {
      await control("POST", `release/${holdName}${how === "drop" ? "?drop" : ""}`);
    },
    journal: () => driver.journal(),
    async drive(kind, verb, input) {
      const run = driver.start(kind, verb, { ...input, env: { ...patience(), ...input.env } });
      const timer = setTimeout(() => run.process.kill("SIGKILL"), hungAfterMs);
      const ended = await run.ended;
      clearTimeout(timer);
      return { ...ended, leftovers: run.leftovers() };
    },
    client: (folder, verb, input) => run(["tests/faults/client-call.ts", folder, verb], input, patience()),
    lookAtMail: (spec) => run(["tests/faults/mail-look.ts"], spec, patience()),
    [Symbol.asyncDispose]: () => driver.stop(),
  };
  return world;
}

async function run(args: string[], input: object, env: Record<string, string>): Promise<Ended> {
  const credentials = { CLOUDFLARE_API_TOKEN: operator.cloudflare, SENDGRID_API_KEY: operator.sendgrid };
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...credentials, ...env },
    stdio: "pipe",
    timeout: hungAfterMs,
    killSignal: "SIGKILL",
  });
  child.stdin.end(JSON.stringify(input));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, stdout, stderr, leftovers: [] };
}
