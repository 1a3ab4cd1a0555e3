/** Pulumi's entry point to the policies: loads pack.ts, after checking that this Node can read it. */
import { whyTooOld } from "../providers/shared/node-version.mjs";

const problem = whyTooOld(process.versions.node, process.execPath);
// @pulumi/pulumi recognises a RunError by this property, and shows its message without a stack trace.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });

// Not awaited: Pulumi loads this file by `require`, which takes no module that waits.
import("./pack.ts");
