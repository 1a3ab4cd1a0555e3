/** The whole life of a stack on the real engine, with the official language host and with the stand-in. */
import { operate, outputs, withProject } from "./engine.ts";
import { hostOf } from "./language-host-side.ts";
import type { OfficialParts, Question } from "./question.ts";

export async function questions(official: OfficialParts): Promise<Question[]> {
  return [
    {
      part: "language-host-life",
      name: "a stack on the real engine: preview, up, refresh, change, destroy",
      ask: (side) =>
        withProject(official, hostOf(side), { "index.ts": program }, async (project) => [
          await operate(project, "preview"),
          await operate(project, "up"),
          await outputs(project),
          await operate(project, "preview", ["--expect-no-changes"]),
          await operate(project, "refresh"),
          await operate(project, "refresh", ["--run-program"]),
          await operate(project, "up", ["--config=asked:word=other"]),
          await outputs(project),
          await operate(project, "destroy", ["--run-program"]),
        ]),
    },
  ];
}

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
export const word = new pulumi.Config().get("word") ?? "first";
console.log("word is", word);
const password = new random.RandomPassword("secret", { length: 8 });
const said = new command.local.Command("said", { create: "echo $WORD", update: "echo changed $WORD", environment: { WORD: word } });
export const length = password.result.apply((value) => value.length);
export const out = said.stdout;
`;
