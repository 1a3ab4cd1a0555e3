import { expect, test } from "vitest";
import { shellWord } from "../../providers/rules/config-parts.ts";
import { fixes, problems, refusal } from "../support/config.ts";

/** A mistake, the printed fix, and the values that the fix sets. With these values the config has no mistake. */
const right: [string, Record<string, string>, string, Record<string, string | undefined>][] = [
  [
    "a scheme",
    { domain: "https://acme.social/about" },
    "mastiff:domain acme.social",
    { domain: "acme.social" },
  ],
  ["capitals", { domain: "Acme.Social" }, "mastiff:domain acme.social", { domain: "acme.social" }],
  ["a final dot", { domain: "acme.social." }, "mastiff:domain acme.social", { domain: "acme.social" }],
  [
    "an umlaut",
    { domain: "Müll.party" },
    "mastiff:domain xn--mll-hoa.party",
    { domain: "xn--mll-hoa.party" },
  ],
  ["no v", { mastodonVersion: "4.7.4" }, "mastiff:mastodonVersion v4.7.4", { mastodonVersion: "v4.7.4" }],
  [
    "a moving tag",
    { mastodonVersion: "latest" },
    "mastiff:mastodonVersion v4.7.4",
    { mastodonVersion: "v4.7.4" },
  ],
  ["yes", { spf: "yes" }, "mastiff:spf true", { spf: "true" }],
  ["a region in capitals", { region: "AMS" }, "mastiff:region ams", { region: "ams" }],
  ["an app's name", { app: "Acme_Social" }, "mastiff:app acme-social", { app: "acme-social" }],
  [
    "a name with a dash",
    { ownerUsername: "Big-Dog" },
    "mastiff:ownerUsername big_dog",
    { ownerUsername: "big_dog" },
  ],
  [
    "a mailbox",
    { ownerEmail: "Rex <rex@acme.social>" },
    "mastiff:ownerEmail rex@acme.social",
    { ownerEmail: "rex@acme.social" },
  ],
  [
    "the domain's host",
    { assetsHost: "mastiff.party" },
    "mastiff:assetsHost assets.mastiff.party",
    { assetsHost: "assets.mastiff.party" },
  ],
  [
    "a host twice",
    { filesHost: "assets.mastiff.party" },
    "mastiff:filesHost files.mastiff.party",
    { filesHost: "files.mastiff.party" },
  ],
  [
    "a deep host",
    { assetsHost: "a.b.mastiff.party" },
    "mastiff:assetsHost a-b.mastiff.party",
    { assetsHost: "a-b.mastiff.party" },
  ],
  [
    "a foreign host",
    { filesHost: "files.example.org" },
    "mastiff:filesHost files.mastiff.party",
    { filesHost: "files.mastiff.party" },
  ],
  ["another zone", { zone: "example.org" }, "mastiff:zone mastiff.party", { zone: "mastiff.party" }],
  [
    "reports without a policy",
    { dmarcReports: "rex@mastiff.party" },
    "mastiff:dmarcPolicy none",
    { dmarcPolicy: "none" },
  ],
];

test.each(right)("%s: the fix names the right value, and it is", (_what, extra, set, followed) => {
  expect(fixes(extra)).toEqual([`pulumi config set ${set} --stack dev`]);
  expect(problems({ ...extra, ...followed })).toEqual([]);
});

const removed: [string, Record<string, string>, string, string][] = [
  ["an unknown key", { regoin: "ams" }, "pulumi config rm mastiff:regoin --stack dev", "regoin"],
  [
    "the end of another community",
    { destroy: "dogs.party" },
    "pulumi config rm mastiff:destroy --stack dev",
    "destroy",
  ],
];

test.each(removed)("%s: the fix takes the key away", (_what, extra, fix, key) => {
  expect(fixes(extra)).toEqual([fix]);
  expect(problems({ ...extra, [key]: undefined })).toEqual([]);
});

test("a host that is the domain is the host's fault", () => {
  expect(problems({ assetsHost: "mastiff.party" })).toEqual([
    "assetsHost: is the same host as mastiff:domain; each needs a host of its own",
  ]);
});

