/** The table of all comparisons: their files, the official programs they need, and when they run. */
import type { OfficialParts, Question } from "./question.ts";

export interface Comparison {
  /**
   * When the comparison runs. `recorded`: when its entry in the record is stale. `life`: with `--lives` or
   * `--all`, because whole engine lives take half a minute. `always`: in every run and, by
   * sandbox/tests/known-answers.test.ts, at every commit. It compares with known answers of the real clouds
   * and takes seconds.
   */
  kind: "recorded" | "life" | "always";
  /** The official programs that the comparison needs. */
  needs: OfficialProgram[];
  /** Number of questions asked in parallel. flyctl's questions mostly wait, so more of them run at once. */
  atOnce: number;
  load(): Promise<Subject>;
  /**
   * File below sandbox/conformance/. The answers depend on this file and on everything that it imports and
   * starts (sources.ts).
   */
  file: string;
  /** Packages that the answers depend on and that no file imports: those used by a project on the engine. */
  packages?: string[];
}

/** Exports of a comparison's file. */
export interface Subject {
  questions(official: OfficialParts): Promise<Question[]>;
  /** Notes for readers of the counts. */
  remarks?(): string[];
}

/** An official program, by its file name. */
export type OfficialProgram =
  | "flyctl"
  | "pulumi-language-nodejs"
  | "pulumi-resource-cloudflare"
  | "pulumi-resource-command"
  | "pulumi-resource-random"
  | "pulumi-resource-tls";

/** Projects on the engine use these official programs. The providers are the official ones on both sides. */
const engineParts: OfficialProgram[] = [
  "pulumi-language-nodejs",
  "pulumi-resource-command",
  "pulumi-resource-random",
];

/** All comparisons by name, fast ones first. */
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
