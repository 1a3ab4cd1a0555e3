/** The handbook of the operators (docs/operations.md, backups.md, housekeeping.md): each of its commands, and its sections. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { callOf } from "../../cli/call.ts";
import { schema } from "../../components/config/schema.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { recipient } from "../support/backup-recipient.ts";
import { parse } from "../support/config.ts";
import { refusals } from "../support/flyctl-grammar.ts";
import {
  blocksOf,
  commandsInTables,
  commandsInText,
  handbookLines,
  handbookPages,
  programsOf,
  symptoms,
  textOf,
} from "../support/handbook.ts";
import { handbookCommands } from "../support/handbook-commands.ts";
import { acme, apply, keysOf, rawOf } from "../support/handbook-config.ts";
import { runMastiff } from "../support/mastiff.ts";
import { OneOffFlyctl } from "../support/one-off-flyctl.ts";
import { type ScriptedPulumi, scriptedPulumi, stackAnswers } from "../support/scripted-pulumi.ts";

const lines = handbookLines();
/** The command lines, and the commands within the text, that start this program. */
const startedBy = (...names: string[]) =>
  [...new Set([...lines, ...handbookPages.flatMap(commandsInText)])]
    .flatMap((line) => programsOf(line))
    .filter(([name = ""]) => names.includes(name))
    .map(([, ...words]) => [words.join(" "), words] as const);
const mastiffCalls = startedBy("npx").map(([text, [, ...words]]) => [text, words] as const);

describe("the list of commands", () => {
  const listed = handbookCommands.flatMap((one) => one.lines);

  test("has each line of the pages once, and no other", () => {
    expect(
      lines.filter((line) => !listed.includes(line)),
      "add these to handbook-commands.ts",
    ).toEqual([]);
    expect(listed.filter((line) => !lines.includes(line))).toEqual([]);
    expect(listed.filter((line, i) => listed.indexOf(line) !== i)).toEqual([]);
  });

  test("names tests that are there", () => {
    const missing = handbookCommands
      .map(({ by }) => by)
      .filter((by) => by !== undefined)
      .filter((by) => {
        const [file = "", title = ""] = by.split(/: (.*)/s);
        const path = join(root, "tests", file);
        return !existsSync(path) || !readFileSync(path, "utf8").replaceAll("\\", "").includes(`"${title}"`);
      });
    expect(missing).toEqual([]);
  });

  test("says of few commands that no test runs them, and why", () => {
    const none = handbookCommands.filter(({ by }) => by === undefined);
    expect(none.map(({ none: why = "" }) => why).filter((why) => why.length < 20)).toEqual([]);
    expect(none.flatMap((one) => one.lines).length).toBeLessThan(lines.length / 5);
  });
});

describe("a command of Mastiff's", () => {
  let pulumi: ScriptedPulumi | undefined;
  afterEach(() => {
    pulumi?.[Symbol.dispose]();
    pulumi = undefined;
  });
  const onAcme = () => {
    pulumi = scriptedPulumi(stackAnswers("acme", { "mastiff:uploadsMirror": "{}" }));
    return pulumi;
  };
  const of = (...names: string[]) => mastiffCalls.filter(([, [name = ""]]) => names.includes(name));

  test.each(mastiffCalls)("%s is understood", async (_text, words) => {
    expect((await callOf(words)).asks).toBe("run");
  });

  test.each(of("tootctl", "job"))("%s runs in a machine, as it stands", async (_text, words) => {
    const flyctl = new OneOffFlyctl();
    const { code, stderr } = await runMastiff(words, { pulumi: onAcme(), flyctl: flyctl.run });
    expect(code, stderr).toBe(0);
    const [run = []] = flyctl.runs();
    expect(refusals(run)).toEqual([]);
    const command = run.slice(run.indexOf("--") + 1).filter((word) => word !== "bin/tootctl");
    expect(words.slice(-command.length)).toEqual(command);
  });

  test.each(of("logs", "console"))("%s is a line of flyctl's", async (_text, words) => {
    const started: (readonly string[])[] = [];
    const { code, stderr } = await runMastiff(words, {
      pulumi: onAcme(),
      flyctl: () => {
        throw new Error("nobody could answer this flyctl");
      },
      async attached(_file, args) {
        started.push(args);
        return { exitCode: 0 };
      },
    });
    expect(code, stderr).toBe(0);
    expect(started.map(refusals)).toEqual([[]]);
  });
});