test("what was set is to blame, not a default", () => {
  expect(problems({ assetsHost: "files.mastiff.party" })).toEqual([
    "assetsHost: is the same host as mastiff:filesHost; each needs a host of its own",
  ]);
});

test.each([
  ["4.7.4", "mastodonVersion: pin a release such as v4.7.4"],
  ["v4.2.9", "mastodonVersion: Mastodon before v4.3 has no streaming image of its own"],
])("a release %s is refused in one sentence", (mastodonVersion, problem) => {
  expect(problems({ mastodonVersion })).toEqual([expect.stringContaining(problem)]);
});

test("a key that is wrong is not missed by the rules between keys", () => {
  expect(
    problems({ smtpServer: "smtp", smtpLogin: "l", smtpPassword: "x", fromAddress: "a@b.org" }, [
      "smtpPassword",
    ]),
  ).toEqual(["smtpServer: has only one label: use a name such as example.org"]);
  expect(problems({ zone: "Example", assetsHost: "assets.example.org" })).toEqual([
    "zone: write it in lower case",
  ]);
});

test.each(["cloudflareAccountId", "r2AccessKeyId"])(
  "%s without quotes has lost its digits, and is told so",
  (key) => {
    expect(problems({ [key]: "1.2345678901234567e+31" })[0]).toBe(
      `${key}: has no quotes, so YAML read it as a number and lost most of its digits: quote it`,
    );
    expect(fixes({ [key]: "1.2345678901234567e+31" }).slice(0, 2)).toEqual([
      `write it in quotes in the stack's file:  mastiff:${key}: "<value>"`,
      `pulumi config set mastiff:${key} <value> --stack dev`,
    ]);
  },
);

test("a part of an object is named and set where it is", () => {
  const refused = refusal({ web: '{"memoryMb":1000}' });
  expect(refused?.message).toContain(
    "pulumi config set-all --path --plaintext 'mastiff:web.memoryMb=<value>' --stack dev",
  );
});

test("what else an object has stays when a part of it is set, however it was set", () => {
  const web = '{"count":2,"memoryMb":1000,"threads":99999}';
  // Two parts are wrong. One command sets both, so that fixing one does not bring the other mistake back.
  const command =
    "pulumi config set-all --path --plaintext mastiff:web.count=2 --plaintext 'mastiff:web.memoryMb=<value>' --plaintext 'mastiff:web.threads=<value>' --stack dev";
  expect(fixes({ web })).toEqual([command, command]);
});

test("what else an object has stays when a part of it is removed, however it was set", () => {
  const env = '{"LOCAL_DOMAIN":"x","DEFAULT_LOCALE":"de","ID":"123456789012345678","A-B":"x"}';
  const commands = [
    "pulumi config rm mastiff:env --stack dev",
    "pulumi config set --path mastiff:env.DEFAULT_LOCALE de --type string --stack dev",
    "pulumi config set --path mastiff:env.ID 123456789012345678 --type string --stack dev",
  ];
  expect(fixes({ env })).toEqual([
    ...commands,
    "then, to change the value:  pulumi config set mastiff:domain <value>",
    ...commands,
  ]);
  const secretEnv = '{"SMTP_SSL":"x","DEEPL_API_KEY":"hunter2"}';
  expect(fixes({ secretEnv }, ["secretEnv"]).slice(0, 2)).toEqual([
    "pulumi config rm mastiff:secretEnv --stack dev",
    "pulumi config set-all --path --secret 'mastiff:secretEnv.DEEPL_API_KEY=<its value>' --stack dev",
  ]);
});

test("no fix ends a community or gives a secret a value", () => {
  const encrypted = ["smtpPassword"];
  const all = fixes({ destroy: "Dogs.party", smtpServer: "s.example.org", smtpPassword: "" }, encrypted);
  expect(all.join("\n")).not.toContain("mastiff:destroy mastiff.party");
  expect(all.join("\n")).toContain("mastiff:smtpPassword <value> --secret");
});

test.each([
  ["acme.social", "acme.social"],
  ["Rex, Inc.", "'Rex, Inc.'"],
  ["it's", `'it'\\''s'`],
  ["$HOME", "'$HOME'"],
])("%s is one word of a shell as %s", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
