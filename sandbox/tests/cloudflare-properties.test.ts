import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalIpv6, fullName, quotedText, unquotedText } from "../clouds/cloudflare/dns-name.ts";
import { FilterError, parseExpression } from "../clouds/cloudflare/expression.ts";

const facts = { host: "a.example", method: "GET" };

test("what a resolver answers is the text that was sent, however it was cut and quoted", () => {
  const text = fc.string({ minLength: 1, maxLength: 900 }).map((t) => t.trim());
  fc.assert(
    fc.property(
      text.filter((t) => t !== "" && !t.startsWith('"')),
      (sent) => {
        const stored = quotedText(sent);
        expect(unquotedText(stored)).toBe(sent);
        // Quoting stored text changes nothing, so a record that is read and written back stays the same.
        expect(quotedText(stored)).toBe(stored);
      },
    ),
  );
});

test("a name has one spelling", () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
  fc.assert(
    fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
      const full = fullName(labels.join("."), "example.org");
      expect(full.endsWith("example.org")).toBe(true);
      expect(fullName(full, "example.org")).toBe(full);
      expect(fullName(`${full.toUpperCase()}.`, "example.org")).toBe(full);
    }),
  );
});

test("an IPv6 address has one spelling", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const short = canonicalIpv6(address);
      expect(canonicalIpv6(short)).toBe(short);
    }),
  );
});

test("any text is either an expression or refused with the engine's error", () => {
  const pieces = [
    "http.host",
    "eq",
    "in",
    "{",
    "}",
    "(",
    ")",
    '"a.example"',
    "and",
    "not",
    ",",
    "contains",
    "1",
    "xyz",
  ];
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((p) => p.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(typeof parseExpression(text)(facts)).toBe("boolean");
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
        expect((error as Error).message).toMatch(/^Filter parsing error \(\d+:\d+\):\n.*\n *\^+ .+\n$/);
      }
    }),
    { numRuns: 500 },
  );
});

test("a set holds its members and nothing else", () => {
  const hosts = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}\.example$/), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(hosts, (names) => {
      const matcher = parseExpression(`http.host in {${names.map((n) => `"${n}"`).join(" ")}}`);
      for (const host of names) expect(matcher({ host, method: "GET" })).toBe(true);
      expect(matcher({ host: "other.invalid", method: "GET" })).toBe(false);
    }),
  );
});
