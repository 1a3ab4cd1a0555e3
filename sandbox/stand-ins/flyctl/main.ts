/** Runs the stand-in flyctl as a program. */
import { flyctl } from "./flyctl.ts";
import { processShell } from "./shell.ts";

process.exitCode = await flyctl(process.argv.slice(2), processShell());
