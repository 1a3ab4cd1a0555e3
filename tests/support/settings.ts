/** The makes of parts that an end-to-end test should hold in: ours, the official ones, and either half of each. */
import type { Choices } from "../../sandbox/toolchain/parts.ts";
import { silentTerminal } from "../../sandbox/toolchain/terminal.ts";
import { toolchain } from "../../sandbox/toolchain/toolchain.ts";

/** One setting, by the name that a test shows. */
export interface Setting {
  name: string;
  parts: Choices;
  /** Why it cannot be tried here; undefined when it can. */
  missing: string | undefined;
}

const settings: Record<string, Choices> = {
  "stand-ins throughout": { host: "stand-in", plugins: "stand-in", flyctl: "stand-in" },
  "official plugins and host, stand-in flyctl": { host: "official", plugins: "official", flyctl: "stand-in" },
  "stand-in plugins and host, official flyctl": { host: "stand-in", plugins: "stand-in", flyctl: "official" },
  "official parts throughout": { host: "official", plugins: "official", flyctl: "official" },
};

/** All four, each with what keeps it from being tried on this machine. */
export async function allSettings(): Promise<Setting[]> {
  const found: Setting[] = [];
  for (const [name, parts] of Object.entries(settings)) {
    const missing = await toolchain({ ...parts, terminal: silentTerminal }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    found.push({ name, parts, missing });
  }
  return found;
}
