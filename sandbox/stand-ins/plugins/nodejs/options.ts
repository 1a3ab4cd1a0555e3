/** The `runtime.options` of a project, as the language host reads them. */
export interface NodeOptions {
  /** True: compile the program with ts-node. False: Node runs it as it is. Default: true. */
  typescript: boolean;
  /** Path of tsconfig.json. Empty: ts-node finds it. */
  tsconfig: string;
  /** Arguments of the Node process, before those of the program. */
  nodeargs: string[];
  /** Default: auto, which means the manager of the lock file. */
  packagemanager: "auto" | "npm" | "yarn" | "pnpm" | "bun";
  /** Leave out devDependencies when installing. */
  production: boolean;
}

/**
 * Reads the options of a project.
 *
 * @throws Error when an option has the wrong type, with the official host's message.
 * @see pulumi/pulumi: sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 */
export function readOptions(options: Record<string, unknown>): NodeOptions {
  const typed = <T>(key: string, type: "boolean" | "string", fallback: T, label = key): T => {
    const value = options[key];
    if (value === undefined) return fallback;
    if (typeof value !== type) throw new Error(`${label} option must be a ${type}`);
    return value as T;
  };
  const read = {
    typescript: typed("typescript", "boolean", true),
    tsconfig: typed("tsconfig", "string", "", "tsconfigpath"),
    nodeargs: splitWords(typed("nodeargs", "string", "")),
    production: typed("production", "boolean", false),
    packagemanager: typed("packagemanager", "string", "auto"),
  };
  if (!isPackageManager(read.packagemanager)) {
    throw new Error(
      `packagemanager option must be one of auto, npm, yarn, pnpm or bun, got ${JSON.stringify(read.packagemanager)}`,
    );
  }
  return { ...read, packagemanager: read.packagemanager };
}

function isPackageManager(name: string): name is NodeOptions["packagemanager"] {
  return ["auto", "npm", "yarn", "pnpm", "bun"].includes(name);
}

/**
 * Splits a line into words as a shell does, with quotes, backslashes, and comments that start with `#`.
 *
 * @throws Error when a quote is not closed.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] as string;
    if (char === "\\" && quote !== "'") {
      at += 1;
      if (at >= line.length) throw new Error("EOF found after escape character");
      word = (word ?? "") + line[at];
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#" && word === undefined) {
      const end = line.indexOf("\n", at);
      at = end === -1 ? line.length : end;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) throw new Error("EOF found when expecting closing quote");
  if (word !== undefined) words.push(word);
  return words;
}
