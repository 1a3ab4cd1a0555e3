/** Starts the local clouds for tests of the clients, without engine and plugins. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { root } from "../../sandbox/toolchain/paths.ts";
import type { Fault, JournalEntry } from "../support/world.ts";

/** The operator's credentials in a fresh local world. */
export const operator = {
  cloudflare: "local-cloudflare-token-0000000000000000000000",
  sendgrid: "SG.local-operator-key-0000.000000000000000000000000000000000000000000",
  accountId: "00000000000000000000000000000d09",
};

/** Tokens for a test's own calls: the account owner's at Cloudflare, the operator's at SendGrid. */
const behindTheBack = {
  cloudflare: "local-cloudflare-owner-0000000000000000000000",
  sendgrid: operator.sendgrid,
};

/** Running clouds. */
export interface LocalClouds extends AsyncDisposable {
  url: string;
  cloudflareUrl: string;
  sendgridUrl: string;
  r2Url: string;
  /** Resets the clouds to a fresh world without faults. */
  reset(): Promise<void>;
  faults(...faults: Fault[]): Promise<void>;
  /** Lets calls continue that wait at a `hold`. */
  release(hold: string): Promise<void>;
  /** Sets dials of the clouds, e.g. `{ cloudflare: { clockAheadMs: 1000 } }`. */
  dials(dials: Record<string, Record<string, unknown>>): Promise<void>;
  /** One cloud's calls so far, as `METHOD path`. */
  calls(cloud: JournalEntry["cloud"]): Promise<string[]>;
  /** Makes a call of the test's own, past the tested client. */
  ask(
    cloud: "cloudflare" | "sendgrid",
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    // biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape
  ): Promise<any>;
}

/** Starts the clouds on a free port. `await using` or {@link AsyncDisposable} ends them. */
export async function startLocalClouds(): Promise<LocalClouds> {
  const child = spawn(process.execPath, ["sandbox/clouds/main.ts", "--port", "0", "--no-plugins"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exited.then(([code]) => {
      throw new Error(`the local clouds ended with ${code}`);
    }),
  ]);
  const { url } = JSON.parse(line as string) as { url: string };

  const bases = { cloudflare: `${url}/client/v4`, sendgrid: `${url}/sendgrid/v3`, local: `${url}/_local` };
  const send = async (
    where: keyof typeof bases,
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ) => {
    const token = where === "local" ? "" : behindTheBack[where];
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...more };
    const answer = await fetch(`${bases[where]}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    url,
    cloudflareUrl: bases.cloudflare,
    sendgridUrl: bases.sendgrid,
    r2Url: `${url}/r2`,
    async reset() {
      await send("local", "POST", "/reset");
      await send("local", "POST", "/faults", []);
    },
    async faults(...faults) {
      await send("local", "POST", "/faults", faults);
    },
    async release(hold) {
      await send("local", "POST", `/release/${hold}`);
    },
    async dials(dials) {
      await send("local", "PATCH", "/dials", dials);
    },
    async calls(cloud) {
      const { entries } = (await send("local", "GET", "/journal?after=0")) as { entries: JournalEntry[] };
      return entries.filter((entry) => entry.cloud === cloud).map(({ method, path }) => `${method} ${path}`);
    },
    ask: send,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
