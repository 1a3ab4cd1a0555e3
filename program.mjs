/** Pulumi's entry point: loads index.ts, after checking that this Node can read it. */
import { whyTooOld } from "./providers/shared/node-version.mjs";

const problem = whyTooOld(process.versions.node, process.execPath);
// @pulumi/pulumi recognises a RunError by this property, and shows its message without a stack trace.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });

export default (await import("./index.ts")).default;
