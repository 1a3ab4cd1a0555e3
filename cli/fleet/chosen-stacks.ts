/** The stacks that a command of the fleet acts on. */
import { listedStacks, pick, type Stack, stackOf } from "../stack.ts";
import { UsageError } from "../usage-error.ts";
import { configInFile, structured } from "./stack-file.ts";

/** Which stacks: exactly one of the three. */
export const selection = {
  stacks: {
    type: "string",
    valueHint: "a,b",
    description: "the stacks of these names",
  },
  tag: {
    type: "string",
    valueHint: "word",
    description: "the stacks that have this word in mastiff:tags",
  },
  all: { type: "boolean", description: "all stacks of the project" },
} as const;

/**
 * Only stacks of the project in the working directory, in the backend's order.
 *
 * @throws UsageError when none or more than one of the three is given, or one of them matches no stack
 * @throws OperatorError with pulumi's words when the backend does not answer
 */
export async function chosenStacks({
  stacks,
  tag,
  all,
}: {
  stacks?: string | undefined;
  tag?: string | undefined;
  all?: boolean | undefined;
}): Promise<Stack[]> {
  const given = [stacks !== undefined, tag !== undefined, all === true].filter(Boolean).length;
  if (given !== 1)
    throw new UsageError({
      what:
        given === 0
          ? "No stacks are named."
          : "--stacks, --tag and --all each name stacks, and only one of them is taken.",
      fix: [
        "some stacks:  --stacks <name>,<name>",
        "those with a word in mastiff:tags:  --tag <word>",
        "every stack of the project:  --all",
      ],
    });
  const listed = await listedStacks();
  const names = listed.map(({ name }) => name).join(", ") || "none";
  if (stacks !== undefined) {
    const wanted = stacks.split(",").map((name) => name.trim());
    const missing = wanted.filter((name) => name === "" || pick(listed, name) === undefined);
    if (missing.length > 0)
      throw new UsageError({
        what: `--stacks is ${JSON.stringify(stacks)}: there is no stack ${missing.map((name) => JSON.stringify(name)).join(", ")}.`,
        fix: [`name existing stacks, with commas between them: ${names}`],
      });
    const chosen = new Set(wanted.map((name) => pick(listed, name)));
    return listed.filter((one) => chosen.has(one)).map(stackOf);
  }
  if (tag === undefined) {
    if (listed.length > 0) return listed.map(stackOf);
    throw new UsageError({
      what: "--all: the project has no stack.",
      fix: ["make one:  npx mastiff new"],
    });
  }
  const tags = await Promise.all(listed.map(tagsOf));
  const chosen = listed.filter((_, index) => tags[index]?.includes(tag));
  if (chosen.length > 0) return chosen.map(stackOf);
  const known = [...new Set(tags.flat())].sort().join(", ") || "none";
  throw new UsageError({
    what: `--tag is ${JSON.stringify(tag)}: no stack has it in mastiff:tags.`,
    fix: [
      `name a tag that a stack has: ${known}`,
      `give it to a stack, beside the tags that it has: mastiff:tags in Pulumi.<stack>.yaml, such as [${tag}]`,
    ],
  });
}

/** A list in YAML, or its JSON text. Anything else is left to a preview, which says what is wrong with it. */
async function tagsOf(stack: Pick<Stack, "name">): Promise<string[]> {
  const tags = structured((await configInFile(stack))["mastiff:tags"]);
  return Array.isArray(tags) ? tags.filter((one) => typeof one === "string") : [];
}
