import { expect, test } from "vitest";
import { examplesIn, exportsOf, freeNames, moduleName, moduleText } from "../../toolchain/examples.ts";

const source = [
  "/**",
  " * A thing.",
  " *",
  " * @example",
  " * const thing = new Thing({",
  " *   zone,",
  " * });",
  " * @see elsewhere",
  " */",
  "export class Thing {}",
  "",
  "  /**",
  "   * @example",
  "   * twice(1);",
  "   */",
].join("\n");

test("a block is the code from its tag to the next one, or to the end of the docstring", () => {
  expect(examplesIn("components/thing.ts", source)).toEqual([
    { file: "components/thing.ts", line: 5, code: "const thing = new Thing({\n  zone,\n});" },
    { file: "components/thing.ts", line: 14, code: "twice(1);" },
  ]);
  expect(
    examplesIn("components/thing.ts", '/** Has an example. */\nexport const example = "@example";'),
  ).toEqual([]);
});

test("a block uses what it does not declare; a property is not a use", () => {
  const code = [
    "const { spec, kind: other } = thing;",
    "const made = new Made({ name: spec, zone, ...rest }, (given) => given.place);",
    "export const url: Output<string> = made.url;",
    "const found = made.output<Found>();",
  ].join("\n");
  expect(freeNames(code)).toEqual(["Found", "Made", "Output", "rest", "thing", "zone"]);
});

test("a name comes from the block's own file, from the scene, or from the one file that exports it", () => {
  const exported = exportsOf(
    new Map([
      ["components/thing.ts", "export class Thing {}\nclass Hidden {}"],
      ["components/zone/zone.ts", "export interface Zone {}\nexport class Thing {}\nexport const zone = 1;"],
      ["tests/scene.ts", "export declare const zone: Zone;\nexport async function twice() {}"],
      ["components/a.ts", "export const many = 1;"],
      ["components/b.ts", "export const many = 2;"],
    ]),
  );
  const code = "twice(new Thing(zone), many, pulumi.output(1)) satisfies Zone;\nHidden;";
  const example = { file: "components/thing.ts", line: 7, code };
  const [imports = "", ...rest] = moduleText(example, exported, "tests/scene.ts").split("\n");
  expect(imports.split(/(?<=;) /)).toEqual([
    'import { Thing } from "./thing.ts";',
    'import { type Zone } from "./zone/zone.ts";',
    'import * as pulumi from "@pulumi/pulumi";',
    'import { twice } from "../tests/scene.ts";',
    'import { zone } from "../tests/scene.ts";',
    "export {};",
  ]);
  // The compiler's line numbers are those of the docstring.
  expect(rest.slice(5)).toEqual([...code.split("\n"), ""]);
  expect(moduleName(example)).toBe("components/thing.example-7.ts");
});
