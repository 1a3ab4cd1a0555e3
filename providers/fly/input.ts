import { shell } from "../shared/shell.ts";

/**
 * The input of a run. Our own program writes all of it, so a mistake in it is a bug and not the operator's:
 * the errors are plain, but name the part.
 */
export interface Input {
  spec: Record<string, unknown>;
  secrets: Record<string, string>;
  previous: unknown;
  flyToml: string | undefined;
}

export async function readInput(): Promise<Input> {
  const { env } = shell();
  const spec = object("SPEC", parsed("SPEC", env.SPEC));
  return {
    spec: ownedBy(env.MASTIFF_STACK, spec),
    secrets: readSecrets(await shell().input()),
    previous: previousOutput(env.IDENTITY ?? env.PULUMI_COMMAND_STDOUT),
    flyToml: env.FLY_TOML,
  };
}

/**
 * Adds the stack to the spec, or to each of several specs. The stack is passed separately because the preview
 * before the first `up` does not know it yet, while it knows the rest.
 */
function ownedBy(stack: string | undefined, spec: Record<string, unknown>): Record<string, unknown> {
  if (stack === undefined || stack === "") return spec;
  if (typeof spec.items !== "object" || spec.items === null) return { ...spec, stack };
  const items = Object.entries(spec.items).map(([name, item]: [string, { spec: object }]) => [
    name,
    { ...item, spec: { ...item.spec, stack } },
  ]);
  return { ...spec, items: Object.fromEntries(items) };
}

/**
 * The secrets on stdin: none for a terminal or an empty stdin; anything else must be an object of strings.
 */
function readSecrets(input: string): Record<string, string> {
  const given = input.trim();
  if (given === "") return {};
  let values: unknown;
  try {
    values = JSON.parse(given);
  } catch {
    // Without the cause: V8's message quotes the text, and the text is secret.
    throw new Error("stdin is not a JSON object of secrets");
  }
  const secrets = object("stdin", values);
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value !== "string") throw new Error(`stdin: the value of ${name} is not a string`);
  }
  return secrets as Record<string, string>;
}

/** The last output helps but is never required: state that was edited by hand must not stop a destroy. */
function previousOutput(stdout: string | undefined): unknown {
  if (stdout === undefined || stdout.trim() === "") return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

function parsed(name: string, json: string | undefined): unknown {
  if (json === undefined || json === "")
    throw new Error(`${name} is not set: the driver reads its spec from this variable`);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Error(`${name} is not JSON`, { cause });
  }
}

function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${name} is not a JSON object`);
  return value as Record<string, unknown>;
}
