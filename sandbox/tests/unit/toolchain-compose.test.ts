import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { composeBin, composeHome, quoted } from "../../toolchain/compose.ts";
import { pluginVersions } from "../../toolchain/paths.ts";

let folder: string;
const made: string[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "mastiff-unit-")));
});

afterEach(() => {
  for (const one of [folder, ...made.splice(0)]) rmSync(one, { recursive: true, force: true });
});

function executable(name: string, content: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, 0o755);
  return file;
}

const none = { host: undefined, plugins: {}, flyctl: undefined };

test("an engine without neighbours gets a second name beside them, as the engine wants it", () => {
  const file = executable("alone/pulumi", "binary");
  const host = executable("elsewhere/pulumi-language-nodejs", "host");
  const bin = composeBin({ file, origin: "build" }, { ...none, host });
  made.push(bin);
  expect(readdirSync(bin).sort()).toEqual([
    "flyctl",
    "node",
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
  ]);
  // os.Executable() would resolve a symlink to the folder without neighbours.
  expect(lstatSync(join(bin, "pulumi")).isSymbolicLink()).toBe(false);
  expect(statSync(join(bin, "pulumi")).ino).toBe(statSync(file).ino);
  // The engine checks a neighbour for 0o100.
  expect(statSync(join(bin, "pulumi-resource-pulumi-nodejs")).mode & 0o100).toBe(0o100);
  expect(realpathSync(bin)).toBe(bin);
});

test("an official engine stays among its own neighbours", () => {
  const file = executable("official/pulumi", "binary");
  const host = executable("official/pulumi-language-nodejs", "host");
  executable("official/pulumi-resource-pulumi-nodejs", "provider");
  const bin = composeBin({ file, origin: "path" }, { ...none, host });
  made.push(bin);
  expect(readdirSync(bin).sort()).toEqual(["flyctl", "node", "pulumi"]);
  expect(realpathSync(join(bin, "pulumi"))).toBe(file);
});

test("other parts get another folder, so that a world which runs keeps its own", () => {
  const file = executable("alone/pulumi", "binary");
  const flyctl = executable("elsewhere/flyctl", "official");
  const [one, same, other] = [none, none, { ...none, flyctl }].map((parts) =>
    composeBin({ file, origin: "build" }, parts),
  );
  made.push(one ?? "", other ?? "");
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test("plugins lie in real folders under their versions", () => {
  const random = executable("plugins/pulumi-resource-random", "plugin");
  const home = join(folder, "home");
  composeHome(home, { random });
  composeHome(home, { random });
  const plugin = join(home, "plugins", `resource-random-v${pluginVersions.random}`);
  expect(lstatSync(plugin).isDirectory()).toBe(true);
  expect(realpathSync(join(plugin, "pulumi-resource-random"))).toBe(random);
});

test("a quoted word is one word to sh, whatever is in it", () => {
  const word = `it's $HOME "and" \`more\``;
  expect(spawnSync("sh", ["-c", `printf %s ${quoted(word)}`]).stdout.toString()).toBe(word);
});
