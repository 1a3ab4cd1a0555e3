/** Pulumi's entry point: loads index.ts, after checking that this Node can read it. */
import { keepCompiled } from "./providers/shared/compile-cache.mjs";
import { loadClosuresLate } from "./providers/shared/lean-sdk.mjs";
import { whyTooOld } from "./providers/shared/node-version.mjs";

const problem = whyTooOld(process.versions.node, process.execPath);
// @pulumi/pulumi recognises a RunError by this property, and shows its message without a stack trace.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });

// The SDK keeps a stack trace of every promise, and a hook of the SDK looks for source maps of its lines.
// There are none, because Node runs these files as they are. The hook is a quarter of a preview's work.
Reflect.deleteProperty(Error, "prepareStackTrace");

keepCompiled();
loadClosuresLate(import.meta.url);

export default (await import("./index.ts")).default;
