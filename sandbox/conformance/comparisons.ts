/** What is compared, with what, and when: the table that all else here goes by. */
import type { OfficialParts, Question } from "./question.ts";

/** One subject of comparison. */
export interface Comparison {
  /**
   * `recorded`: asked when its entry in the record is stale. `life`: whole engine lives, which take half a minute and
   * are asked for by `--lives` and `--all`. `always`: against what is known of the real clouds; it takes seconds, and
   * sandbox/tests/known-answers.test.ts asks it at every commit.
   */
  kind: "recorded" | "life" | "always";
  /** The official programs without which it cannot be compared. */
  needs: OfficialProgram[];
  /** How many questions are asked at once. Those of flyctl wait more than they work. */
  atOnce: number;
  load(): Promise<Subject>;
  /** Its file below sandbox/conformance/: what that imports and starts is what the answers depend on (sources.ts). */
  file: string;
  /** Packages that it depends on and does not import: those that a project on the engine uses. */
  packages?: string[];
}

/** What the file of a comparison exports. */
export interface Subject {
  questions(official: OfficialParts): Promise<Question[]>;
  /** What whoever reads the counts should know. */
  remarks?(): string[];
}

/** An official program by its file's name. */
export type OfficialProgram =
  | "flyctl"
  | "pulumi-language-nodejs"
  | "pulumi-resource-cloudflare"
  | "pulumi-resource-command"
  | "pulumi-resource-random"
  | "pulumi-resource-tls";

/** Projects on the engine use these providers, official on both sides. */
const engineParts: OfficialProgram[] = [
  "pulumi-language-nodejs",
  "pulumi-resource-command",
  "pulumi-resource-random",
];

/** All comparisons by name, quick ones first. */
export const comparisons: Record<string, Comparison> = {
  random: {
    kind: "recorded",
    needs: ["pulumi-resource-random"],
    atOnce: 4,
    file: "random.ts",
    packages: ["@pulumi/random"],
    load: () => import("./random.ts"),
  },
  tls: {
    kind: "recorded",
    needs: ["pulumi-resource-tls"],
    atOnce: 4,
    file: "tls.ts",
    packages: ["@pulumi/tls"],
    load: () => import("./tls.ts"),
  },
  command: {
    kind: "recorded",
    needs: ["pulumi-resource-command"],
    atOnce: 4,
    file: "command.ts",
    packages: ["@pulumi/command"],
    load: () => import("./command.ts"),
  },
  "fly-toml": {
    kind: "recorded",
    needs: ["flyctl"],
    atOnce: 4,
    file: "fly-toml.ts",
    load: () => import("./fly-toml.ts"),
  },
  cloudflare: {
    kind: "recorded",
    needs: ["pulumi-resource-cloudflare"],
    atOnce: 4,
    file: "cloudflare.ts",
    packages: ["@pulumi/cloudflare"],
    load: () => import("./cloudflare.ts"),
  },
  "language-host": {
    kind: "recorded",
    needs: engineParts,
    atOnce: 2,
    file: "language-host.ts",
    packages: ["@pulumi/command", "@pulumi/random"],
    load: () => import("./language-host.ts"),
  },
  flyctl: {
    kind: "recorded",
    needs: ["flyctl"],
    atOnce: 6,
    file: "flyctl.ts",
    load: () => import("./flyctl.ts"),
  },
  "cloudflare-life": {
    kind: "life",
    needs: ["pulumi-language-nodejs", "pulumi-resource-cloudflare"],
    atOnce: 1,
    file: "cloudflare-life.ts",
    load: () => import("./cloudflare-life.ts"),
  },
  "language-host-life": {
    kind: "life",
    needs: engineParts,
    atOnce: 1,
    file: "language-host-life.ts",
    load: () => import("./language-host-life.ts"),
  },
  "recorded-cloudflare": {
    kind: "always",
    needs: [],
    atOnce: 1,
    file: "recorded-cloudflare.ts",
    load: () => import("./recorded-cloudflare.ts"),
  },
  "documented-sendgrid": {
    kind: "always",
    needs: [],
    atOnce: 4,
    file: "documented-sendgrid.ts",
    load: () => import("./documented-sendgrid.ts"),
  },
};
