import { keepCompiled } from "../shared/compile-cache.mjs";

keepCompiled();

try {
  const { run } = await import("./run.ts");
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}
