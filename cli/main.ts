import { enableCompileCache } from "node:module";

// Before any large module is loaded.
enableCompileCache();

const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
