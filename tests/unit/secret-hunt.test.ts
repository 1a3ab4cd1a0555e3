import { expect, test } from "vitest";
import { hunt } from "../support/secret-hunt.ts";

test.each([
  ["as it is", "x hunter2/+hunter2 y"],
  ["in base64", Buffer.from("hunter2/+hunter2").toString("base64")],
  ["in a URL", "p=hunter2%2F%2Bhunter2"],
])("a value is known %s", (_form, text) => {
  expect(hunt([{ name: "planted", value: "hunter2/+hunter2" }], [{ name: "place", text }])).toEqual([
    "planted in place",
  ]);
});
