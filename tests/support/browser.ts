/** The Chromium of this machine, without a window. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { onPath } from "../../sandbox/toolchain/executables.ts";

/** By their names on PATH. All of them are Chromium inside. */
const programs = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
/** Where macOS has it. */
const applications = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** What a person reads who has none. */
export const browserAdvice =
  "this computer has no Chromium: apt-get install chromium, or name one by MASTIFF_BROWSER";

/** The browser's program: MASTIFF_BROWSER, else that of PATH. Undefined: there is none. */
export function findBrowser(): string | undefined {
  const found = [...programs.flatMap((name) => onPath(name)), ...applications].find((file) =>
    existsSync(file),
  );
  return process.env.MASTIFF_BROWSER || found;
}

/** Starts it. The caller closes it. */
export function openBrowser(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program });
}