describe("a command of pulumi's", () => {
  /** Of each command of the handbook, the options that it has there (pulumi <command> --help). */
  const options: Record<string, readonly string[]> = {
    cancel: ["--yes", "-s"],
    "config rm": [],
    "config set": ["--path", "--plaintext", "--secret"],
    "config set-all": ["--path", "--plaintext", "--secret"],
    destroy: ["--exclude"],
    login: [],
    preview: ["--refresh", "-s"],
    "stack change-secrets-provider": ["-s"],
    "stack export": ["--show-secrets", "-s"],
    "stack import": ["--file", "-s"],
    "stack init": [],
    "stack output": ["--json", "--show-secrets", "-s"],
    "state unprotect": ["-s"],
    up: ["--refresh", "--target", "-s"],
    whoami: ["-v"],
  };

  test.each(startedBy("pulumi"))("%s is in pulumi's grammar", (_text, words) => {
    const path = [words.slice(0, 2).join(" "), words[0] ?? ""].find((one) => one in options) ?? "";
    expect(Object.keys(options)).toContain(path);
    expect(words.filter((word) => word.startsWith("-") && !options[path]?.includes(word))).toEqual([]);
  });

  test("asks for outputs that a community has", () => {
    const source = readFileSync(join(root, "components/community-outputs.ts"), "utf8");
    const outputs = [...source.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
    const asked = startedBy("pulumi").flatMap(([text]) => /^stack output (\w+)/.exec(text)?.[1] ?? []);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !outputs.includes(name))).toEqual([]);
  });

  /** What a block sets before a run, or before it sets the same key again, is a config that the program takes. */
  function judge(block: readonly string[]): void {
    const config = acme();
    const set = new Set<string>();
    const check = () => parse(rawOf(config), [...config.encrypted]);
    for (const line of block) {
      const keys = keysOf(line);
      const isWhole = !line.includes("--path") && keys.some((key) => set.has(key));
      if (isWhole || /^pulumi (up|preview)/.test(line)) check();
      apply(config, line, recipient.trimEnd());
      for (const key of keys) set.add(key);
    }
    check();
  }

  const blocks = handbookPages.flatMap((page) => [
    ...blocksOf(page),
    ...commandsInText(page).map((line) => [line]),
  ]);
  test.each(blocks.filter((block) => block.some((line) => line.includes("pulumi config "))))(
    "sets a config that the program takes: %s",
    (...block) => {
      expect(() => judge(block)).not.toThrow();
    },
  );

  test("that sets what no config may have would be noticed", () => {
    expect(() => judge(["pulumi config set mastiff:regoin fra"])).toThrow("regoin");
    expect(() => judge(["pulumi config set --path mastiff:postgres.volumeGb much"])).toThrow("volumeGb");
    expect(() => judge(["pulumi config set mastiff:destroy dogs.party", "pulumi up"])).toThrow("destroy");
  });
});

test.each(startedBy("fly", "flyctl"))("flyctl %s is in flyctl's grammar", (_text, words) => {
  expect(refusals(words)).toEqual([]);
});

describe("the pages", () => {
  test.each(handbookPages)("%s names only keys that a config has", (page) => {
    const named = [...textOf(page).matchAll(/\bmastiff:(\w+)/g)].map(([, key = ""]) => key);
    const others = ["tootctl"];
    expect(named.filter((key) => !(key in schema.shape) && !others.includes(key))).toEqual([]);
  });

  test("begin the bad days with a table: each symptom has a first command, what it shows, and where to go on", () => {
    const rows = symptoms();
    expect(rows.length).toBeGreaterThan(15);
    const first = commandsInTables("docs/operations.md");
    for (const { symptom, command, shows, then } of rows) {
      expect(
        first.map((line) => `\`${line}\``),
        symptom,
      ).toContain(command);
      expect(
        [shows, then].every((cell) => cell.length > 5),
        symptom,
      ).toBe(true);
    }
    const leads = rows.map(({ then }) => then).join("\n");
    const chapter = textOf("docs/operations.md").split("\n## Bad days\n")[1]?.split("\n## ")[0] ?? "";
    const sections = [...chapter.matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    expect(sections.filter((anchor) => !leads.includes(`(#${anchor})`))).toEqual([]);
  });

  test("have every section that a link or a text of the product leads to", () => {
    const files = globSync(
      ["*.md", "docs/*.md", "{cli,components,providers,checks,policy}/**/*.ts"].map((one) => join(root, one)),
      { exclude: (path) => path.includes("node_modules") },
    );
    const leads = files.flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const named = [...text.matchAll(/docs\/(\w+)\.md, “([^”]+)”/g)].map(([, page, heading = ""]) => ({
        file,
        page: join(root, "docs", `${page}.md`),
        anchor: anchorOf(heading),
      }));
      const linked = [...text.matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)].map(([, page, anchor = ""]) => ({
        file,
        page: page ? normalize(join(dirname(file), page)) : file,
        anchor,
      }));
      // Links of the keys of config, from docs/config.md.
      const ofKeys = [...text.matchAll(/"([\w-]+\.md)#([\w-]+)"/g)].map(([, page = "", anchor = ""]) => ({
        file,
        page: join(root, "docs", page),
        anchor,
      }));
      return [...named, ...linked, ...ofKeys].filter(({ page }) => page.endsWith(".md"));
    });
    for (const page of handbookPages)
      expect(leads.filter((one) => one.page === join(root, page)).length, page).toBeGreaterThan(3);
    const lost = leads.filter(({ page, anchor }) => !anchorsOf(page).has(anchor));
    expect(lost).toEqual([]);
  });
});

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

const anchors = new Map<string, Set<string>>();
function anchorsOf(page: string): Set<string> {
  const known = anchors.get(page);
  if (known !== undefined) return known;
  const headings = [...readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm)];
  const found = new Set(headings.map(([, heading = ""]) => anchorOf(heading)));
  anchors.set(page, found);
  return found;
}
