/** The page of the clouds in a real browser, with a community that is up: what a person sees, hears and reaches. */
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { machineOf, recordOf, remove } from "../engine/drift/change.ts";
import { browserAdvice, findBrowser, openBrowser } from "../support/browser.ts";
import { type Community, communityThatIsUp } from "../support/golden.ts";
import type { TestWorld } from "../support/world.ts";

const program = findBrowser();
const narrow = { viewport: { width: 360, height: 740 } };
const app = "mastiff-party";
const eyes = fileURLToPath(new URL("eyes.js", import.meta.url));

if (program === undefined) test("the clouds' page in a browser", ({ skip }) => skip(browserAdvice));
else describe("the clouds' page in a browser", () => inBrowser(program));

function inBrowser(file: string): void {
  let community: Community;
  let world: TestWorld;
  let browser: Browser;
  /** What the console of a page says, and what it asks of anybody else. */
  const complaints: string[] = [];

  beforeAll(async () => {
    [community, browser] = await Promise.all([communityThatIsUp(), openBrowser(file)]);
    ({ world } = community);
    // One of each verdict, for the list of the calls.
    await fetch(`${world.url}/client/v4/zones`);
    await fetch(`${world.url}/sendgrid/v3/no-such-path`);
    await fetch(`${world.url}/v1/apps/${app}`);
  });
  afterAll(async () => {
    await browser?.close();
    await community?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** Opens the page, and waits for the community. */
  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    await context.addInitScript({ content: axe.source });
    await context.addInitScript({ path: eyes });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("console", (said) => said.type() === "error" && complaints.push(said.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${world.url}/`)) complaints.push(request.url());
    });
    await page.goto(world.url);
    await host(page).waitFor();
    return page;
  }

  test("shows records, machines and calls as they come and go", async () => {
    const page = await open();
    const records = page.locator(".record");
    const before = await records.count();
    await world.meddle((state) => {
      const like = recordOf(state, "A", "mastiff.party");
      state.cloudflare.records.push({ ...like, id: "f".repeat(32), name: "wiki.mastiff.party" });
    });
    const added = records.filter({ hasText: "wiki" });
    await added.waitFor();
    expect(await count(page, "records")).toBe(String(before + 1));

    await world.meddle((state) => {
      machineOf(state, app, "web").state = "stopped";
    });
    await page.locator(".machine.off").filter({ hasText: "stopped" }).waitFor();

    const calls = page.locator("#calls .call");
    const seen = await calls.count();
    expect((await fetch(`${world.url}/client/v4/user/tokens/verify`)).ok).toBe(false);
    await page.locator("#calls .call.refused").filter({ hasText: "verify" }).waitFor();
    expect(await calls.count()).toBe(seen + 1);
    await page.getByRole("button", { name: "changes" }).click();
    expect(await page.locator("#calls .call.reads").filter({ visible: true }).count()).toBe(0);
    await page.getByRole("button", { name: "problems" }).click();
    expect(await page.locator("#calls .call").filter({ visible: true }).count()).toBeGreaterThan(0);

    await world.meddle((state) => {
      machineOf(state, app, "web").state = "started";
      remove(state.cloudflare.records, recordOf(state, "A", "wiki.mastiff.party"));
    });
    await added.waitFor({ state: "detached" });
    expect(await count(page, "records")).toBe(String(before));
  });

  test("visits a host, and goes on by its links", async () => {
    const page = await open();
    await host(page).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("200", { exact: true }).waitFor();
    const address = drawer.getByRole("textbox", { name: "Address" });
    expect(await address.inputValue()).toBe("https://mastiff.party/");

    await drawer.getByRole("button", { name: "/api/v2/instance" }).click();
    await drawer.locator("pre").filter({ hasText: '"domain": "mastiff.party"' }).waitFor();
    expect(await address.inputValue()).toBe("https://mastiff.party/api/v2/instance");

    await address.fill("https://nobody.example/");
    await address.press("Enter");
    await drawer.locator(".problem").waitFor();
    await drawer.getByRole("button", { name: "close" }).click();
    await drawer.waitFor({ state: "hidden" });
  });

  test("opens the log of a machine, which goes on", async () => {
    const page = await open();
    await page.locator(".machine").first().click();
    const drawer = page.getByRole("dialog");
    const lines = drawer.locator(".log > div");
    await lines.first().waitFor();
    const id = /machine (\w+)/.exec(await drawer.locator("header p").innerText())?.[1];
    await world.meddle((state) => {
      const logs = Object.values<{ logs: { id: string; instance: string; message: string }[] }>(
        state.fly.apps,
      );
      const own = logs.find((one) => one.logs.some(({ instance }) => instance === id))?.logs;
      const last = own?.findLast(({ instance }) => instance === id);
      if (last !== undefined) own?.push({ ...last, id: `${last.id}9`, message: "a line of this minute" });
    });
    await lines.filter({ hasText: "a line of this minute" }).waitFor();
  });

  test("is used by keyboard alone, and a change leaves the focus where it is", async () => {
    const page = await open();
    const names = await tabbed(page);
    const wanted = ["mastiff.party straight to Fly", "changes", "Answered calls"];
    expect(names.filter(({ name }) => wanted.includes(name)).map(({ name }) => name)).toEqual(wanted);
    // Machines, jobs and folded lists too, and the eye can follow all of them.
    for (const part of ["machine", "job"]) expect(names.some(({ kind }) => kind.includes(part))).toBe(true);
    expect(names.filter(({ outline }) => outline === "none" || outline === "0px")).toEqual([]);

    await host(page).focus();
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("dialog");
    await drawer.getByText("200", { exact: true }).waitFor();
    // Behind the drawer nothing has the focus.
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press("Tab");
      const holder = await page.evaluate("document.activeElement?.closest('dialog, body')?.tagName");
      expect(holder).toMatch(/^(DIALOG|BODY)$/);
    }
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
    expect(await isFocused(host(page))).toBe(true);

    // The machine's box is drawn anew, first behind its open log and then under the focus.
    const web = page.locator(".group").filter({ hasText: /^web/ }).locator(".machine").first();
    await web.focus();
    await page.keyboard.press("Enter");
    await drawer.waitFor();
    const become = (state: string) =>
      world.meddle((all) => {
        machineOf(all, app, "web").state = state;
      });
    await become("stopped");
    await web.filter({ hasText: "stopped" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => isFocused(web)).toBe(true);
    await become("started");
    await web.filter({ hasText: "started" }).waitFor();
    expect(await isFocused(web)).toBe(true);
  });

  test("fits a telephone, with the drawer open too", async () => {
    const page = await open({ ...narrow, hasTouch: true, reducedMotion: "reduce" });
    expect(await page.evaluate("eyes.beyond()")).toEqual([]);
    await host(page).tap();
    await page.getByRole("dialog").getByText("200", { exact: true }).waitFor();
    expect(await page.evaluate("eyes.beyond()")).toEqual([]);
    await page.getByRole("button", { name: "close" }).tap();
    // The newest call stays in sight, over what it covers, and leads to all of them.
    await fetch(`${world.url}/client/v4/zones`);
    const latest = page.locator("#latest.refused");
    await latest.waitFor();
    expect(await page.evaluate("eyes.ground('#latest')")).toHaveLength(3);
    await latest.tap();
    const [title, filters] = await Promise.all(
      ["#h-calls", "#filters"].map((part) => page.locator(part).boundingBox()),
    );
    expect(filters?.y).toBeGreaterThanOrEqual((title?.y ?? Infinity) + (title?.height ?? 0));
    expect(title?.y).toBeLessThan(400);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`is readable in ${colorScheme} colours, for assistive technology too`, async () => {
      for (const options of [{}, narrow]) {
        const page = await open({ ...options, colorScheme, reducedMotion: "reduce" });
        const [red = 0] = await page.evaluate<number[]>("eyes.ground('body')");
        expect(red < 128).toBe(colorScheme === "dark");
        expect(await page.evaluate("eyes.violations()")).toEqual([]);
        await host(page).click();
        await page.getByRole("dialog").getByText("200", { exact: true }).waitFor();
        expect(await page.evaluate("eyes.violations()")).toEqual([]);
        await page.keyboard.press("Escape");
        await page.locator(".machine").first().click();
        await page.locator(".log > div").first().waitFor();
        expect(await page.evaluate("eyes.violations()")).toEqual([]);
      }
    });
  }

  test("moves nothing for whom the system moves nothing", async () => {
    const page = await open({ reducedMotion: "reduce" });
    const become = (content: string) =>
      world.meddle((state) => {
        recordOf(state, "A", "streaming.mastiff.party").content = content;
      });
    const before = recordOf(await world.state(), "A", "streaming.mastiff.party").content;
    await become("192.0.2.77");
    await page.locator(".record").filter({ hasText: "192.0.2.77" }).waitFor();
    expect(await page.evaluate("document.getAnimations().length")).toBe(0);
    expect(await page.locator(".is-new, .is-changed, .is-gone").count()).toBe(0);
    await become(before);
  });

  test("says that the clouds are gone, and goes on when they are back", async () => {
    const page = await open();
    const line = page.getByRole("status");
    await line.filter({ hasText: "live" }).waitFor();
    const { clouds } = world;
    await clouds.stop();
    await line.filter({ hasText: "the clouds do not answer" }).waitFor();
    await world.restart();
    await line.filter({ hasText: "live" }).waitFor({ timeout: 30_000 });
    expect(complaints.splice(0).filter((text) => !text.includes("net::ERR_"))).toEqual([]);
  });
}

/** The button of the community's own host. */
const host = (page: Page) => page.getByRole("button", { name: /^mastiff\.party/ });

/** A number of the header. */
const count = (page: Page, name: string) =>
  page.locator("#counts > div").filter({ hasText: name }).locator("dd").innerText();

const isFocused = (one: Locator) => one.evaluate((element) => element.matches(":focus"));

/** Something that has the keyboard's focus. */
interface Focused {
  name: string;
  kind: string;
  /** Its width, or "none". */
  outline: string;
}

/** What the Tab key reaches, from the top of the page to its end. */
async function tabbed(page: Page): Promise<Focused[]> {
  const reached: Focused[] = [];
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const one = await page.evaluate<Focused | undefined>("eyes.focused()");
    if (one === undefined) break;
    reached.push(one);
  }
  return reached;
}
