/**
 * What holds of every command, from its own definition: its help, the lines that it refuses, how it fails. A new command is
 * tested by being in the tree, and is red where it needs a row of its own here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgDef } from "citty";
import { afterEach, describe, expect, test } from "vitest";
import { yes } from "../../cli/asking.ts";
import { callOf } from "../../cli/call.ts";
import { mastiff } from "../../cli/commands.ts";
import { community, json, stack } from "../../cli/options.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { everyCommand, type Listed } from "../support/every-command.ts";
import { runMastiff } from "../support/mastiff.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

const commands = await everyCommand();
const groups = commands.filter(({ command }) => command.commands !== undefined);
const runnable = commands.filter(({ command }) => command.commands === undefined);

/** The words after `npx mastiff` in a line of a shell, quotes taken off. */
function wordsOf(line: string): string[] {
  const words = /(?:^|\| )npx mastiff ?(.*)$/.exec(line)?.[1];
  if (words === undefined) throw new Error(`this is no line of mastiff's: ${line}`);
  return [...words.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, other, plain]) => one ?? other ?? plain ?? "",
  );
}

const below = ({ path }: Listed) => path.split(" ").slice(1);
const optionsOf = ({ command }: Listed): [string, ArgDef][] =>
  Object.entries(command.args ?? {}).filter(([, { type }]) => type !== "positional");
const placesOf = ({ command }: Listed): [string, ArgDef][] =>
  Object.entries(command.args ?? {}).filter(([, { type }]) => type === "positional");
const isNeeded = ([, one]: [string, ArgDef]) => one.default === undefined && one.required !== false;

/** A pattern of exactly this text. */
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

let pulumi: ScriptedPulumi | undefined;
afterEach(() => {
  pulumi?.[Symbol.dispose]();
  pulumi = undefined;
});

/** Runs a line where nobody may be asked for anything but what `pulumi` answers. */
const run = (words: readonly string[]) =>
  runMastiff(words, {
    pulumi,
    flyctl: () => {
      throw new Error("flyctl was started");
    },
  });

describe("the tree of commands", () => {
  test("has each file of cli/commands, under the file's name", () => {
    const entries = readdirSync(join(root, "cli/commands"), { withFileTypes: true });
    const files = entries.filter((one) => one.isFile()).map(({ name }) => name.replace(/\.ts$/, ""));
    expect(Object.keys(mastiff.commands ?? {}).sort()).toEqual(files.sort());
    for (const folder of entries.filter((one) => one.isDirectory())) {
      const group = groups.find(({ path }) => path === `mastiff ${folder.name}`);
      const own = readdirSync(join(root, "cli/commands", folder.name)).map((file) =>
        file.replace(/\.ts$/, ""),
      );
      expect(Object.keys(group?.command.commands ?? {}).sort()).toEqual(own.sort());
    }
  });

  test.each(commands)("$path has a name, one task and a description", ({ path, command }) => {
    expect(command.meta.name).toBe(path.split(" ").at(-1));
    expect(command.meta.description).toMatch(/^[A-Z][^.]*\.$/);
    expect(command.commands === undefined).toBe(command.run !== undefined);
    for (const { about } of Object.values(command.commands ?? {})) expect(about).toMatch(/^[a-z].*[^.]$/);
  });

  /** Where an option stands in a help: whom it is about first, then the command's own, then what all have. */
  const places = ["stack", "stacks", "tag", "all", "community", "", "json", "fail-on", "yes"];
  const placeOf = (name: string) => places.indexOf(places.includes(name) ? name : "");

  test.each(runnable)("$path has the common options in their order and their words", (listed) => {
    const options = optionsOf(listed);
    const order = options.map(([name]) => placeOf(name));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const { path, command } = listed;
    const { stack: which, community: whose, json: document, yes: sure } = command.args ?? {};
    expect(document ?? json).toBe(json);
    expect(sure ?? yes).toBe(yes);
    // A new stack has another default, and a lost state names no community.
    if (path !== "mastiff new") expect(which ?? stack).toBe(stack);
    if (path !== "mastiff restore-keys") expect(whose ?? community).toBe(community);
    if (which !== undefined) expect(which).toMatchObject({ alias: "s", valueHint: "name" });
  });
});

