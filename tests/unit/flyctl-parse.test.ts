import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  errorMessage,
  jsonIn,
  jsonStream,
  lastJsonLine,
  machineId,
  plain,
  table,
  verticalTable,
} from "../../providers/fly/call/parse.ts";

const redisStatus = `\u001b[1mRedis\u001b[0m
 ID             │ aBcDeF                                                           
 Name           │ masto-redis                                                      
 Read Regions   │ None                                                             
 Private URL    │ redis://default:0123456789abcdef@fly-masto-redis.upstash.io:6379 

`;
const redisList = ` NAME        │ ORG  │ PLAN          │ EVICTION │ PRIMARY REGION │ READ REGIONS 
 masto-redis │ acme │ Pay-as-you-go │ Disabled │ ams            │              

`;

describe("JSON", () => {
  test("prose in place of an empty list is an empty list", () => {
    expect(jsonIn("No postgres clusters found\n")).toEqual([]);
    expect(jsonIn("No managed postgres clusters found in organization acme\n")).toEqual([]);
    expect(jsonIn("null\n")).toEqual([]);
  });

  test("talk after the JSON is left out", () => {
    expect(jsonIn('[{"hostname": "a]"}]\nShowing 50 of 70 certificates\n')).toEqual([{ hostname: "a]" }]);
  });

  test("what is no JSON at all is an error that quotes it", () => {
    expect(() => jsonIn("Welcome!")).toThrow("flyctl's answer is not JSON: Welcome!");
  });

  test("any value comes back through a stream of values, whatever its strings hold", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 })), (values) => {
        const text = values.map((value) => JSON.stringify(value, null, 4)).join("\n");
        // JSON escapes control characters in strings, and no other text may be taken for a terminal's.
        expect(jsonStream(text)).toEqual(values);
      }),
    );
  });

  test("a log that was cut within an entry gives the whole ones", () => {
    expect(jsonStream('{"message":"one"}\n{"message":"tw')).toEqual([{ message: "one" }]);
  });
});

describe("tables", () => {
  test("rows are keyed by their headers", () => {
    expect(table(redisList)).toEqual([
      {
        name: "masto-redis",
        org: "acme",
        plan: "Pay-as-you-go",
        eviction: "Disabled",
        "primary region": "ams",
        "read regions": "",
      },
    ]);
  });

  test("no rows, no table", () => {
    expect(table(" NAME │ ORG \n\n")).toEqual([]);
    expect(table("")).toEqual([]);
  });

  test("a vertical table gives the address whole", () => {
    expect(verticalTable(redisStatus)["Private URL"]).toBe(
      "redis://default:0123456789abcdef@fly-masto-redis.upstash.io:6379",
    );
  });
});

describe("messages", () => {
  test("the GraphQL text in an error is left out", () => {
    const stderr =
      '\u001b[31mError: \u001b[0mfailed to run query($org: ID) { apps(type: "container") { nodes { id } } }: server returned a non-200 status code: 429\n';
    expect(errorMessage(stderr)).toBe("server returned a non-200 status code: 429");
  });

  test("request and trace ids, and the add-ons' prefix, are left out", () => {
    expect(
      errorMessage("Error: failed to list VMs: unauthorized (Request ID: 01J-ams) (Trace ID: 0af7)\n"),
    ).toBe("failed to list VMs: unauthorized");
    expect(errorMessage("Error: input:3: addOn Could not find AddOn\n")).toBe("addOn Could not find AddOn");
  });

  test("a deploy that breaks off says why behind a cross, on stdout", () => {
    const stdout = [
      "Updating existing machines in 'acme' with rolling strategy",
      "> [2/2] Updating 18e9 [web]",
      "\u001b[31m✖\u001b[0m [1/2] Machine 1f75 [sidekiq] update failed: failed to update VM 1f75: too many requests",
      "✖ [2/2] Machine 18e9 [web] update canceled while it was in progress",
      "",
    ].join("\n");
    const stderr = "==> Building image\nimage found: img_4fc8c512faa6\n\n";
    expect(errorMessage(stderr, stdout)).toBe(
      "✖ [1/2] Machine 1f75 [sidekiq] update failed: failed to update VM 1f75: too many requests\n" +
        "✖ [2/2] Machine 18e9 [web] update canceled while it was in progress",
    );
    expect(errorMessage(`${stderr}Error: no\n`, stdout)).toBe("no");
    expect(errorMessage("", "it says so here\n")).toBe("it says so here");
  });

  test("paragraphs after the message stay", () => {
    expect(errorMessage("notice\nError: Name has already been taken\nApp names are unique.\n\n")).toBe(
      "Name has already been taken\nApp names are unique.",
    );
  });

  test("colours go, text stays", () => {
    expect(plain("\u001b[32m✓\u001b[0m Configuration is valid\r\n")).toBe("✓ Configuration is valid\n");
  });
});

describe("machines", () => {
  test("the id of a machine that was made", () => {
    expect(machineId("Success! A Machine…\n Machine ID: 148e21b9c5d005\n Instance ID: 01J5\n")).toBe(
      "148e21b9c5d005",
    );
    expect(machineId("Image size: 3.6 MB\n")).toBeUndefined();
  });

  test("a script's answer is the last line that is an object", () => {
    expect(lastJsonLine(['{"result":"x"}', "{not json", '{"result":"created"}', "bye"])).toEqual({
      result: "created",
    });
    expect(lastJsonLine(["nothing"])).toBeUndefined();
  });
});
