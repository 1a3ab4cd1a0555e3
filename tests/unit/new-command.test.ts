import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Inspector, inInspection } from "../../checks/inspector.ts";
import { smallestRights } from "../../cli/new/cloudflare.ts";
import { sendgridRights } from "../../cli/new/sendgrid.ts";
import type { Ended } from "../../providers/shared/program.ts";
import { root } from "../../sandbox/toolchain/paths.ts";
import { runMastiff, type Surroundings } from "../support/mastiff.ts";
import { type Answer, type ScriptedPulumi, scriptedPulumi } from "../support/scripted-pulumi.ts";

/** The clouds, as a test sets them. All is well at first. */
interface Clouds {
  /** What Cloudflare and SendGrid refuse, by path: status and Cloudflare's code. */
  refused: Record<string, [status: number, code: number]>;
  zones: (typeof zone)[];
  records: object[];
  /** Rights of the token, by Cloudflare's ids. Undefined: it is a user's, who alone may read them. */
  rights: string[] | undefined;
  scopes: string[];
  plan: string;
  orgs: Record<string, string>;
  apps: string[];
  /** Hosts that have an address. */
  hosts: string[];
  /** How often a cloud was asked for something. */
  asked: string[];
}

const zone = {
  id: "z1",
  name: "acme.social",
  status: "active",
  type: "full",
  paused: false,
  name_servers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
  created_on: "2026-01-01T00:00:00Z",
  activated_on: "2026-01-02T00:00:00Z",
  plan: { legacy_id: "free" },
};
const scopes = ["whitelabel", "api_keys"]
  .flatMap((name) => ["create", "read", "update", "delete"].map((verb) => `${name}.${verb}`))
  .concat("tracking_settings.click.read", "tracking_settings.click.update", "mail.send");

/** `Config Settings Write`. */
const configRulesEdit = "06f0526e6e464647bd61b63c54935235";

let clouds: Clouds;
let server: Server;
let url: string;
let folder: string;
let pulumi: ScriptedPulumi;
const tokens = {
  CLOUDFLARE_API_TOKEN: "cf-planted",
  FLY_API_TOKEN: "fm1r_planted",
  SENDGRID_API_KEY: "SG.planted",
};

/** As the engine does: the first command that sets config makes the file. What is piped in is kept. */
const engine = (): Record<string, Answer> => ({
  "stack ls": "[]",
  "stack init": "",
  "config set-all": { script: `echo "config: {}" > "${folder}/Pulumi.acme.yaml"` },
  "config set": { script: `cat > "${folder}/piped"` },
});

