/** Where Pulumi starts: index.ts, once it is clear that this Node can read it. */
import { whyTooOld } from "./providers/shared/node-version.mjs";

const problem = whyTooOld(process.versions.node, process.execPath);
// The mark is what @pulumi/pulumi knows a RunError by, whose message is shown without a stack.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });

export default (await import("./index.ts")).default;
