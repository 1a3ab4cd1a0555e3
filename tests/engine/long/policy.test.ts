import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { execa, type ResultPromise } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../sandbox/toolchain/paths.ts";
import { required } from "../../support/config.ts";

/*
 * The policies as the engine starts them: by the SDK's runner, which loads the pack and serves it by gRPC. The engine
 * itself finds the runner by the official language host alone.
 */
const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/analyzer_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

interface Violation {
  policyname: string;
  enforcementlevel: number;
  message: string;
}

let runner: ResultPromise;
let client: InstanceType<typeof AnalyzerClient>;

beforeAll(async () => {
  const program = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  runner = execa(process.execPath, [program, "127.0.0.1:1", "."], {
    cwd: `${root}/policy`,
    env: { PULUMI_BACKEND_URL: "file:///var/lib/states" },
    reject: false,
    stdin: "ignore",
  });
  if (runner.stdout === null || runner.stdout === undefined) throw new Error("the runner has no output");
  for await (const port of createInterface({ input: runner.stdout })) {
    client = new AnalyzerClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure());
    break;
  }
});
afterAll(async () => {
  client?.close();
  runner.kill();
  await runner;
});

/** What the pack says of a stack with this config. */
async function violations(config: Record<string, string>): Promise<Violation[]> {
  const all = Object.entries({ ...required, ...config }).map(([key, value]) => [`mastiff:${key}`, value]);
  const provider = new messages.AnalyzerProviderResource();
  provider.setType("pulumi:providers:pulumi-nodejs");
  provider.setProperties(Struct.fromJavaScript(Object.fromEntries(all)));
  const options = new messages.AnalyzerResourceOptions();
  options.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
  const resource = new messages.AnalyzerResource();
  resource.setUrn("urn:pulumi:acme::mastiff::pulumi-nodejs:dynamic/cloudflare:PhaseRule::rule");
  resource.setType("pulumi-nodejs:dynamic/cloudflare:PhaseRule");
  resource.setName("rule");
  resource.setProperties(Struct.fromJavaScript({}));
  resource.setProvider(provider);
  resource.setOptions(options);
  const request = new messages.AnalyzeStackRequest();
  request.setResourcesList([resource]);
  const answer = await new Promise<{ toObject(): { diagnosticsList: Violation[] } }>((resolve, reject) =>
    client.analyzeStack(request, (error: Error | null, response: never) =>
      error === null ? resolve(response) : reject(error),
    ),
  );
  return answer.toObject().diagnosticsList;
}

test("a stack that breaks every rule is told so, rule by rule, with its level", async () => {
  const found = await violations({
    backup: "off",
    protect: "false",
    bucketJurisdiction: "eu",
    env: '{"DEEPL_API_KEY":"hunter2-hunter2"}',
  });
  const { ADVISORY, MANDATORY } = messages.EnforcementLevel;
  expect(found.map(({ policyname, enforcementlevel }) => [policyname, enforcementlevel])).toEqual([
    ["state-not-a-file", MANDATORY],
    ["backups-on", MANDATORY],
    ["protection-on", MANDATORY],
    ["budget-set", ADVISORY],
    ["one-region-law", MANDATORY],
    ["no-plain-secret", MANDATORY],
  ]);
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

test("a stack that keeps them is only told where its state is", async () => {
  expect((await violations({ budget: "40" })).map(({ policyname }) => policyname)).toEqual([
    "state-not-a-file",
  ]);
});
