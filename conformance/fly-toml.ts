/** Every fly.toml that the program can render, judged by `flyctl config validate --strict`, official and ours. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { railsEnvironment, streamingEnvironment } from "../components/environment.ts";
import { images, streamingToml, webToml } from "../components/fly-toml.ts";
import type { Community } from "../config/schema.ts";
import { parseCommunity } from "../config.ts";
import { macaroon } from "../local/fly/tokens.ts";
import { type Clouds, serveClouds } from "../local/serve-clouds.ts";
import type { OfficialParts, Question, Side } from "./question.ts";
import { closeAtEnd } from "./sides.ts";

/** What changes the rendered text: presets, counts, mail ports, jurisdictions, the operator's own variables. */
const variants: Record<string, Record<string, string>> = {
  "preset tiny": {},
  "preset guide": { preset: "guide" },
  "preset small": { preset: "small" },
  "preset medium, with a scheduler of its own": { preset: "medium" },
  "several web machines": { web: '{"count":3,"memoryMb":2048}' },
  "a bigger streaming machine": { streaming: '{"count":2,"cpus":2,"memoryMb":4096}' },
  "mail by TLS from the start": { smtpServer: "smtp.example.org", smtpPort: "465", smtpLogin: "me" },
  "a bucket in the EU": { bucketJurisdiction: "eu" },
  "variables with quotes, hashes and newlines": { env: JSON.stringify({ MOTD: 'a "b" #c\nd', EMPTY: "" }) },
  "a community below a zone": { domain: "dogs.example.org", zone: "example.org" },
  "another version": { mastodonVersion: "v4.6.0" },
};

export async function questions(official: OfficialParts): Promise<Question[]> {
  const clouds = await serveClouds(0);
  closeAtEnd(() => clouds.close());
  const asked = Object.entries(variants).flatMap(([variant, config]) => {
    const community = communityOf(config);
    return (["web", "streaming"] as const).map((app) => ({
      part: "fly-toml",
      name: `${variant}: ${app}`,
      async ask(side: Side) {
        const judged = await validate(official, clouds, side, rendered(app, community));
        // Both refusing it would be no difference, but what the program renders has to pass.
        if (judged.exitCode !== 0) throw new Error(`${side} refuses it: ${judged.stdout}${judged.stderr}`);
        return judged;
      },
    }));
  });
  return [...asked, brokenQuestion(official, clouds)];
}

/** A file that has to be refused: were everything let through, this would tell. */
function brokenQuestion(official: OfficialParts, clouds: Clouds): Question {
  const text = `${rendered("web", communityOf({}))}\n[nope]\nkey = 1\n`;
  return {
    part: "fly-toml",
    name: "an unknown section is refused",
    async ask(side) {
      const judged = await validate(official, clouds, side, text);
      if (judged.exitCode === 0) throw new Error("the unknown section was let through");
      return judged;
    },
  };
}

function communityOf(config: Record<string, string>): Community {
  const required = {
    domain: "mastiff.party",
    cloudflareAccountId: "0123456789abcdef0123456789abcdef",
    flyOrg: "mastiff",
    ownerUsername: "rex",
    ownerEmail: "rex@example.org",
  };
  const password: Record<string, string> = config.smtpServer === undefined ? {} : { smtpPassword: "x" };
  return parseCommunity({ ...required, ...config, ...password }, new Set(["smtpPassword"]), "variant");
}

function rendered(app: "web" | "streaming", community: Community): string {
  const addresses = { v4: "66.241.124.10", v6: "2a09:8280:1::7" };
  const image = images(community.mastodonVersion)[app];
  const { region, sizes } = community;
  if (app === "streaming") {
    const env = streamingEnvironment(addresses, sizes.streaming.databasePool);
    return streamingToml({ app: `${community.app}-streaming`, region, image, env, sizes });
  }
  const mail = {
    server: community.smtpServer ?? "smtp.sendgrid.net",
    port: community.smtpPort,
    login: "apikey",
  };
  const env = railsEnvironment(community, addresses, mail);
  return webToml({ app: community.app, region, image, env, sizes });
}

/** flyctl's variables for the local Fly, and the local operator's token. */
function loginTo({ url }: Clouds): Record<string, string> {
  return {
    FLY_API_BASE_URL: url,
    FLY_FLAPS_BASE_URL: url,
    FLY_UIEX_BASE_URL: url,
    FLY_API_TOKEN: macaroon("local-operator"),
    FLY_NO_UPDATE_CHECK: "1",
    FLY_SEND_METRICS: "0",
    NO_COLOR: "1",
  };
}

async function validate(
  official: OfficialParts,
  clouds: Clouds,
  side: Side,
  toml: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), "fly-toml-"));
  const file = join(folder, "fly.toml");
  writeFileSync(file, toml);
  const own = fileURLToPath(new URL("../local/flyctl/bin/flyctl", import.meta.url));
  const program = side === "official" ? join(official.bin, "flyctl") : own;
  try {
    return await new Promise((resolve) => {
      execFile(
        program,
        ["config", "validate", "--strict", "-c", file],
        { cwd: folder, env: { ...process.env, ...loginTo(clouds), FLY_CONFIG_DIR: folder } },
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : Number(error.code ?? 1);
          resolve({ exitCode, stdout: stdout.replaceAll(folder, ""), stderr: stderr.replaceAll(folder, "") });
        },
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
