import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A plugin in a process of its own. */
export interface PluginProcess {
  address: string;
  ended(): boolean;
  close(): Promise<void>;
}

/** An official plugin must not outlive this process. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts an official plugin. Its first line of output is its port. */
export async function startPlugin(
  bin: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<PluginProcess> {
  const child = spawn(bin, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${bin} ended with ${code}`)));
  });
  child.stderr.resume();
  child.stdout.resume();
  running.add(child);
  child.once("close", () => running.delete(child));
  return {
    ended: () => child.exitCode !== null || child.signalCode !== null,
    address: `127.0.0.1:${port.trim()}`,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
