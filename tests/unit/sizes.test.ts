import { expect, test } from "vitest";
import { sizesOf, sizeWarnings } from "../../components/config/sizes.ts";

test("the guide's database is what the guide says, and too small is said", () => {
  const guide = sizesOf("guide", {});
  expect(guide.postgres.memoryMb).toBe(256);
  expect(sizeWarnings(guide)).toEqual([
    expect.stringMatching(
      /256 MB.*five processes.*killed.*\n.*pulumi config set-all --path .*mastiff:postgres\.memoryMb=1024 .*volumeGb=1$/s,
    ),
  ]);
});

test.each(["tiny", "small", "medium"] as const)("nothing is said of %s", (preset) => {
  expect(sizeWarnings(sizesOf(preset, {}))).toEqual([]);
});

test("followed, the advice ends the warning", () => {
  expect(sizeWarnings(sizesOf("guide", { postgres: { memoryMb: 1024 } }))).toEqual([]);
});
