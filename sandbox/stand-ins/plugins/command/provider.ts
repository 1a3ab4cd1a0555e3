/**
 * The command provider, for commands on this machine: `command:local:Command` and `command:local:run`.
 *
 * Not served: `command:remote:*`, and collecting files of a command (`assetPaths`, `archivePaths`).
 *
 * @see pulumi/pulumi-command: provider/pkg/provider/local, and pulumi/pulumi-go-provider: infer, for the
 * official provider's steps before and after a command.
 */

import { randomBytes } from "node:crypto";
import grpc from "@grpc/grpc-js";
import { detailedDiff, topOf } from "../property-diff.ts";
import {
  type DiffRequest,
  type Provider,
  ProviderError,
  type ProviderFunction,
  type ResourceType,
  type Session,
} from "../provider.ts";
import {
  equal,
  OutputValue,
  type Properties,
  type PropertyValue,
  plain,
  Secret,
  Unknown,
  unknown,
} from "../values.ts";
import { type CommandFields, failuresIn, readFields, settle, structures, unservedIn } from "./fields.ts";
import { type Previous, runCommand } from "./run.ts";

const version = "1.2.1";

/** The command provider. It keeps nothing between requests. */
export function commandProvider(): Provider {
  return {
    name: "command",
    version,
    features: { acceptsByteString: true },
    configuration: {
      check: (news) => ({ inputs: { ...news, "__pulumi-go-provider-version": "v1.5.0" } }),
    },
    resources: { "command:local:Command": localCommand },
    functions: { "command:local:run": localRun },
    unknown: (kind, token) => {
      const what = kind === "resource" ? "Resource" : "Invoke";
      return new ProviderError(
        grpc.status.NOT_FOUND,
        `${what} '${token.replace(/^command:/, "")}' not found`,
      );
    },
  };
}

const localCommand: ResourceType = {
  check({ news }) {
    const misfits = failuresIn(news, "local.CommandInputs");
    const failures = misfits.length > 0 ? misfits : unservedIn(news);
    return { inputs: failures.length > 0 ? news : mirrored(news), failures };
  },

  diff(request) {
    const detailed = detailedDiff(request.oldInputs, newInputs(request));
    for (const [path, diff] of Object.entries(detailed)) {
      // Adding or removing all triggers replaces the resource. A change of one trigger only updates it.
      if (path === "triggers") diff.kind = `${diff.kind}-replace` as typeof diff.kind;
    }
    const tops = (paths: string[]) => [...new Set(paths.map(topOf))];
    const replacing = Object.keys(detailed).filter((path) => detailed[path]?.kind.endsWith("-replace"));
    return {
      changes: Object.keys(detailed).length > 0 ? "some" : "none",
      diffs: tops(Object.keys(detailed)),
      replaces: tops(replacing),
      detailed,
    };
  },

  async create({ session, urn, name, inputs, preview }) {
    const fields = readFields(inputs, "local.CommandInputs", "invalid inputs: ");
    const id = `${name}${randomBytes(4).toString("hex")}`;
    if (preview) return { id, outputs: { ...mirrored(inputs), stdout: unknown, stderr: unknown } };
    const settled = settle(mirrored(inputs), "local.CommandInputs");
    if (fields.create === undefined) return { id, outputs: { ...settled, stdout: "", stderr: "" } };
    return { id, outputs: { ...settled, ...(await run(fields.create, fields, {}, session, urn)) } };
  },

  read({ id, olds, oldInputs }) {
    readFields(oldInputs, "local.CommandInputs", "", true);
    readFields(olds, "local.CommandOutputs", "", true);
    return { id, outputs: olds, inputs: oldInputs };
  },

  async update(request) {
    const { session, urn, olds, preview } = request;
    const news = newInputs(request);
    const previous = readFields(olds, "local.CommandOutputs");
    const fields = readFields(news, "local.CommandInputs");
    const kept = outputsOf(olds);
    if (preview) {
      return { ...mirrored(news), ...(anyInputChanged(olds, news) ? mapValues(kept, () => unknown) : kept) };
    }
    const settled = settle(mirrored(news), "local.CommandInputs");
    const command = fields.update ?? fields.create;
    if (command === undefined) return { ...settled, ...kept };
    return { ...settled, ...kept, ...(await run(command, fields, previous, session, urn)) };
  },

  async delete({ session, urn, olds }) {
    const fields = readFields(olds, "local.CommandOutputs");
    if (fields.delete !== undefined) await run(fields.delete, fields, fields, session, urn);
  },
};

const localRun: ProviderFunction = async ({ session, args }) => {
  const misfits = failuresIn(args, "local.RunInputs");
  const failures = misfits.length > 0 ? misfits : unservedIn(args);
  if (failures.length > 0) return { result: {}, failures };
  const fields = readFields(args, "local.RunInputs");
  return { result: { ...mirrored(args), ...(await run(fields.command ?? "", fields, {}, session, "")) } };
};

/** Runs a command and returns its outputs. */
async function run(
  command: string,
  fields: CommandFields,
  previous: Previous,
  session: Session,
  urn: string,
): Promise<Properties> {
  let shown: Promise<void> = Promise.resolve();
  const log = (line: string) => {
    shown = session.log("info", line, urn, true);
  };
  try {
    const around = { engine: session.engine(), cancelled: session.cancelled, log };
    return { ...(await runCommand(command, fields, previous, around)) };
  } finally {
    await shown;
  }
}

/** The inputs without the engine's own, and with the old values at the paths of `ignoreChanges`. */
function newInputs({
  olds,
  news,
  ignoreChanges,
}: Pick<DiffRequest, "olds" | "news" | "ignoreChanges">): Properties {
  const inputs = Object.fromEntries(
    Object.entries(news).filter(([name]) => name !== "version" && !name.startsWith("__")),
  );
  for (const path of ignoreChanges) {
    if (olds[path] !== undefined) inputs[path] = olds[path];
  }
  return inputs;
}

/**
 * Whether an update may change the outputs: an input is unknown, or differs from the state. An input that the
 * state lacks does not count.
 */
function anyInputChanged(state: Properties, news: Properties): boolean {
  return Object.keys(structures["local.CommandInputs"]).some((name) => {
    const now = news[name];
    if (now instanceof Unknown || (now instanceof OutputValue && now.value === undefined)) return true;
    if (now instanceof Secret && now.value instanceof Unknown) return true;
    return state[name] !== undefined && !equal(state[name] ?? null, now ?? null);
  });
}

/** The outputs in a state. Secret outputs become plain, as after a run. */
function outputsOf(state: Properties): Properties {
  const outputs: Properties = {};
  for (const name of ["stdout", "stderr"]) {
    const value = state[name];
    if (value !== undefined && value !== null) outputs[name] = value instanceof Secret ? value.value : value;
  }
  return outputs;
}

/** The inputs as check and state show them: without nulls, and without an unknown interpreter. */
function mirrored(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([name, value]) => {
      if (value === null || value === undefined) return false;
      return !(name === "interpreter" && plain(value) instanceof Unknown);
    }),
  );
}

function mapValues(properties: Properties, map: (value: PropertyValue) => PropertyValue): Properties {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, map(value ?? null)]));
}
