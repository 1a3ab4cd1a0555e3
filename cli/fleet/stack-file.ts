/** The config of a stack as its file has it: without a start of pulumi, which takes half a second for each stack. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stack } from "../stack.ts";

/** Config by key, with its namespace: values as YAML has them. A secret is an object with its ciphertext. */
export type FileConfig = Readonly<Record<string, unknown>>;

/** Reads a stack's file. Without a file, or without config in it, there is none. */
export async function configInFile({ name }: Pick<Stack, "name">): Promise<FileConfig> {
  const { parse } = await import("yaml");
  const folder = projectFolder(process.cwd());
  if (folder === undefined) return {};
  const project = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as ProjectFile | null;
  const file = join(folder, project?.stackConfigDir ?? "", `Pulumi.${name.split("/").at(-1)}.yaml`);
  if (!existsSync(file)) return {};
  const { config } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: FileConfig | null };
  return config ?? {};
}

/** @see https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
interface ProjectFile {
  /** Folder of the stacks' files, below that of Pulumi.yaml. */
  stackConfigDir?: string;
}

/** The folder of Pulumi.yaml: this one or the nearest above, as for pulumi. */
function projectFolder(from: string): string | undefined {
  if (existsSync(join(from, "Pulumi.yaml"))) return from;
  const above = dirname(from);
  return above === from ? undefined : projectFolder(above);
}
