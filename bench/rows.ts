/** All rows of the table, in its order. */
import type { Row } from "./lab.ts";
import { calls } from "./rows/calls.ts";
import { look, overBare } from "./rows/clean-preview.ts";
import { cpuOfPreview, cpuOfUp } from "./rows/cpu.ts";
import { firstDemo } from "./rows/first-demo.ts";
import { fleet } from "./rows/fleet.ts";
import { growth } from "./rows/growth.ts";
import { processes } from "./rows/processes.ts";
import { criticalChain, script } from "./rows/waiting.ts";

export const rows: readonly Row[] = [
  criticalChain,
  script,
  overBare,
  look,
  cpuOfPreview,
  cpuOfUp,
  calls,
  processes,
  fleet,
  growth,
  firstDemo,
];
