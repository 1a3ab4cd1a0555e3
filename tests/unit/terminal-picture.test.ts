import { expect, test } from "vitest";
import { onPath } from "../../sandbox/toolchain/executables.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { onTerminal, screenOf, terminalSvg, textOf } from "../pictures/terminal.ts";

const esc = "\u001b";

test("a screen is what a terminal shows in the end, with its colours", async () => {
  const written = [
    `waiting${esc}[2K\rdone`,
    `${esc}[32mgreen${esc}[0m and ${esc}[1;38;5;13mbold${esc}[0m   `,
    `${esc}[38;2;1;2;3mtrue${esc}[0m ${esc}[38;5;208mcube${esc}[0m`,
    "",
    "",
  ].join("\n");
  const screen = await screenOf(written, 40);
  expect(screen.map(textOf)).toEqual(["done", "green and bold", "true cube"]);
  expect(screen[1]).toMatchObject([
    { text: "green", colour: "#3fb950", isBold: false, column: 0, width: 5 },
    { text: " and ", colour: "#e6edf3", isBold: false, column: 5, width: 5 },
    { text: "bold", colour: "#e2c5ff", isBold: true, column: 10, width: 4 },
  ]);
  expect(screen[2]).toMatchObject([{ colour: "#010203" }, {}, { colour: "#ff8700" }]);
});

test("a line that is too long goes on in the next, and what scrolls out is kept", async () => {
  expect((await screenOf(`${"a".repeat(25)}\n`, 20)).map(textOf)).toEqual(["a".repeat(20), "a".repeat(5)]);
  expect(await screenOf("line\n".repeat(400), 20)).toHaveLength(400);
});

test("the picture has the text in its columns, and no markup of the program's", async () => {
  const svg = terminalSvg(await screenOf(`  <b>&"\n`, 20), 20, "npm run <x>");
  expect(svg).toContain(`<text x="33.6" y="61" textLength="39.0">&lt;b>&amp;&quot;</text>`);
  expect(svg).toContain('aria-label="npm run &lt;x>"');
});

test.skipIf(process.platform !== "linux" || onPath("script").length === 0)(
  "a program on a terminal of its own draws for it",
  async () => {
    const heard: string[] = [];
    const line = `node -e 'console.log(process.stdout.isTTY, process.stdout.columns, "ü")'`;
    const written = await onTerminal(line, { columns: 66, cwd: root, heard: (soFar) => heard.push(soFar) });
    expect((await screenOf(written, 66)).map(textOf)).toEqual(["true 66 ü"]);
    expect(heard.at(-1)).toBe(written);
    await expect(onTerminal("echo no; exit 3", { columns: 66, cwd: root })).rejects.toThrow(
      /ended with exit code 3:\s+no/,
    );
  },
);
