/** Runs `flyctl config validate --strict`, official and stand-in, on every fly.toml that the program can render. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeAtEnd } from "./endings.ts";
import { type FlyClouds, serveFlyClouds } from "./fly-clouds.ts";
import { type Ran, runFlyctl } from "./flyctl-process.ts";
import type { OfficialParts, Question, Side } from "./question.ts";

export async function questions(official: OfficialParts): Promise<Question[]> {
  const clouds = await serveFlyClouds();
  closeAtEnd(() => clouds.close());
  const texts = rendered();
  const asked = Object.entries(texts).map(([name, toml]) => ({
    part: "fly-toml",
    name,
    async ask(side: Side) {
      const judged = await validate(official, clouds, side, toml);
      // Equal refusals would not be a difference, but every fly.toml that the program renders has to pass.
      if (judged.exitCode !== 0) throw new Error(`${side} refuses it: ${judged.stdout}${judged.stderr}`);
      return judged;
    },
  }));
  return [...asked, brokenQuestion(official, clouds, Object.values(texts)[0] ?? "")];
}

/** The rendered texts by name. A unit test of the product keeps the file equal to what the program renders. */
function rendered(): Record<string, string> {
  const file = new URL("recorded/fly-tomls.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
}

/** A file that must be refused. It shows that the validation does not accept everything. */
function brokenQuestion(official: OfficialParts, clouds: FlyClouds, toml: string): Question {
  return {
    part: "fly-toml",
    name: "an unknown section is refused",
    async ask(side) {
      const judged = await validate(official, clouds, side, `${toml}\n[nope]\nkey = 1\n`);
      if (judged.exitCode === 0) throw new Error("the unknown section was let through");
      return judged;
    },
  };
}

async function validate(official: OfficialParts, { url }: FlyClouds, side: Side, toml: string): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), "fly-toml-"));
  const file = join(folder, "fly.toml");
  writeFileSync(file, toml);
  try {
    const ran = await runFlyctl(official, side, ["config", "validate", "--strict", "-c", file], {
      url,
      folder,
    });
    return { ...ran, stdout: ran.stdout.replaceAll(folder, ""), stderr: ran.stderr.replaceAll(folder, "") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
