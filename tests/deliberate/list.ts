/** All deliberate faults, sorted by part of the product. */
import type { Fault } from "./fault.ts";
import { clientFaults } from "./faults/clients.ts";
import { componentFaults } from "./faults/components.ts";
import { flyctlFaults } from "./faults/flyctl.ts";
import { outsideFaults } from "./faults/outside.ts";
import { programFaults } from "./faults/program.ts";

export const faults: readonly Fault[] = [
  ...programFaults,
  ...componentFaults,
  ...flyctlFaults,
  ...clientFaults,
  ...outsideFaults,
];
