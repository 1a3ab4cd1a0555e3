import { keepCompiled } from "../providers/shared/compile-cache.mjs";

keepCompiled();

const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
