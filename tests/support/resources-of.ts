/** What a piece of the program declares, without an engine: the quick half of testing a component. */
import * as pulumi from "@pulumi/pulumi";
import { completeMonitor, type Hook, type Moment, moments, type Registration } from "./mock-monitor.ts";
import { fromWire } from "./wire-values.ts";

const stackType = "pulumi:pulumi:Stack";

/** One registered resource. URNs are cut to logical names. */
export interface Made {
  type: string;
  name: string;
  /** As they go to the provider, marks included (wire-values.ts). */
  inputs: Record<string, unknown>;
  /** False for components. */
  custom: boolean;
  parent: string;
  protect: boolean;
  dependsOn: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  deleteBeforeReplace: boolean;
  /** Outputs that are secret whatever they hold. */
  secretOutputs: string[];
  hooks: Record<Moment, Hook[]>;
  /** Names of the hooks that run when an operation fails. */
  errorHooks: string[];
}

/** One question to a provider. */
export interface Asked {
  token: string;
  inputs: Record<string, unknown>;
}

type Outputs = Record<string, unknown>;

/** Answers that a test gives in a provider's place. */
export interface Answers {
  /** Outputs beside the inputs, by type token (given the logical name) or by logical name. */
  outputs?: Record<string, Outputs | ((name: string) => Outputs)>;
  /** Ids by logical name. Default: the name and `-id`. */
  ids?: Record<string, string>;
  /** Answers to invokes, by token. An invoke without one fails the test. */
  calls?: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>;
  /** Config of the stack, keys with their namespace. */
  config?: Record<string, string>;
  /** Keys of it that are encrypted. */
  encrypted?: string[];
  /** Whether it is a preview: then nothing that a provider computes is known. Default false. */
  preview?: boolean;
  /** Whether the stack has been up before. Default false. */
  isLive?: boolean;
}

/** All that was declared. */
export class Declared {
  readonly resources: Made[] = [];
  readonly asked: Asked[] = [];
  /** What `declare` gave back, as a stack's outputs are stored. */
  outputs: Record<string, unknown> = {};

  /** The resource of this logical name. */
  named(name: string): Made {
    const found = this.resources.find((made) => made.name === name);
    if (found === undefined) throw new Error(`no ${name} is declared, only ${this.names.join(", ")}`);
    return found;
  }

  /** Logical names, sorted. */
  get names(): string[] {
    return this.resources.map(({ name }) => name).sort();
  }

  /** Names of what is protected, sorted. */
  get kept(): string[] {
    return this.resources
      .filter(({ protect }) => protect)
      .map(({ name }) => name)
      .sort();
  }
}

/** The SDK has one monitor at a time, so the runs of a process wait for each other. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs `declare` as a stack's program against recording mocks and gives everything that it registered.
 *
 * Waits until the last registration is over, because a late one would meet the next test's mocks.
 */
export function resourcesOf(declare: () => unknown, answers: Answers = {}): Promise<Declared> {
  const run = before.then(() => recorded(declare, answers));
  before = run.catch(() => undefined);
  return run;
}

/** Errors that a run has failed with. Each output of a community rejects with the same one, some of them late. */
const told = new WeakSet<object>();

async function recorded(declare: () => unknown, answers: Answers): Promise<Declared> {
  const {
    outputs = {},
    ids = {},
    calls = {},
    config = {},
    encrypted = [],
    preview = false,
    isLive = false,
  } = answers;
  const declared = new Declared();
  pulumi.runtime.setAllConfig(config, encrypted);
  const secretKeys = process.env.PULUMI_CONFIG_SECRET_KEYS;
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(encrypted);
  const secretOutputs = new Map<string, string[]>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, custom, id }) {
        const given = [outputs[type], outputs[name]].map((of) => (typeof of === "function" ? of(name) : of));
        const state = Object.assign({}, inputs, ...given);
        for (const key of secretOutputs.get(name) ?? [])
          if (state[key] !== undefined && !pulumi.runtime.isRpcSecret(state[key]))
            state[key] = pulumi.secret(state[key]);
        const known = ids[name] ?? (id || `${name}-id`);
        return { id: custom === false || preview ? undefined : known, state };
      },
      call({ token, inputs }) {
        declared.asked.push({ token, inputs });
        try {
          const answer = calls[token];
          if (answer === undefined) throw new Error(`no answer is agreed for the invoke ${token}`);
          return answer(inputs);
        } catch (error) {
          // The SDK reads a refusal's text from here, as gRPC gives it.
          throw Object.assign(error as Error, { details: (error as Error).message });
        }
      },
    },
    "mastiff",
    "test",
    preview,
    "organization",
  );
  completeMonitor({
    isLive,
    registered(request, hooksOf) {
      secretOutputs.set(request.getName(), request.getAdditionalsecretoutputsList());
      if (request.getType() === stackType) return;
      const hooks = Object.fromEntries(moments.map((moment) => [moment, hooksOf(moment)]));
      declared.resources.push({ ...madeFrom(request), hooks: hooks as Made["hooks"] });
    },
    gave(request) {
      if (request.getUrn().includes(`::${stackType}::`)) declared.outputs = plain(request.getOutputs());
    },
  });
  // Kept from the SDK, which hangs it on promises that nobody awaits.
  const failures: unknown[] = [];
  // The language host fails a run for a promise that nobody awaits, such as an output that is not exported.
  const unhandled = (error: unknown) => {
    if (!told.has(error as object)) failures.push(error);
  };
  process.on("unhandledRejection", unhandled);
  try {
    await pulumi.runtime.runInPulumiStack(async () => {
      try {
        return await settled(await declare());
      } catch (error) {
        failures.push(error);
      }
    });
  } finally {
    await pulumi.runtime.disconnect();
    // Node tells of an unhandled rejection at the end of a turn of the event loop.
    await new Promise(setImmediate);
    process.off("unhandledRejection", unhandled);
    if (secretKeys === undefined) delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    else process.env.PULUMI_CONFIG_SECRET_KEYS = secretKeys;
  }
  for (const failure of failures) told.add(failure as object);
  if (failures.length > 0) throw failures[0];
  return declared;
}

/** What `declare` gave back, once each output of it is known or has failed. */
async function settled(given: unknown): Promise<unknown> {
  const outputs = Object.values(given ?? {}).filter((value) => pulumi.Output.isInstance(value));
  await Promise.all(
    outputs.map((output) => (output as unknown as { promise(): Promise<unknown> }).promise()),
  );
  return given;
}

function madeFrom(request: Registration): Omit<Made, "hooks"> {
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: plain(request.getObject()),
    custom: request.getCustom(),
    parent: logicalName(request.getParent()),
    protect: request.getProtect() ?? false,
    dependsOn: request.getDependenciesList().map(logicalName).sort(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    secretOutputs: request.getAdditionalsecretoutputsList(),
    errorHooks: request.getHooks()?.getOnErrorList() ?? [],
  };
}

function logicalName(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function plain(struct: { toJavaScript(): object } | undefined): Record<string, unknown> {
  return fromWire(struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}
