import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort, portIfFree, startClouds } from "../../sandbox/toolchain/clouds.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { silentTerminal } from "../../sandbox/toolchain/terminal.ts";
import { toolchain } from "../../sandbox/toolchain/toolchain.ts";
import { startWorld } from "../support/world.ts";

test("a world keeps its state over a restart and leaves nothing when it is stopped", async () => {
  const world = await startWorld();
  try {
    await world.meddle((state) => {
      state.fly.marked = "here";
    });
    const { pid } = world.clouds;
    await world.restart();
    expect(world.clouds.pid).not.toBe(pid);
    expect((await world.state()).fly.marked).toBe("here");
  } finally {
    await world.stop();
  }
  expect(existsSync(world.folder)).toBe(false);
  expect(await portIfFree(world.clouds.port)).toBe(world.clouds.port);
});

test("clouds end with whoever started them, even by kill -9", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mastiff-tether-"));
  try {
    const port = await freePort();
    const starter = `
      import { startClouds } from "${root}/sandbox/toolchain/clouds.ts";
      import { silentTerminal } from "${root}/sandbox/toolchain/terminal.ts";
      import { toolchain } from "${root}/sandbox/toolchain/toolchain.ts";
      const tools = await toolchain({ terminal: silentTerminal });
      const clouds = await startClouds({ toolchain: tools, folder: ${JSON.stringify(folder)}, port: ${port} });
      console.log(clouds.pid);
      setInterval(() => {}, 1000);`;
    const child = execa(process.execPath, ["--input-type=module", "--eval", starter], {
      cwd: root,
      reject: false,
    });
    let pid = 0;
    for await (const line of child) {
      pid = Number(line);
      child.kill("SIGKILL");
    }
    await child;
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    expect(await portIfFree(port)).toBe(port);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("clouds that do not come up say why", async () => {
  const port = await freePort();
  const occupant = createServer().listen(port, "127.0.0.1");
  try {
    const folder = mkdtempSync(join(tmpdir(), "mastiff-taken-"));
    const tools = await toolchain({ terminal: silentTerminal });
    await expect(startClouds({ toolchain: tools, folder, port })).rejects.toThrow(/EADDRINUSE/);
    expect(readFileSync(join(folder, "clouds.log"), "utf8")).toContain("EADDRINUSE");
    rmSync(folder, { recursive: true, force: true });
  } finally {
    occupant.close();
  }
});

/** Whether a process runs; one that ended and was not waited for yet does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}
