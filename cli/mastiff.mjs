#!/usr/bin/env node
/** The operator's commands start here: main.ts is loaded only when this Node can read it. */
import { whyTooOld } from "../providers/shared/node-version.mjs";

const problem = whyTooOld(process.versions.node, process.execPath);
if (problem === undefined) await import("./main.ts");
else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
