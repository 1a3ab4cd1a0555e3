/** A community for the fault tests: its world, its stack, and the way to restore both to an earlier moment. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Choices } from "../../sandbox/toolchain/parts.ts";
import { openStack, type TestStack } from "../support/stack.ts";
import { type Traces, tracesOf } from "../support/traces.ts";
import { startWorld, type TestWorld } from "../support/world.ts";
import { type Estate, estateOf } from "./estate.ts";

/** Secret values by purpose. */
export type Secrets = ReadonlyMap<string, string>;

/** A stack and its clouds at one moment. */
export interface Snapshot {
  clouds: unknown;
  /** Copy of the engine's backend and of the stack's config. */
  folder: string;
}

/** A world with one stack. */
export interface Subject extends AsyncDisposable {
  world: TestWorld;
  stack: TestStack;
  estate(): Promise<Estate>;
  traces(): Promise<Traces>;
  /** Generated secrets in the engine's state, by resource. */
  secrets(): Promise<Secrets>;
  /** Operations that the engine's state records as pending after a run. */
  pending(): Promise<string[]>;
  save(): Promise<Snapshot>;
  restore(snapshot: Snapshot): Promise<void>;
}

/** Types whose outputs are secrets that a community keeps permanently. */
const generated = /^(random:|tls:)/;

/** Starts a world with the dev stack, which is not up yet. */
export async function openSubject(parts: Partial<Choices> = {}): Promise<Subject> {
  const world = await startWorld(parts);
  try {
    await unlimited(world);
    const stack = await openStack(world);
    return subject(world, stack);
  } catch (error) {
    await world.stop();
    throw error;
  }
}

function subject(world: TestWorld, stack: TestStack): Subject {
  const { backend } = stack.place.target;
  const { project } = stack.place;
  const config = join(project, `Pulumi.${stack.place.stack}.yaml`);
  let saved = 0;
  return {
    world,
    stack,
    estate: async () => estateOf(await world.state()),
    traces: async () => withoutReleaseNumbers(await tracesOf(stack, world)),
    async secrets() {
      const kept = (await stack.resources("--show-secrets")).filter(({ type }) => generated.test(type));
      return new Map(
        kept.map(({ urn, outputs }) => [
          urn,
          JSON.stringify(outputs?.result ?? outputs?.privateKeyPem ?? outputs?.hex ?? ""),
        ]),
      );
    },
    async pending() {
      const { pending_operations: operations = [] } = (await stack.exported()).deployment;
      return operations.map(({ type, resource }) => `${type} ${resource.urn}`);
    },
    async save() {
      const folder = join(world.folder, `saved-${++saved}`);
      cpSync(backend, join(folder, "backend"), { recursive: true });
      cpSync(config, join(folder, "config.yaml"));
      return { clouds: await world.state(), folder };
    },
    async restore({ clouds, folder }) {
      await world.meddle((state) => Object.assign(state, clouds));
      rmSync(backend, { recursive: true });
      cpSync(join(folder, "backend"), backend, { recursive: true });
      cpSync(join(folder, "config.yaml"), config);
    },
    async [Symbol.asyncDispose]() {
      await world.stop();
    },
  };
}

/** An interrupted release has used its number, so the release that completes it has another number. */
function withoutReleaseNumbers(traces: Traces): Traces {
  const text = JSON.stringify(traces);
  return JSON.parse(text.replaceAll(/(\\"release\\":|"fly_release_version":")\d+/g, "$1<number>")) as Traces;
}

/** The crashes of a whole day within five minutes would reach the clouds' rate limits. */
async function unlimited({ url }: TestWorld): Promise<void> {
  const dials = { cloudflare: { callsPerFiveMinutes: 1e9 }, sendgrid: { callsPerMinute: 1e9 } };
  const answer = await fetch(`${url}/_local/dials`, {
    method: "PATCH",
    body: JSON.stringify(dials),
    headers: { "content-type": "application/json" },
  });
  if (!answer.ok) throw new Error(`dials: ${answer.status} ${await answer.text()}`);
}
