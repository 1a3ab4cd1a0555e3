import { describe, expect, test } from "vitest";
import { type SeenResource, settingsInArguments, settingsInConfig } from "../../policy/community-settings.ts";
import { backendProblem, type JudgedSettings, rules } from "../../policy/policies.ts";
import { required } from "../support/config.ts";

const { domain } = required;

/** The settings that a config leads to, as the policies find them beside a dynamic resource. */
function settings(config: Record<string, string> = {}): JudgedSettings {
  const found = settingsInConfig([ofConfig(config)], "acme");
  if (found === undefined) throw new Error("this config is refused");
  return found;
}

function ofConfig(config: Record<string, string>): SeenResource {
  const all = Object.entries({ ...required, ...config }).map(([key, value]) => [`mastiff:${key}`, value]);
  return {
    type: "pulumi-nodejs:dynamic/cloudflare:PhaseRule",
    name: "rule",
    props: {},
    provider: { type: "pulumi:providers:pulumi-nodejs", props: Object.fromEntries(all) },
  };
}

const problemsOf = (name: string, config?: Record<string, string>) => {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`there is no rule ${name}`);
  return rule.problems(settings(config));
};

test("a community with all that the rules ask for violates none", () => {
  const config = { budget: "30", bucketJurisdiction: "eu", sendgridRegion: "eu", region: "fra" };
  for (const { problems } of rules) expect(problems(settings(config))).toEqual([]);
});

test("each rule has a name of its own, a sentence and a level", () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  for (const { description } of rules) expect(description).toMatch(/^[A-Z].*\.$/);
  expect(
    rules.filter(({ enforcementLevel }) => enforcementLevel === "advisory").map(({ name }) => name),
  ).toEqual(["budget-set"]);
});

test("backups that are off are a violation", () => {
  expect(problemsOf("backups-on", { backup: "off" })).toEqual([
    `Nothing takes backups of ${domain}: if its database is lost, so is every account.\n  set in  mastiff:backup\n  fix     switch backups on: pulumi config rm mastiff:backup`,
  ]);
});

test("a community without protection is a violation; one that ends by mastiff:destroy is not", () => {
  expect(problemsOf("protection-on", { protect: "false" })[0]).toContain("Nothing protects the data of");
  expect(problemsOf("protection-on", { destroy: domain })).toEqual([]);
});

test("a community without a budget is told so", () => {
  expect(problemsOf("budget-set")[0]).toContain("pulumi config set mastiff:budget");
});

describe("what is bound to the EU is bound as a whole", () => {
  test.each([
    ["nothing is bound", { region: "iad" }, []],
    ["a region alone binds nothing", { region: "ams" }, []],
    ["uploads, but not the mail", { region: "ams", bucketJurisdiction: "eu" }, ["mastiff:sendgridRegion"]],
    [
      "uploads, with another mail server",
      { region: "ams", bucketJurisdiction: "eu", smtpServer: "smtp.example.eu", smtpAuth: "none" },
      [],
    ],
    ["mail, but not the uploads", { region: "fra", sendgridRegion: "eu" }, ["mastiff:bucketJurisdiction"]],
    [
      "both, in London",
      { region: "lhr", bucketJurisdiction: "eu", sendgridRegion: "eu" },
      ["mastiff:region"],
    ],
  ])("%s", (_, config, setIn) => {
    const problems = problemsOf("one-region-law", config as unknown as Record<string, string>);
    expect(problems.map((words) => /set in {2}(\S+)/.exec(words)?.[1])).toEqual(setIn);
  });
});

describe("variables in plain text", () => {
  test.each([
    ["DEEPL_API_KEY", "0123456789"],
    ["HCAPTCHA_SECRET", "abc"],
    ["SMTP_RELAY", "smtp://rex:hunter2@relay.example"],
    ["OTHER_MAIL", "SG.abcdefghijkl.mnopqrstuvwxyz"],
    ["CERTIFICATE", "-----BEGIN EC PRIVATE KEY-----"],
  ])("%s is taken for a secret, and its value is not shown", (name, value) => {
    const [words = "", ...more] = problemsOf("no-plain-secret", { env: JSON.stringify({ [name]: value }) });
    expect(more).toEqual([]);
    expect(words).toContain(`mastiff:env.${name}`);
    expect(words).not.toContain(value);
  });

  test.each([
    ["DEFAULT_LOCALE", "de"],
    ["FETCH_REPLIES_ENABLED", "true"],
    ["TOKENIZER_MODE", "standard"],
    ["IP_RETENTION_PERIOD", "31556952"],
    ["DEEPL_API_KEY", ""],
  ])("%s=%s is none", (name, value) => {
    expect(problemsOf("no-plain-secret", { env: JSON.stringify({ [name]: value }) })).toEqual([]);
  });
});

describe("the state", () => {
  test.each([
    undefined,
    "https://api.pulumi.com",
    "s3://states?region=auto",
    "gs://states",
    "azblob://states",
  ])("%s is a good place", (url) => {
    expect(backendProblem(url)).toBeUndefined();
  });

  test.each(["file://~", "file:///var/lib/pulumi?metadata=skip"])("%s is a file on one machine", (url) => {
    expect(backendProblem(url)).toContain("pulumi stack import --file state.json");
  });
});

describe("the settings of a stack's communities", () => {
  test("secrets of the config are not read", () => {
    const found = settingsInConfig([ofConfig({ sendgridApiKey: "SG.hunter2-hunter2" })], "acme");
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  test("a community that is made from arguments shows them", () => {
    const community: SeenResource = {
      type: "mastiff:index:Community",
      name: "dogs",
      props: {
        domain: "dogs.example",
        owner: { username: "rex", email: "rex@dogs.example" },
        cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
        fly: { organization: "dogs", region: "iad" },
        budget: { usdPerMonth: 25 },
      },
    };
    expect(settingsInArguments(community)).toMatchObject({ domain: "dogs.example", region: "iad" });
  });

  test.each([
    ["no community", []],
    [
      "a config without one",
      [{ ...ofConfig({}), provider: { type: "pulumi:providers:pulumi-nodejs", props: {} } }],
    ],
    ["a config that the program refuses", [ofConfig({ domain: "https://acme.social" })]],
  ])("%s: there is nothing to judge", (_, resources) => {
    expect(settingsInConfig(resources, "acme")).toBeUndefined();
  });
});

test("a secret moves to the secret variables, and no other variable is lost on the way or shown", () => {
  const env = { S3_TOKEN: "0123456789", DEFAULT_LOCALE: "de", DEEPL_API_KEY: "abcdef" };
  const [words] = problemsOf("no-plain-secret", { env: JSON.stringify(env) });
  expect(words).toContain(
    "  fix     pulumi config set-all --path --secret mastiff:secretEnv.S3_TOKEN=<value> --secret <each other part> (pulumi config get mastiff:secretEnv shows them)," +
      " then pulumi config rm mastiff:env" +
      " && pulumi config set --path mastiff:env.DEFAULT_LOCALE de --type string" +
      " && pulumi config set --path mastiff:env.DEEPL_API_KEY '<its value>' --type string;",
  );
});
