import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../../sandbox/toolchain/paths.ts";
import { interrupt, left, line, start, worldsOfTest } from "../support/commands.ts";

test("npm run local prints a line after which plain pulumi works, whatever the shell was set to", async () => {
  const local = start("local");
  await line(local, /source .*env$/);
  const shell = await execa(
    "sh",
    ["-c", `. ${worldsOfTest()}/env; pulumi stack ls --json; env | grep -c ACCESS_TOKEN`],
    {
      cwd: root,
      env: {
        PULUMI_ACCESS_TOKEN: "the-users-own",
        PULUMI_DEBUG_LANGUAGES: "nodejs:9",
        PULUMI_BACKEND_URL: "",
      },
      reject: false,
    },
  );
  const [stacks, tokens] = [
    shell.stdout.slice(0, shell.stdout.lastIndexOf("]") + 1),
    shell.stdout.split("\n").at(-1),
  ];
  expect(JSON.parse(stacks)).toMatchObject([{ name: "dev" }]);
  expect(tokens).toBe("0");
  interrupt(local);
  expect((await local).exitCode).toBe(130);
});

test("a SIGTERM ends a demo as cleanly", async () => {
  const demo = start("demo");
  await line(demo, /command:local:Command .* creating/);
  demo.kill("SIGTERM");
  expect((await demo).exitCode).toBe(143);
  await expect.poll(() => left(worldsOfTest()), { timeout: 15_000 }).toEqual([]);
});