describe("help", () => {
  test.each(commands.flatMap((one) => ["--help", "-h"].map((flag) => ({ ...one, flag }))))(
    "$path $flag has usage, each option with its meaning and default, and examples",
    async ({ flag, ...listed }) => {
      const { path, command } = listed;
      const { code, stdout, stderr } = await run([...below(listed), flag]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`${command.meta.description} (${path})`);
      expect(stdout).toContain(`USAGE ${path} `);
      // 120 columns and the indentation.
      const isWide = (line: string) => line.length > 122 && !line.startsWith("USAGE ");
      expect(stdout.split("\n").filter(isWide)).toEqual([]);
      for (const [name, one] of optionsOf(listed)) {
        const alias = "alias" in one && one.alias ? `-${one.alias}, ` : "";
        const value = one.type === "string" ? `=<${one.valueHint}>` : "";
        const usual = one.default === undefined ? "" : ` \\(Default: ${one.default}\\)`;
        const line = `^ +${alias}--${name}${value} +${literally(one.description ?? "")}${usual}$`;
        expect(stdout).toMatch(new RegExp(line, "m"));
        if (one.type !== "boolean" || one.default !== true) continue;
        expect(stdout).toMatch(
          new RegExp(`^ +--no-${name} +${literally(one.negativeDescription ?? "")}$`, "m"),
        );
      }
      for (const [name, { description = "" }] of placesOf(listed))
        expect(stdout).toMatch(new RegExp(`^ +${name.toUpperCase()} +${literally(description)}`, "m"));
      if (command.words !== undefined) expect(stdout).toContain(command.words.description);
      for (const [name, { about }] of Object.entries(command.commands ?? {}))
        expect(stdout).toMatch(new RegExp(`^ +${name}  +${literally(about)}$`, "m"));
      for (const note of command.notes ?? []) expect(stdout).toContain(`\n  ${note}\n`);
      for (const { line, does } of command.examples)
        expect(stdout).toMatch(new RegExp(`^ {2}${literally(line)} +# ${literally(does)}$`, "m"));
    },
  );

  test.each(commands)(
    "each option of $path says what it means, and what kind of value it takes",
    (listed) => {
      for (const [name, one] of [...optionsOf(listed), ...placesOf(listed)]) {
        expect(one.description, name).toMatch(/^\S.*[^.]$/);
        if (one.type === "string") expect(one.valueHint, name).toMatch(/^[a-z,]+$/i);
        if (one.type === "boolean" && one.default === true)
          expect(one.negativeDescription, name).toMatch(/^\S.*[^.]$/);
      }
    },
  );

  test.each(commands.flatMap(({ path, command }) => command.examples.map(({ line }) => ({ path, line }))))(
    "of $path has an example that is understood: $line",
    async ({ path, line }) => {
      const { asks, path: called } = await callOf(wordsOf(line));
      expect([asks, `${called} `.startsWith(`${path} `)]).toEqual(["run", true]);
    },
  );

  test.each(commands)("of $path has examples", ({ command }) => {
    expect(command.examples.length).toBeGreaterThan(0);
  });
});

describe("a line that is wrong ends with 2, says what is meant, and starts nothing", () => {
  /** Lines that the definition of a command does not allow, and what the answer begins with and has in it. */
  function wrongLines(listed: Listed): [words: string[], what: string, fix: string][] {
    const { path, command } = listed;
    const help = `npx ${path} --help`;
    const names = Object.keys(command.commands ?? {});
    if (names.length > 0)
      return [
        [[], `${path} needs a command.`, names.join(", ")],
        [["bananas"], `${path} has no command "bananas".`, help],
        ...names.map((name): [string[], string, string] => [
          [`${name}z`],
          `${path} has no command "${name}z".`,
          `did you mean  npx ${path} `,
        ]),
        [["--bananas"], `${path} has no option --bananas.`, `npx ${path} <command> --bananas`],
      ];
    const needed = placesOf(listed).filter(isNeeded);
    // Words that fill every place.
    const whole = command.words === undefined ? placesOf(listed).map(() => "1") : ["true"];
    return [
      [["--bananas", ...whole], `${path} has no option --bananas.`, help],
      [["-Q", ...whole], `${path} has no option -Q.`, help],
      ...optionsOf(listed).flatMap(([name, one]): [string[], string, string][] => [
        [[`--${name}z`, ...whole], `${path} has no option --${name}z.`, "did you mean  --"],
        one.type === "boolean"
          ? [[`--${name}=yes`, ...whole], `--${name} takes no value.`, help]
          : [[`--${name}`, "--help-me"], `--${name} needs a value.`, help],
      ]),
      ...(needed.length === 0
        ? []
        : [[[], `${path}: the ${needed[0]?.[0]} is missing.`, help] as [string[], string, string]]),
      command.words === undefined
        ? [[...whole, "bananas"], `${path} does not take the argument "bananas".`, help]
        : [[], `${path}: the ${command.words.name} to run is missing.`, help],
    ];
  }

  test.each(
    commands.flatMap((one) => wrongLines(one).map(([words, what, fix]) => ({ one, words, what, fix }))),
  )("$one.path $words: $what", async ({ one, words, what, fix }) => {
    const { code, stdout, stderr } = await run([...below(one), ...words]);
    expect([code, stdout, stderr.split("\n")[0]]).toEqual([2, "", what]);
    expect(stderr).toMatch(/^ {2}fix {5}\S/m);
    expect(stderr).toContain(fix);
  });

  /** Kinds of values that mean something to the command alone, each with a value that means nothing. */
  const wrongValues: Record<string, string> = {
    megabytes: "much",
    number: "many",
    severity: "much",
    sizes: "much",
    verdict: "much",
  };
  /** Kinds of values that anything may be, or that only a cloud or a stack knows. */
  const open = "a,b name word file folder url backup id slug code host port login address mode size".split(
    " ",
  );
  const valued = runnable.flatMap((one) =>
    optionsOf(one)
      .filter(([, { type }]) => type === "string")
      .map(([name, { valueHint = "" }]) => ({ one, name, valueHint })),
  );

  test("each kind of value is known here", () => {
    const known = [...open, ...Object.keys(wrongValues)];
    expect(valued.filter(({ valueHint }) => !known.includes(valueHint))).toEqual([]);
  });

  test.each(valued.filter(({ valueHint }) => valueHint in wrongValues))(
    "$one.path --$name with a value that is no $valueHint",
    async ({ one, name, valueHint }) => {
      const value = wrongValues[valueHint] ?? "";
      pulumi = scriptedPulumi(stackAnswers("acme"));
      const lines = one.command.examples.map(({ line }) => wordsOf(line));
      const rest = lines.find((words) => !words.includes(`--${name}`)) ?? [];
      const called = below(one);
      const { code, stdout, stderr } = await run([
        ...called,
        `--${name}`,
        value,
        ...rest.slice(called.length),
      ]);
      expect([code, stdout, pulumi.calls()]).toEqual([2, "", []]);
      expect(stderr).toMatch(new RegExp(`^--${name} is "${value}": .*\\.\n {2}fix {5}\\S`));
    },
  );
});

