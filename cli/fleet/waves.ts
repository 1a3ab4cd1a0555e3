/** In which order stacks run: a canary first, then waves. Pure. */
import { pick, type Stack } from "../stack.ts";
import { UsageError } from "../usage-error.ts";

/** The stack that goes first, alone. */
export const canary = {
  type: "string",
  valueHint: "name",
  description: "this stack goes first, alone; the others only when the doctor finds it well",
} as const;

/** Sizes of waves. */
export const waves = {
  type: "string",
  valueHint: "sizes",
  default: "1,5,all",
  description: "how many stacks each wave has; the last size is taken again",
} as const;

/** @throws UsageError when the canary is none of the stacks */
export function withCanary(
  stacks: readonly Stack[],
  name: string | undefined,
): { first: Stack[]; others: Stack[] } {
  if (name === undefined) return { first: [], others: [...stacks] };
  const found = pick(stacks, name);
  if (found === undefined)
    throw new UsageError({
      what: `--canary is ${JSON.stringify(name)}: that is none of the chosen stacks.`,
      fix: [`one of these: ${stacks.map((one) => one.name).join(", ")}`],
    });
  return { first: [found], others: stacks.filter((one) => one !== found) };
}

/** @throws UsageError when the text is no list of sizes */
export function sizesOf(text: string): number[] {
  const sizes = text
    .split(",")
    .map((word) => (word.trim() === "all" ? Number.POSITIVE_INFINITY : Number(word)));
  if (sizes.every((size) => size >= 1 && (Number.isInteger(size) || size === Number.POSITIVE_INFINITY)))
    return sizes;
  throw new UsageError({
    what: `--waves is ${JSON.stringify(text)}: it is a list of numbers, 1 or more, and the word all.`,
    fix: ["for example:  --waves 1,5,all"],
  });
}

/** @param sizes of the waves, from {@link sizesOf}; the last is taken again until all stacks have a wave */
export function inWaves(stacks: readonly Stack[], sizes: readonly number[]): Stack[][] {
  const rest = [...stacks];
  const found: Stack[][] = [];
  while (rest.length > 0) found.push(rest.splice(0, sizes[found.length] ?? sizes.at(-1)));
  return found;
}
