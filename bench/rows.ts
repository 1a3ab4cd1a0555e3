/** All rows of the table, in its order. */
import type { Row } from "./lab.ts";
import { calls } from "./rows/calls.ts";
import { processes } from "./rows/processes.ts";

export const rows: readonly Row[] = [calls, processes];
