/** A local world for single operations, without the engine: driver and clients run as processes against it. */

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

/** How an operation ended. */
export interface Ended {
  /** Null: it was killed, because it came to no end. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** What it left in the folder for temporary files. */
  leftovers: string[];
}

/** What a dynamic resource's verb is given. */
export interface ClientInput {
  id?: string;
  props: object;
  news?: object;
}

/** State of the clouds at one moment. */
export type Moment = Record<string, unknown>;

/** A world that runs, and what can be done in it. */
export interface CallWorld extends AsyncDisposable {
  url: string;
  driver: DriverWorld;
  /** MASTIFF_PATIENCE of what is run from now on. {@link shortPatience} to begin with. */
  patience: string;
  state(): Promise<Moment>;
  /** Puts the clouds back, and forgets what was called. */
  restore(moment: Moment): Promise<void>;
  faults(...rules: Fault[]): Promise<void>;
  /** Ends the wait of calls that nobody waits for any more: answered too late, or never heard. */
  letGo(how: "go" | "drop"): Promise<void>;
  journal(): Promise<JournalEntry[]>;
  drive(kind: string, verb: string, input: DriveInput): Promise<Ended>;
  client(folder: "sendgrid" | "cloudflare", verb: string, input: ClientInput): Promise<Ended>;
  /** `node providers/sendgrid/main.ts look`. */
  lookAtMail(spec: object): Promise<Ended>;
}

/**
 * Every limit is a tenth of what operators have (docs/operations.md): the waits would be hours. On a machine that is
 * busy with other things, `MASTIFF_PATIENCE=0.3 npm run faults -- calls`.
 */
export const shortPatience = process.env.MASTIFF_PATIENCE ?? "0.1";

/** Beyond every limit and backoff that an operation can add up. */
const hungAfterMs = 600_000;

/** Starts local clouds of their own. @param flyctl the driver's. Default: the stand-in. */
export async function openCallWorld(flyctl?: string): Promise<CallWorld> {
  const driver = await startDriverWorld(flyctl === undefined ? {} : { flyctlFolder: dirname(flyctl) });
  const { url } = driver;
  const control = controlOf(url);
  // Hundreds of calls a minute would run into the clouds' limits.
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
    lookAtMail: (spec) =>
      run(["providers/sendgrid/main.ts", "look"], {}, { SPEC: JSON.stringify(spec), ...patience() }),
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
