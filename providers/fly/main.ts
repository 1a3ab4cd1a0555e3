import { enableCompileCache } from "node:module";

// Before any large module is loaded: a warm cache halves the time to the driver's first flyctl call.
enableCompileCache();

try {
  const { run } = await import("./run.ts");
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}
