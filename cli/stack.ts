/** A stack of the Pulumi project in the working directory, as its backend and its config file describe it. */
import { ConfigError } from "../components/config/config-error.ts";
import type { CommunitySettings } from "../components/config/schema.ts";
import { parseUndecrypted } from "../components/config/undecrypted.ts";
import { OperatorError } from "../providers/shared/operator-error.ts";
import { must, pulumi, type Run } from "./pulumi.ts";

/** A stack that is there. */
export interface Stack {
  /** As the backend lists it. */
  name: string;
  /** Runs `pulumi` on this stack. */
  pulumi(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<Run>;
}

/** Config by key, with its namespace. `value` is undefined for a secret; an object is JSON text. */
export type ConfigValues = Readonly<Record<string, { value?: string; secret: boolean }>>;

/** @param name undefined: the one that is selected. @throws OperatorError when there is no such stack. */
export async function openStack(name: string | undefined): Promise<Stack> {
  const listed = JSON.parse(must(await pulumi(["stack", "ls", "--json"]))) as StackEntry[];
  const found = name === undefined ? listed.find(({ current }) => current) : pick(listed, name);
  if (found === undefined) {
    const which = name === undefined ? "No stack is selected" : `There is no stack ${name}`;
    const names = listed.map((one) => one.name).join(", ") || "none";
    throw new OperatorError(`${which}.\n  fix     name an existing stack with -s <name>: ${names}`);
  }
  return stackOf(found);
}

/** All stacks of the project, in the backend's order. @throws OperatorError with pulumi's words */
export async function listedStacks(): Promise<StackEntry[]> {
  return JSON.parse(must(await pulumi(["stack", "ls", "--json"]))) as StackEntry[];
}

/** A stack that the backend has listed. */
export function stackOf({ name }: StackEntry): Stack {
  return { name, pulumi: (args, input, env) => pulumi([...args, "--stack", name], input, env) };
}

/** No secret is decrypted. */
export async function configOf(stack: Stack): Promise<ConfigValues> {
  return JSON.parse(must(await stack.pulumi(["config", "--json"]))) as ConfigValues;
}

/** The community that the config describes. @throws OperatorError with every problem, as a preview says them. */
export function communityIn(config: ConfigValues, { name }: Pick<Stack, "name">): CommunitySettings {
  const mine = Object.entries(config)
    .filter(([key]) => key.startsWith("mastiff:"))
    .map(([key, { value, secret }]) => [key.slice("mastiff:".length), secret ? undefined : value]);
  return inOperatorsWords(() =>
    parseUndecrypted(Object.fromEntries(mine), { stack: name.split("/").at(-1) ?? name }),
  );
}

/** Checks settings for a command. @throws OperatorError in place of a ConfigError. */
export function inOperatorsWords(parse: () => CommunitySettings): CommunitySettings {
  try {
    return parse();
  } catch (error) {
    throw error instanceof ConfigError ? new OperatorError(error.message) : error;
  }
}

/** A stack, as the backend lists it. */
export interface StackEntry {
  name: string;
  /** Whether it is the one that is selected. */
  current: boolean;
}

/**
 * The listed stack that a name means. The backend and a person may each name the organisation and the project or
 * leave them out: `acme`, `me/acme`, `me/mastiff/acme`.
 */
export function pick<T extends { name: string }>(listed: readonly T[], name: string): T | undefined {
  const exact = listed.find((one) => one.name === name);
  return exact ?? listed.find((one) => isSame(one.name.split("/"), name.split("/")));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  const sameOrg = a.length === 1 || b.length === 1 || a[0] === b[0];
  return a.at(-1) === b.at(-1) && sameOrg;
}
