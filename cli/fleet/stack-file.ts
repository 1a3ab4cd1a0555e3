/** The config of a stack as its file has it: without a start of pulumi, which takes half a second for each stack. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperatorError } from "../../providers/shared/operator-error.ts";
import type { Stack } from "../stack.ts";

/** Config by key, with its namespace: values as YAML has them. A secret is an object with its ciphertext. */
export type FileConfig = Readonly<Record<string, unknown>>;

/**
 * Reads a stack's file. Without a file, or without config in it, there is none.
 *
 * @throws OperatorError when it is no YAML
 */
export async function configInFile({ name }: Pick<Stack, "name">): Promise<FileConfig> {
  const folder = projectFolder(process.cwd());
  if (folder === undefined) return {};
  const project = (await yamlIn(join(folder, "Pulumi.yaml"))) as ProjectFile | null;
  const file = join(folder, project?.stackConfigDir ?? "", `Pulumi.${name.split("/").at(-1)}.yaml`);
  if (!existsSync(file)) return {};
  const { config } = ((await yamlIn(file)) ?? {}) as { config?: FileConfig | null };
  return config ?? {};
}

/** A list or an object of config: as YAML has it, or as JSON text. Undefined for a text that is neither. */
export function structured(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

async function yamlIn(file: string): Promise<unknown> {
  const { parse, YAMLParseError } = await import("yaml");
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    // The lines below the first quote the file.
    const [reason] = error.message.split("\n");
    throw new OperatorError(`${file} is no YAML: ${reason}\n  fix     correct that line of the file`);
  }
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
