import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Files, operate, outputs, type Project, type Running, withProject } from "./engine.ts";
import type { HostClient } from "./host-client.ts";
import {
  below,
  dynamic,
  failing,
  linked,
  packages,
  programs,
  settings,
  waits,
  witness,
} from "./language-host-projects.ts";
import { hostOf, withHost } from "./language-host-side.ts";
import type { Json } from "./plugin-client.ts";
import type { OfficialParts, Question } from "./question.ts";

/** The language host: programs that succeed and fail, and the engine's questions about a project. */
export async function questions(official: OfficialParts): Promise<Question[]> {
  const program = (
    name: string,
    files: Files | string,
    ask: (project: Project) => Promise<Json> = preview,
  ): Question => ({
    part: "language-host",
    name,
    ask: (side) =>
      withProject(
        official,
        hostOf(side),
        typeof files === "string" ? { "index.ts": files } : files,
        async (project) => ask(project),
      ),
  });
  const asked = (
    name: string,
    files: Files,
    ask: (host: HostClient, folder: string) => Promise<Json>,
  ): Question => ({
    part: "language-host",
    name,
    ask: (side) => withHost(official, side, files, ask),
  });
  return [
    ...programs.map(([name, files]) => program(name, files)),
    program("config: plain, secret, with dots and colons, an object", settings, async (project) => {
      await project.pulumi(["config", "set", "plain", "a word"]);
      await project.pulumi(["config", "set", "--secret", "hidden", "hush"]);
      await project.pulumi(["config", "set", "other:with.dots", "x: y"]);
      await project.pulumi(["config", "set", "--path", "deep.list[0]", "7"]);
      await project.pulumi(["config", "set", "--path", "--secret", "deep.key", "k"]);
      return [await operate(project, "up"), await outputs(project)];
    }),
    program(
      "config that is missing",
      failing(`const p = require("@pulumi/pulumi"); new p.Config().require("absent");`),
    ),
    program("what the program is started with", witness, async (project) => {
      const more = { env: { FROM_THE_SHELL: "kept" } };
      return [await operate(project, "up", ["--parallel=7"], more), await outputs(project)];
    }),
    program("a program in a folder below, run from there", below, async (project) => {
      const more: Running = { cwd: "code/lib" };
      return [await operate(project, "up", [], more), await outputs(project)];
    }),
    program("a dynamic provider", dynamic, async (project) => [
      await operate(project, "up"),
      await outputs(project),
      await operate(project, "destroy"),
    ]),
    program("node is not on PATH", `console.log("never")`, async (project) => {
      // The engine itself is started by its path.
      return await operate(project, "preview", [], { env: { PATH: join(official.bin) } });
    }),
    program("an interrupt while the program waits", waits, async (project) => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), 4000);
      try {
        const { exitCode } = await project.pulumi(["preview", "--stack", "dev", "--non-interactive"], {
          signal: abort.signal,
        });
        return exitCode !== 0;
      } finally {
        clearTimeout(timer);
      }
    }),
    asked("plugin info", {}, async (host) => Object.keys((await host.pluginInfo()) ?? {})),
    asked("packages of a project without any", {}, (host, folder) => host.requiredPackages({ folder })),
    asked("packages of a project", packages, (host, folder) => host.requiredPackages({ folder })),
    asked("packages behind a link, below, and in a policy pack", linked, async (host, folder) => {
      symlinkSync(join(folder, "elsewhere"), join(folder, "node_modules/linked"));
      return await host.requiredPackages({ folder });
    }),
    asked("install", { "package.json": `{ "name": "empty" }`, "node_modules/none": "" }, (host, folder) =>
      host.install({ folder }),
    ),
    asked("run before a handshake", {}, (host, folder) => host.run({ folder })),
  ];
}

function preview(project: Project): Promise<Json> {
  return operate(project, "preview");
}