beforeEach(async () => {
  clouds = {
    refused: {},
    zones: [zone],
    records: [],
    rights: [configRulesEdit],
    scopes,
    plan: "paid",
    orgs: { acme: "Acme" },
    apps: [],
    hosts: [],
    asked: [],
  };
  server = createServer((request, answer) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
    clouds.asked.push(`${request.method} ${path}`);
    const isUnread = clouds.rights === undefined && path.endsWith("/tokens/t1");
    const [status, code] = clouds.refused[path] ?? (isUnread ? [404, 1001] : [200, 0]);
    const errors = status === 200 ? [] : [{ code, message: "refused" }];
    const body = path.startsWith("/sendgrid")
      ? status === 200
        ? sendgridSays(path)
        : { errors }
      : {
          success: status === 200,
          errors,
          result: cloudflareSays(path, searchParams.get("name")),
          result_info: { total_pages: 1 },
        };
    answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), "new-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: mastiff\n");
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  pulumi = scriptedPulumi(engine());
});
afterEach(() => {
  vi.restoreAllMocks();
  pulumi[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
  server.close();
});

function cloudflareSays(path: string, name: string | null): unknown {
  if (path === "/zones") return clouds.zones.filter((one) => name === null || one.name === name);
  if (path.endsWith("/dns_records")) return clouds.records;
  if (path.endsWith("/settings/security_level")) return { value: "medium" };
  if (path.endsWith("/bot_management")) return { fight_mode: false };
  if (path.endsWith("/tokens/verify")) return { id: "t1", status: "active" };
  if (path.endsWith("/tokens/t1"))
    return {
      policies: [{ effect: "allow", permission_groups: (clouds.rights ?? []).map((id) => ({ id })) }],
    };
  return [];
}

function sendgridSays(path: string): unknown {
  return path.endsWith("/scopes") ? { scopes: clouds.scopes } : { type: clouds.plan };
}

const flyctl = async (_file: string, args: readonly string[]): Promise<Ended> => {
  const [group, verb] = args;
  clouds.asked.push(`flyctl ${group} ${verb}`);
  if (verb === "list" && group === "orgs") return ended(clouds.orgs);
  if (verb === "list" && group === "apps") return ended(clouds.apps.map((Name) => ({ Name })));
  if (verb === "regions") return ended([{ code: "ams" }, { code: "fra" }, { code: "old", deprecated: true }]);
  throw new Error(`nothing may be changed: flyctl ${args.join(" ")}`);
};
const ended = (answer: object): Ended => ({ exitCode: 0, stderr: "", stdout: JSON.stringify(answer) });

/** The answers of a file. The clouds are played. */
const file = (more: Record<string, unknown> = {}): string => {
  const path = join(folder, "answers.json");
  const answers = {
    domain: "acme.social",
    cloudflareAccountId: "0123456789abcdef0123456789abcdef",
    flyOrg: "acme",
    ownerUsername: "rex",
    ownerEmail: "rex@acme.social",
    ...more,
    "cloudflare:baseUrl": url,
    endpoints: { fly: url, sendgrid: `${url}/sendgrid` },
  };
  writeFileSync(path, JSON.stringify(answers));
  return path;
};

const newStack = (args: readonly string[], more: Partial<Surroundings> = {}) =>
  inInspection(
    {
      limitMs: 5000,
      open: (signal) =>
        ({
          signal,
          resolve: async (name: string) => (clouds.hosts.includes(name) ? ["2001:db8::1"] : []),
        }) as unknown as Inspector,
    },
    () => runMastiff(["new", ...args], { pulumi, flyctl, env: tokens, ...more }),
  );

/** What pulumi was told to write. */
const written = () => pulumi.calls().filter((call) => !call.startsWith("stack ls"));

describe("with --yes and a file", () => {
  test("the stack is made with every answer, the schema in its file, and the cost is said", async () => {
    const { code, stdout, stderr } = await newStack(["--from", file(), "--region", "fra", "--yes"]);
    expect([code, stdout.split("\n")[0]]).toEqual([
      0,
      expect.stringMatching(/^acme\.social costs about \d+\.\d\d USD a month: Fly \d+\.\d\d; plus, by use, /),
    ]);
    expect(stdout).toContain("\nThe stack acme is there, with its config in Pulumi.acme.yaml.\n");
    expect(stderr).toBe(
      "now     see what would be made:  pulumi preview -s acme\n        then make it:  pulumi up -s acme\n        then see whether all is well:  npx mastiff doctor -s acme\n",
    );
    const [init, single, objects, ...rest] = written();
    expect(init).toMatch(/^stack init acme /);
    expect(single).toContain("--plaintext mastiff:domain=acme.social ");
    expect(single).toContain("--plaintext mastiff:region=fra ");
    expect(single).toContain("--plaintext mastiff:preset=tiny ");
    expect(single).toContain(`--plaintext cloudflare:baseUrl=${url} `);
    expect(single).not.toMatch(/smtp|zone|from/);
    expect(objects).toBe(
      `config set-all --path --plaintext mastiff:endpoints.fly=${url} --plaintext mastiff:endpoints.sendgrid=${url}/sendgrid --stack acme --color=never`,
    );
    expect(rest).toEqual([]);
    expect(readFileSync(join(folder, "Pulumi.acme.yaml"), "utf8")).toBe(
      "# yaml-language-server: $schema=docs/config.schema.json\nconfig: {}\n",
    );
  });

  test("a password goes from the environment to pulumi's input, and into no word", async () => {
    const env = { ...tokens, MASTIFF_SMTP_PASSWORD: "planted-password" };
    const words = ["--mail", "smtp.acme.social", "--smtp-login", "rex"];
    const { code, stdout, stderr } = await newStack(["--from", file(), ...words, "--yes"], { env });
    expect([code, readFileSync(join(folder, "piped"), "utf8")]).toEqual([0, "planted-password"]);
    expect(written().at(-1)).toMatch(/^config set --secret mastiff:smtpPassword --stack acme /);
    expect(written().join() + stdout + stderr).not.toContain("planted");
    // SendGrid is not asked about another server's mails.
    expect(clouds.asked.filter((call) => call.includes("sendgrid"))).toEqual([]);
  });

  test("a password of a mail server that nobody has named is left out, whatever the environment has", async () => {
    const env = { ...tokens, MASTIFF_SMTP_PASSWORD: "planted-password" };
    const { code, stderr } = await newStack(["--from", file(), "--yes", "--no-look"], { env });
    expect(code, stderr).toBe(0);
    expect(written().join()).not.toMatch(/smtp/);
  });

  test("only looks at the clouds, and not at all with --no-look", async () => {
    await newStack(["--from", file(), "--yes"]);
    expect(clouds.asked.length).toBeGreaterThan(8);
    expect(clouds.asked.filter((call) => !/^(GET|flyctl (orgs|apps|platform)) /.test(call))).toEqual([]);
    clouds.asked = [];
    rmSync(join(folder, "Pulumi.acme.yaml"));
    expect((await newStack(["--from", file(), "--yes", "--no-look"])).code).toBe(0);
    expect(clouds.asked).toEqual([]);
  });

  test("a budget that is not kept is said once there is a stack, with commands that work then", async () => {
    const { code, stderr } = await newStack(["--from", file({ budget: 5 }), "--yes", "--no-look"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("more than mastiff:budget allows (5.00).")]);
    expect(stderr).toMatch(/or allow it: {2}pulumi config set mastiff:budget \d+\.\d\d\nnow {5}see/);
  });

  test("without tokens says what each of them needs, and makes the stack", async () => {
    const { code, stderr } = await newStack(["--from", file(), "--yes"], { env: {} });
    expect(code).toBe(0);
    expect(stderr.match(/^\w+(?= is not set, so nothing was looked up with it\. It needs )/gm)).toEqual(
      Object.keys(tokens),
    );
  });
});

describe("what is missing or wrong is named at once, with the exit code 2", () => {
  test("without a terminal and without answers", async () => {
    const { code, stdout, stderr } = await newStack([]);
    expect([code, stdout, pulumi.calls(), clouds.asked]).toEqual([2, "", [], []]);
    expect(stderr).toBe(
      `Answers that are missing: 5, that cannot be used: 0. Nothing was written.
  fix     --domain <name>   (domain of the community, which is permanent)
          --cloudflare-account <id>   (id of the Cloudflare account: 32 digits, on its overview page)
          --fly-org <slug>   (Fly organisation, as fly orgs list shows it)
          --owner <name>   (user name of the first account, which is the Owner's)
          --email <address>   (e-mail address of the Owner)
          --yes   (no terminal to ask on)
`,
    );
  });

  test("what breaks a rule, with the answer that was probably meant, and what a mail server needs", async () => {
    const words = ["--domain", "https://Acme.social/", "--preset", "huge", "--mail", "smtp.acme.social"];
    const { code, stderr } = await newStack([
      ...words,
      "--from",
      file({ domain: undefined, budget: "a lot" }),
      "--yes",
    ]);
    expect([code, written()]).toEqual([2, []]);
    expect(stderr).toContain("Answers that are missing: 2, that cannot be used: 3. Nothing was written.\n");
    expect(stderr).toContain(
      '--domain acme.social   (domain is "https://Acme.social/": a host name has no scheme)',
    );
    expect(stderr).toContain("--smtp-login <login>   (");
    expect(stderr).toContain("export MASTIFF_SMTP_PASSWORD=…   (");
    expect(stderr).toContain("in the file of --from:  budget: <value>   (");
  });

  test("a file that has a secret in it, which is not shown", async () => {
    const { code, stderr } = await newStack(["--from", file({ smtpPassword: "planted-password" }), "--yes"]);
    expect([code, pulumi.calls()]).toEqual([2, []]);
    expect(stderr).toContain("has secrets in it: smtpPassword.");
    expect(stderr).not.toContain("planted");
  });

  test.each([
    ["that is not there", undefined],
    ["that is no YAML", "a: b: c"],
    ["that has no keys", "- acme.social"],
  ])("a file %s", async (_which, text) => {
    const path = join(folder, "answers.yaml");
    if (text !== undefined) writeFileSync(path, text);
    const { code, stderr } = await newStack(["--from", path, "--yes"]);
    expect([code, stderr.startsWith(`--from: ${path} cannot be read: `)]).toEqual([2, true]);
  });
});

describe("what exists is never overwritten", () => {
  test("a file of a stack", async () => {
    writeFileSync(join(folder, "Pulumi.acme.yaml"), "mine");
    const { code, stderr } = await newStack(["--from", file(), "--yes"]);
    expect([code, pulumi.calls(), clouds.asked]).toEqual([1, [], []]);
    expect(stderr).toContain(
      "There is a file Pulumi.acme.yaml already, which belongs to a stack. Nothing was written.\n",
    );
    expect(readFileSync(join(folder, "Pulumi.acme.yaml"), "utf8")).toBe("mine");
  });

  test("a stack, however its organisation is named", async () => {
    pulumi[Symbol.dispose]();
    pulumi = scriptedPulumi({ ...engine(), "stack ls": '[{"name":"me/acme"}]' });
    const { code, stderr } = await newStack(["--from", file(), "-s", "acme", "--yes"]);
    expect([code, written()]).toEqual([1, []]);
    expect(stderr).toContain("There is a stack me/acme already. Nothing was written.\n");
  });

  test("a folder that is no project is left alone", async () => {
    rmSync(join(folder, "Pulumi.yaml"));
    const { code, stderr } = await newStack(["--from", file(), "--yes"]);
    expect([code, pulumi.calls()]).toEqual([1, []]);
    expect(stderr).toContain("There is no Pulumi.yaml in this folder. Nothing was written.\n");
  });

  test("a stack whose config pulumi does not take is left with the commands that complete it", async () => {
    pulumi[Symbol.dispose]();
    pulumi = scriptedPulumi({
      ...engine(),
      "config set-all": { script: "echo 'error: no key' >&2; exit 255" },
    });
    const { code, stderr } = await newStack(["--from", file(), "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error: no key\nThe stack acme is there, and its config is not complete.\n");
    expect(stderr).toMatch(
      /fix {5}complete it: {2}pulumi config set-all --plaintext mastiff:domain=acme\.social /,
    );
  });
});

describe("what the clouds object to", () => {
  const objected = async (words: string[] = [], more: Record<string, unknown> = {}) => {
    const { code, stderr } = await newStack(["--from", file(more), ...words, "--yes"]);
    expect([code, written(), stderr.includes("Nothing was written.")]).toEqual([1, [], true]);
    return stderr;
  };
  const account = "/accounts/0123456789abcdef0123456789abcdef";

  test("all of it is said at once", async () => {
    clouds.refused = { [`${account}/r2/buckets`]: [403, 10042] };
    clouds.orgs = { other: "Other" };
    clouds.scopes = [];
    const said = await objected(["--region", "old"]);
    expect(said).toContain("R2 is not switched on in the account 0123456789abcdef0123456789abcdef");
    expect(said).toContain('The Fly organisation "acme" is unknown');
    expect(said).toContain("it sees:  other\n");
    expect(said).toContain('Fly has no region "old" for new machines.\n  fix     one of:  ams, fra\n');
    expect(said).toContain("the key lacks whitelabel.create");
  });

  test("rights that the token lacks, with the smallest set", async () => {
    clouds.refused = { [`${account}/tokens`]: [403, 9109] };
    const said = await objected();
    expect(said).toContain(
      "lacks, in the account 0123456789abcdef0123456789abcdef: Account API Tokens Edit.\n",
    );
    expect(said).toContain(`the smallest set for this community:  ${smallestRights({ zoneMode: "owned" })}`);
  });

  test("the right to config rules, which a zone needs that others use too", async () => {
    clouds.rights = [];
    const shared = { domain: "dogs.acme.social", zone: "acme.social" };
    const said = await objected(["-s", "acme"], shared);
    expect(said).toContain(": Config Rules Edit on the zone acme.social.\n");
    expect(said).toContain(`the smallest set for this community:  ${smallestRights({ zoneMode: "shared" })}`);
    // A zone that the community has for itself gets settings instead.
    expect((await newStack(["--from", file(), "--yes"])).code).toBe(0);

    rmSync(join(folder, "Pulumi.acme.yaml"));
    clouds.rights = undefined;
    const { code, stderr } = await newStack(["-s", "acme", "--from", file(shared), "--yes"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("does not show whether it has that right")]);
    clouds.rights = [configRulesEdit];
    rmSync(join(folder, "Pulumi.acme.yaml"));
    const granted = await newStack(["-s", "acme", "--from", file(shared), "--yes"]);
    expect([granted.code, granted.stderr]).toEqual([0, expect.not.stringContaining("Config Rules")]);
  });

  test("a token that Cloudflare does not take for the zone", async () => {
    clouds.refused = { "/zones": [403, 9109] };
    expect(await objected()).toContain(
      "the smallest set of rights for it:  Account: Workers R2 Storage Edit",
    );
  });

  test("a token that is not valid, in Cloudflare's words", async () => {
    clouds.refused = { [`${account}/tokens`]: [401, 10000] };
    const said = await objected();
    expect(said).toContain(`Cloudflare did not grant GET ${account}/tokens`);
    expect(said).not.toContain("lacks, in the account");
  });

  test("a zone that is not there, unless the stack makes it", async () => {
    clouds.zones = [];
    expect(await objected()).toContain("or let the stack create the zone:  --zone-mode created\n");
    expect((await newStack(["--from", file(), "--zone-mode", "created", "--yes"])).code).toBe(0);
  });

  test("records of others at the community's hosts, with an option as the way out", async () => {
    clouds.records = [{ id: "r1", type: "A", name: "acme.social", content: "192.0.2.1" }];
    const said = await objected();
    expect(said).toContain("acme.social has DNS records that this stack did not create");
    expect(said).toContain("--domain <another domain>");
    expect(said).not.toContain("pulumi config set");
  });

  test("apps of the same names, of the organisation and of others", async () => {
    clouds.apps = ["acme-social-db"];
    clouds.hosts = ["acme-social.fly.dev"];
    const said = await objected();
    expect(said).toContain("The organisation acme has these apps already: acme-social-db.\n");
    expect(said).toContain("Somebody else on Fly has apps of these names: acme-social.\n");
    expect((await newStack(["--from", file(), "--app", "acme-town", "--yes"])).code).toBe(0);
  });

  test("flyctl that is not there, or a token that Fly does not take", async () => {
    const failing = (how: Partial<Ended>) => async (): Promise<Ended> => ({
      exitCode: 1,
      stdout: "",
      stderr: "",
      ...how,
    });
    const refused = await newStack(["--from", file(), "--yes"], {
      flyctl: failing({ stderr: "Error: unauthorized" }),
    });
    expect(refused.stderr.match(/flyctl cannot look with the token in FLY_API_TOKEN\.\n/g)).toHaveLength(1);
    const absent = await newStack(["--from", file(), "--yes"], {
      flyctl: failing({ missing: "spawn flyctl ENOENT" }),
    });
    expect(absent.stderr).toContain("flyctl is not on PATH, and everything on Fly needs it.\n");
    expect([refused.code, absent.code, written()]).toEqual([1, 1, []]);
  });

  test("what can wait is only said: name servers at the registrar, and SendGrid's trial", async () => {
    clouds.zones = [{ ...zone, status: "pending" }];
    clouds.plan = "free";
    const { code, stderr } = await newStack(["--from", file(), "--yes"]);
    expect(code).toBe(0);
    expect(stderr).toContain("The zone acme.social is pending: ");
    expect(stderr).toContain("enter at the registrar:  ada.ns.cloudflare.com, bob.ns.cloudflare.com\n");
    expect(stderr).toContain("SendGrid's account is on its trial, which ends after 60 days");
  });
});

describe("a person at the terminal", () => {
  const usual = "";

  test("is asked for what is not given, and again for what cannot be used", async () => {
    const answers = ["Acme.social", "acme.social", usual, "nobody", "acme", "xx", usual, usual, usual, "rex"];
    const given = file({ domain: undefined, flyOrg: undefined, ownerUsername: undefined });
    const { code, stderr } = await newStack(["--from", given], { answers: [...answers, "y"] });
    expect([code, stderr]).toEqual([0, expect.stringContaining("(did you mean acme.social)")]);
    expect(stderr).toContain("domain of the community, which is permanent: domain is");
    expect(stderr).toContain('The Fly organisation "nobody" is unknown');
    expect(stderr).toContain("Fly region, as fly platform regions lists it [ams]: region is");
    expect(written()[1]).toContain("mastiff:flyOrg=acme ");
    // What the file says is not asked for.
    expect(stderr).not.toContain("e-mail address of the Owner");
  });

  test("is asked for the zone when the zone is what is wrong, after what is wrong with it", async () => {
    const given = file({ domain: "dogs.acme.social", cloudflareAccountId: undefined });
    const account = "0123456789abcdef0123456789abcdef";
    const answers = [usual, account, "acme.social", usual, usual, usual, "y"];
    const { code, stderr } = await newStack(["-s", "acme", "--from", given], { answers });
    expect(code, stderr).toBe(0);
    expect(stderr.lastIndexOf("Cloudflare zone that contains the domain")).toBeGreaterThan(
      stderr.indexOf("Cloudflare shows no zone dogs.acme.social in the account"),
    );
    expect(stderr.match(/id of the Cloudflare account/g)).toHaveLength(1);
    expect(stderr.match(/Cloudflare shows no zone/g)).toHaveLength(1);
    expect(written()[1]).toContain("mastiff:zone=acme.social ");
  });

  test("is asked for another domain when others stand at its hosts, and for the zone that follows from it", async () => {
    clouds.zones = [zone, { ...zone, name: "acme.town" }];
    clouds.records = [{ id: "r1", type: "A", name: "acme.social", content: "192.0.2.1" }];
    const answers = [usual, "acme.town", usual, usual, usual, usual, "y"];
    const { code, stderr } = await newStack(["-s", "acme", "--from", file()], { answers });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("acme.social has DNS records that this stack did not create");
    expect(stderr).toContain("Cloudflare zone that contains the domain [acme.town]: ");
    expect(written()[1]).toContain("mastiff:domain=acme.town ");
  });

  test("is asked for the name of the app when that is taken, and not for the organisation again", async () => {
    clouds.apps = ["acme-social-db"];
    const answers = [usual, "acme-town", usual, usual, usual, "y"];
    const { code, stderr } = await newStack(["--from", file()], { answers });
    expect(code, stderr).toBe(0);
    expect(stderr.indexOf("where that of the domain is taken [acme-social]: ")).toBeGreaterThan(
      stderr.indexOf("The organisation acme has these apps already: acme-social-db.\n"),
    );
    expect(stderr).not.toContain("Fly organisation, as fly orgs list shows it");
    expect(written()[1]).toContain("mastiff:app=acme-town ");
  });

  test("is asked for what the file got wrong, and not for what is asked first", async () => {
    const answers = ["tiny", usual, usual, usual, "y"];
    const { code, stderr } = await newStack(["--no-look", "--from", file({ preset: "huge" })], { answers });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('preset is "huge"');
    expect(written()[1]).toContain("mastiff:preset=tiny ");
  });

  test("looks again with the same answer, which a cloud may take by now", async () => {
    clouds.refused = { "/accounts/0123456789abcdef0123456789abcdef/r2/buckets": [403, 10042] };
    const answers = [usual, usual, usual, undefined];
    const { stderr } = await newStack(["--from", file()], { answers });
    expect(stderr.match(/R2 is not switched on/g)).toHaveLength(3);
    expect(stderr).toContain("on its overview page [0123456789abcdef0123456789abcdef]: ");
  });

  const all = [
    "acme.social",
    usual,
    "0123456789abcdef0123456789abcdef",
    "acme",
    usual,
    usual,
    usual,
    "rex",
    "rex@acme.social",
  ];
  test.each([...all.keys(), all.length])(
    "can stop at question %i, and nothing is written",
    async (number) => {
      const answers = [...all.slice(0, number), undefined];
      const { code, stdout, stderr } = await newStack(["--no-look"], { answers });
      expect([code, stderr.endsWith("Stopped. Nothing was written.\n")]).toEqual([1, true]);
      expect([written(), stdout.includes("The stack acme is there")]).toEqual([[], false]);
    },
  );

  test("is not asked with --yes", async () => {
    expect((await newStack(["--from", file(), "--yes", "--no-look"], { answers: [] })).code).toBe(0);
  });
});

test("the smallest sets of rights are those of the README", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const rights = (["owned", "shared", "created"] as const).flatMap((zoneMode) =>
    [...smallestRights({ zoneMode }).matchAll(/[A-Z][\w2 ]+ (?:Edit|Read)/g)].map(([right]) => right),
  );
  expect(new Set(rights).size).toBe(10);
  expect(rights.filter((right) => !readme.includes(right))).toEqual([]);
  expect(readme).toContain(sendgridRights);
});
