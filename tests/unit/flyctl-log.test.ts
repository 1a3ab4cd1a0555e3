import { describe, expect, test } from "vitest";
import { ownLines } from "../../providers/fly/call/log.ts";

const line = (message: string) => ({ timestamp: "2026-11-23T00:00:00Z", message });
const script = `# mastiff: owner
abort 'owner: username or e-mail already taken'
puts JSON.generate(result: result)
`;
const command = ["bundle", "exec", "rails", "runner", script];
const echo = ` INFO Preparing to run: \`/usr/bin/tini -- bundle exec rails runner ${script}\` as mastodon`;
const said = ["Booting…", "", '{"result":"created"}'];

describe("what a machine's program printed", () => {
  test.each([
    ["in one entry", [echo]],
    ["an entry per line", echo.split("\n")],
  ])("is told from its command's echo, %s", (_how, entries) => {
    const all = [
      "Starting init (commit: 1d4f9c8)...",
      ...entries,
      ...said,
      " INFO Main child exited normally with code: 0",
    ];
    expect(ownLines(all.map(line), command).map((one) => one.message)).toEqual([
      "Booting…",
      '{"result":"created"}',
    ]);
  });

  test("keeps a line that only resembles Fly's own", () => {
    const all = ["INFO user created", "[1] done", "Starting initial import"];
    expect(ownLines(all.map(line), []).map((one) => one.message)).toEqual(all);
  });

  test("leaves out the kernel's words", () => {
    expect(ownLines([line("[    3.141592] reboot: Restarting system")], [])).toEqual([]);
  });
});