describe("a command that cannot begin", () => {
  test.each(runnable)("$path says on stderr what is missing and how to have it", async ({ command }) => {
    const { code, stdout, stderr } = await run(wordsOf(command.examples[0]?.line ?? ""));
    expect([code > 0, stdout]).toEqual([true, ""]);
    expect(stderr).toMatch(/^\S.*\.\n {2}fix {5}\S/);
  });

  const onStacks = runnable.filter(
    ({ path, command }) => command.args?.stack === stack && path !== "mastiff new",
  );

  test.each(onStacks)("$path names the stacks that there are, where that of -s is none", async (listed) => {
    pulumi = scriptedPulumi(stackAnswers("acme"));
    const line = listed.command.examples.find((one) => one.line.includes("-s acme"))?.line ?? "";
    const { code, stdout, stderr } = await run(wordsOf(line.replace("-s acme", "-s nowhere")));
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      "There is no stack nowhere.\n  fix     name an existing stack with -s <name>: acme\n",
    ]);
    expect(pulumi.calls()).toEqual(["stack ls --json --color=never"]);
  });
});

describe("--json", () => {
  /** The test that reads the document, by command, or by the group whose commands print the same. */
  const readBy: Record<string, [file: string, title: string]> = {
    "mastiff backup": ["backup-commands", "--json prints the manifest alone on stdout"],
    "mastiff backups": [
      "backup-commands",
      "--json is the bucket, the schedule, and the manifests with their keys",
    ],
    "mastiff cost": ["cost-command", "as JSON, with what is beyond the budget and the ways back"],
    "mastiff doctor": ["doctor", "--json is the list of findings"],
    "mastiff drill": [
      "drill-command",
      "what is proven is said, kept beside the dump, and shown by mastiff backups",
    ],
    "mastiff fleet": ["fleet", "a canary goes first, and the others only when the doctor finds it well"],
    "mastiff recover": ["mastiff", "with --json gives a script one document, and talks on stderr"],
    "mastiff review": ["review-command", "as JSON, and as files beside it"],
  };

  test("is read by a test, of each command that has it", () => {
    const having = runnable.filter(({ command }) => command.args?.json !== undefined).map(({ path }) => path);
    const isOf = (path: string, name: string) => path === name || path.startsWith(`${name} `);
    const names = Object.keys(readBy);
    expect(having.filter((path) => !names.some((name) => isOf(path, name)))).toEqual([]);
    expect(names.filter((name) => !having.some((path) => isOf(path, name)))).toEqual([]);
    for (const [file, title] of Object.values(readBy))
      expect(readFileSync(join(root, `tests/unit/${file}.test.ts`), "utf8")).toContain(`"${title}"`);
  });
});
