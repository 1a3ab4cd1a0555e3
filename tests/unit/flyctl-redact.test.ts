import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactor, showArgv } from "../../providers/fly/call/redact.ts";

const none = redactor([]);

describe("redaction", () => {
  test("a value that came in is gone from any text, alone, in JSON, in a URL", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6 }).filter((s) => s.trim().length >= 6),
        fc.string(),
        (secret, around) => {
          const redact = redactor([secret]);
          const kept = secret.trim();
          for (const text of [secret, JSON.stringify({ a: secret }), encodeURIComponent(secret)]) {
            const shown = redact(`${around} ${text} `);
            expect(shown.replaceAll("[secret]", "").includes(kept) && !around.includes(kept)).toBe(false);
          }
        },
      ),
    );
  });

  const odd = 'p"ss w/rd @ 100%';
  test.each([
    ["alone", odd],
    ["in JSON", JSON.stringify(odd).slice(1, -1)],
    ["in a URL", encodeURIComponent(odd)],
  ])("nothing is left of a value with letters that are written otherwise %s", (_where, text) => {
    expect(redactor([odd])(`before ${text} after`)).toBe("before [secret] after");
  });

  test("of a value with several lines, each line goes", () => {
    expect(redactor(["first-line\nsecond-line"])("second-line then first-line")).toBe(
      "[secret] then [secret]",
    );
  });

  test("a longer value is taken before one that it contains", () => {
    expect(redactor(["abcdef", "abcdefghij"])("abcdefghij")).toBe("[secret]");
  });

  test("short values are left, or half of any text would go", () => {
    expect(redactor(["true"])("it is true")).toBe("it is true");
  });

  test.each([
    ["postgres://postgres:JRwwEU9lwZg5oF0@x.flycast:5432", "postgres://postgres:[secret]@x.flycast:5432"],
    ["redis://default:0123@fly-x.upstash.io:6379", "redis://default:[secret]@fly-x.upstash.io:6379"],
    ["redis://:0123@h", "redis://:[secret]@h"],
    ["token FlyV1 fm2_lJPEabc+/=,fm2_x was refused", "token [secret] was refused"],
    ["  Password:    JRwwEU9lwZg5oF0", "  Password:    [secret]"],
    [" Private URL    │ redis://default:x@h ", " Private URL    │ [secret]"],
    ["SMTP_PASSWORD=SG.abc and more", "SMTP_PASSWORD=[secret] and more"],
    ['SECRET_KEY_BASE="a b c" x', "SECRET_KEY_BASE=[secret] x"],
    ["key SG.abcdefgh.ijklmnopqrst rejected", "key [secret] rejected"],
    ["token cfut_0123456789abcdefABCDEF was refused", "token [secret] was refused"],
    ["cfat_0123456789abcdefABCDEF, cfk_0123456789abcdefABCDEF", "[secret], [secret]"],
    ["PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3Q=:c3Y='", "PASSWORD '[secret]'"],
    ["Authorization: Bearer abc def", "Authorization: [secret]"],
  ])("%s", (text, shown) => {
    expect(none(text)).toBe(shown);
  });

  test.each(["secrets set NAME_SECRET=- -a acme", "https://acme.org:443/path@x", "sha256:0f0e", "a: b@c"])(
    "left as it is: %s",
    (text) => {
      expect(none(text)).toBe(text);
    },
  );
});

describe("an argument list for people", () => {
  test("is one line, quoted where a shell would need it", () => {
    expect(showArgv(["certs", "add", "*.acme.org", "a b"], none)).toBe("certs add *.acme.org 'a b'");
  });

  test("a script is cut to its first line", () => {
    expect(showArgv(["--", "rails", "runner", "# mastiff: owner\nputs 1"], none)).toBe(
      "-- rails runner '# mastiff: owner …'",
    );
  });
});
