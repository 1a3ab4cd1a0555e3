/** The Automation API with a program that plays pulumi: which processes it starts, and what is heard of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentEngine } from "../../cli/fleet/engine.ts";
import { inShell, shell } from "../../providers/shared/shell.ts";
import { root } from "../../sandbox/toolchain/paths.ts";

const token = "a-token-of-the-operator";

/** Answers as the engine does: events by gRPC to the address of --event-log, and words on its streams. */
const scriptIn = (folder: string) => `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(folder, "calls"))}, args.join(" ") + "\\n");
if (args[0] === "version") console.log("v3.259.0");
else play();
function play() {
  const load = createRequire(${JSON.stringify(join(root, "package.json"))});
  const { credentials } = load("@grpc/grpc-js");
  const { EventsClient } = load("@pulumi/pulumi/proto/events_grpc_pb.js");
  const { EventRequest } = load("@pulumi/pulumi/proto/events_pb.js");
  const address = args[args.indexOf("--event-log") + 1].replace("tcp://", "");
  const isRefused = args.includes("dogs");
  const stream = new EventsClient(address, credentials.createInsecure()).streamEvents(() => {
    if (isRefused) process.stderr.write("error: ${token} is not valid\\n");
    process.exit(isRefused ? 255 : 0);
  });
  // The part of it that is shown begins within the token.
  if (isRefused) process.stderr.write("${token}".padEnd(3_966, "."));
  const said = { severity: "error", message: "not with ${token}", color: "never" };
  for (const event of [{ preludeEvent: { config: {} } }, ...(isRefused ? [{ diagnosticEvent: said }] : [])]) {
    const request = new EventRequest();
    request.setEvent(JSON.stringify(event));
    stream.write(request);
  }
  stream.end();
}
`;

let folder: string;
let usual: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fleet-engine-"));
  writeFileSync(join(folder, "pulumi"), scriptIn(folder), { mode: 0o755 });
  writeFileSync(join(folder, "calls"), "");
  usual = process.env.PATH;
  // The API looks for pulumi where this process does.
  process.env.PATH = [folder, usual].join(delimiter);
});
afterEach(() => {
  process.env.PATH = usual;
  rmSync(folder, { recursive: true, force: true });
});

const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");

test("an operation is one process, whose events are heard; no stack is selected, and no secret is said", async () => {
  const env = { ...process.env, CLOUDFLARE_API_TOKEN: token };
  const heard: Record<string, EngineEvent[]> = { acme: [], dogs: [] };
  const ends = await inShell({ ...shell(), env }, async () => {
    const engine = await currentEngine();
    const never = new AbortController().signal;
    const run = (stack: string, verb: "up" | "destroy") =>
      engine.run(stack, { verb, refresh: false, policyPacks: [] }, (one) => heard[stack]?.push(one), never);
    return [await run("acme", "up"), await run("dogs", "destroy")];
  });
  expect(ends[0]).toEqual({ isAccepted: true, output: "" });
  expect(ends[1]).toMatchObject({ isAccepted: false });
  expect(ends[1]?.output).toMatch(/^\[secret\]\.+error: \[secret\] is not valid\n$/);
  expect(calls().map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
    "version",
    "up --yes --skip-preview",
    "destroy --yes --skip-preview",
  ]);
  for (const stack of ["acme", "dogs"]) expect(calls().join("\n")).toContain(`--stack ${stack}`);
  expect(heard.acme).toEqual([{ preludeEvent: { config: {} } }]);
  expect(heard.dogs?.[1]?.diagnosticEvent?.message).toBe("not with [secret]");
}, 60_000);
