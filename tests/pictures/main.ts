/**
 * `npm run pictures [-- stack demo clouds review doctor]`: makes the pictures of the README and of docs/ anew, all of
 * them from real runs. `stack`, `demo` and `clouds` come from one `npm run demo`, which takes some minutes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineCommand, runMain } from "citty";
import type { Browser, Page } from "playwright-core";
import { root } from "../../sandbox/toolchain/paths.ts";
import { openTerminal } from "../../sandbox/toolchain/terminal.ts";
import { browserAdvice, findBrowser, openBrowser } from "../support/browser.ts";
import { demoLine, playDemo } from "./demo.ts";
import { doctorLine, doctorSays } from "./doctor.ts";
import { reviewPage } from "./review-page.ts";
import { graphOf } from "./stack-graph.ts";
import { stackSvg } from "./stack-svg.ts";
import { screenOf, terminalSvg, textOf } from "./terminal.ts";

const terminal = openTerminal();
const names = ["stack", "demo", "clouds", "review", "doctor"] as const;
type Name = (typeof names)[number];

const folder = join(root, "docs/pictures");
/** Of the terminals. */
const columns = 110;

const command = defineCommand({
  meta: { name: "pictures", description: "Make the pictures of the README and of docs/ from real runs" },
  args: {
    picture: { type: "positional", required: false, description: `one of ${names.join(", ")}; default: all` },
  },
  async run({ args }) {
    const unknown = args._.filter((name) => !names.includes(name as Name));
    if (unknown.length > 0) {
      terminal.error(`there is no picture ${unknown.join(", ")}: ${names.join(", ")}`);
      process.exit(2);
    }
    const program = findBrowser();
    if (program === undefined) {
      terminal.error(browserAdvice);
      process.exit(1);
    }
    const wanted = new Set<Name>(args._.length === 0 ? names : (args._ as Name[]));
    const browser = await openBrowser(program);
    try {
      await draw(wanted, browser);
    } finally {
      await browser.close();
    }
  },
});

async function draw(wanted: ReadonlySet<Name>, browser: Browser): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (wanted.has("doctor")) {
    const screen = await screenOf(await doctorSays(), columns);
    // What a terminal of this height shows in the end.
    save("doctor.svg", terminalSvg(screen.slice(-33), columns, doctorLine));
  }
  if (wanted.has("review")) {
    for (const { page, colours } of await pagesOf(browser, { width: 980, height: 600 })) {
      await page.setContent(reviewPage("resize"));
      const { height = 0 } = (await page.locator("html").boundingBox()) ?? {};
      await page.setViewportSize({ width: 980, height: Math.ceil(height) });
      await photograph(page, `review-${colours}`);
    }
  }
  if (!wanted.has("stack") && !wanted.has("demo") && !wanted.has("clouds")) return;
  const step = terminal.step("running the demo");
  const watch = wanted.has("clouds") ? (url: string) => photographClouds(browser, url) : async () => {};
  const { written, resources } = await playDemo(columns, watch);
  step.done("the demo has run");
  if (wanted.has("stack")) save("stack.svg", await stackSvg(graphOf(resources), "mastiff.party"));
  if (!wanted.has("demo")) return;
  const screen = await screenOf(written, columns);
  const checks = screen.findIndex((line) => textOf(line).includes("looking from outside"));
  save("demo.svg", terminalSvg(screen.slice(checks), columns, demoLine));
}

/** The page of the clouds in the first `up`, while some machines run and something is under way. */
async function photographClouds(browser: Browser, url: string): Promise<void> {
  const pages = await pagesOf(browser, { width: 1400, height: 880 });
  await Promise.all(
    pages.map(async ({ page, colours }) => {
      page.setDefaultTimeout(600_000);
      await page.goto(url);
      const running = page.locator(".machine.green");
      await running.nth(1).waitFor();
      // With four, all is up: nothing was slow enough to be seen.
      await page.locator(".machine.busy, .job.busy").or(running.nth(3)).first().waitFor();
      await photograph(page, `clouds-${colours}`);
    }),
  );
}

/** A page in light colours and one in dark ones. Each pixel of CSS is two of the picture. */
async function pagesOf(browser: Browser, viewport: { width: number; height: number }) {
  const both = ["light", "dark"] as const;
  return Promise.all(
    both.map(async (colours) => ({
      colours,
      page: await browser.newPage({ viewport, colorScheme: colours, deviceScaleFactor: 2 }),
    })),
  );
}

/** Saves what is seen of a page as WebP, which is a third of a PNG. */
async function photograph(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 90 });
  save(`${name}.webp`, Buffer.from(data, "base64"));
}

function save(file: string, picture: string | Buffer): void {
  writeFileSync(join(folder, file), picture);
  terminal.success(`docs/pictures/${file}, ${Math.round(Buffer.byteLength(picture) / 1000)} kB`);
}

await runMain(command);
