/** The clients' operations: every create, read, update and delete of a dynamic resource that calls a cloud. */
import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { operator } from "../clients/local-clouds.ts";
import type { Operation } from "./call-operation.ts";
import type { CallWorld, Moment } from "./call-world.ts";

type Props = Record<string, unknown>;
type Verb = "create" | "read" | "update" | "delete";

/** A resource with its operations. */
interface Resource {
  folder: "sendgrid" | "cloudflare";
  /** Inputs, including the kind of resource. `<url>` stands for the world's address. */
  props: Props;
  /** The inputs that an update changes. */
  change?: Props;
  verbs: Verb[];
  thing: string[];
  /** Runs before the create, and makes what the resource depends on. */
  before?: (world: CallWorld) => Promise<Props | undefined>;
  /** Runs after the create, so that a delete has something to do. */
  after?: (world: CallWorld, props: Props) => Promise<void>;
}

const account = `/client/v4/accounts/${operator.accountId}`;
const zoneId = `${"0".repeat(28)}a001`;
const bucket = "files-acme";

const sendgrid = (kind: string, props: Props, verbs: Verb[], more: Partial<Resource> = {}): Resource => ({
  folder: "sendgrid",
  props: { kind, baseUrl: "<url>/sendgrid/v3", ...props },
  verbs,
  thing: ["SendGrid"],
  ...more,
});

const domain = { domain: "mastiff.party", subdomain: "em12345", subdomainIsOurs: true };

const resources: Resource[] = [
  sendgrid("AuthenticatedDomain", domain, ["create", "read", "delete"]),
  sendgrid("DomainValidation", { recordIds: [], timeoutSeconds: 0 }, ["create", "read", "update"], {
    change: { recordIds: ["another"] },
    before: enterDomain,
  }),
  sendgrid(
    "SingleSender",
    {
      nickname: "mastiff mastiff/test",
      email: "owner@mastiff.party",
      name: "Mastiff",
      replyTo: "owner@mastiff.party",
      address: "1 Dog Street",
      city: "Amsterdam",
      country: "Netherlands",
    },
    ["create", "read", "update", "delete"],
    { change: { city: "Utrecht" } },
  ),
  sendgrid(
    "ApiKey",
    { name: "mastiff mastiff/test", scopes: ["mail.send"] },
    ["create", "read", "update", "delete"],
    {
      change: { scopes: ["mail.batch.read", "mail.send"] },
    },
  ),
  sendgrid("LinkBranding", { domain: "mastiff.party" }, ["create", "read", "update"], { change: {} }),
  sendgrid("ClickTracking", { accountIsOurs: true }, ["create", "read", "update", "delete"], {
    change: { accountIsOurs: false },
  }),
  sendgrid("TrackingBefore", {}, ["create"]),
  {
    folder: "cloudflare",
    props: {
      kind: "PhaseRule",
      zoneId,
      phase: "http_response_headers_transform",
      ref: "cors_mastiff",
      description: "ours",
      action: "rewrite",
      expression: 'http.host in {"assets.mastiff.party"}',
      actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
      baseUrl: "<url>/client/v4",
    },
    change: { description: "changed" },
    verbs: ["create", "read", "update", "delete"],
    thing: ["Cloudflare"],
  },
  {
    folder: "cloudflare",
    props: {
      kind: "KeptBucket",
      accountId: operator.accountId,
      bucket: "files-acme-farewell",
      jurisdiction: "default",
      baseUrl: "<url>/client/v4",
    },
    verbs: ["create", "read"],
    thing: ["Cloudflare"],
  },
  {
    folder: "cloudflare",
    props: {
      kind: "BucketAccess",
      bucket,
      accountId: operator.accountId,
      jurisdiction: "default",
      endpoint: "<url>/r2",
      timeoutSeconds: 0,
      keepObjects: false,
      // Allows the bucket's objects to be deleted. Otherwise the delete would be refused, which is not tested here.
      dispensable: true,
    },
    change: { timeoutSeconds: 1 },
    verbs: ["create", "read", "update", "delete"],
    thing: [bucket],
    before: mintKey,
    after: fill,
  },
];

/**
 * Makes the operations, each with the clouds' state that it begins with. @param kinds these resources only.
 * Default: all.
 */
export async function clientOperations(world: CallWorld, kinds?: readonly string[]): Promise<Operation[]> {
  const empty = await world.state();
  const operations: Operation[] = [];
  const chosen = resources.filter(({ props }) => kinds?.includes(String(props.kind)) ?? true);
  for (const resource of chosen) operations.push(...(await operationsOf(resource, world, empty)));
  if (kinds !== undefined) return operations;
  const spec = { domain: "mastiff.party", senderEmail: "owner@mastiff.party" };
  operations.push({
    client: "sendgrid",
    name: "mail look",
    thing: ["SendGrid"],
    looks: true,
    beginning: empty,
    secrets: [operator.sendgrid],
    run: (one) => one.lookAtMail({ ...spec, baseUrl: `${one.url}/sendgrid/v3` }),
  });
  return operations;
}

async function operationsOf(resource: Resource, world: CallWorld, empty: Moment): Promise<Operation[]> {
  const { folder, verbs, thing, change = {} } = resource;
  await world.restore(empty);
  const props = { ...resource.props, ...(await resource.before?.(world)) };
  const beginning = await world.state();
  const { code, stdout, stderr } = await world.client(folder, "create", { props: at(world, props) });
  if (code !== 0) throw new Error(`${props.kind} is not created:\n${stderr}`);
  await resource.after?.(world, props);
  const made = await world.state();
  const { id, outs } = JSON.parse(stdout.replaceAll(world.url, "<url>")) as { id: string; outs: Props };
  const secrets = [operator.sendgrid, operator.cloudflare, props.secretAccessKey, outs.apiKey];
  return verbs.map((verb) => ({
    client: folder,
    name: `${props.kind} ${verb}`,
    thing,
    looks: verb === "read",
    beginning: verb === "create" ? beginning : made,
    secrets: secrets.filter((one) => typeof one === "string"),
    run: (one) => {
      const state = at(one, outs);
      const input = verb === "create" ? { props: at(one, props) } : { id, props: state };
      return one.client(folder, verb, { ...input, news: at(one, { ...props, ...change }) });
    },
  }));
}

/** Replaces `<url>` by this world's address. A state that is prepared in one world is used in all of them. */
function at({ url }: CallWorld, props: Props): Props {
  return JSON.parse(JSON.stringify(props).replaceAll("<url>", url)) as Props;
}

async function ask(world: CallWorld, token: string, path: string, body: object): Promise<Props> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${world.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Props;
}

/** Makes a domain whose records are in the zone, so that SendGrid finds it valid. */
async function enterDomain(world: CallWorld): Promise<Props> {
  const entry = { domain: "mastiff.party", subdomain: "em12345", automatic_security: true };
  const { id, dns } = await ask(world, operator.sendgrid, "/sendgrid/v3/whitelabel/domains", entry);
  for (const { host, data } of Object.values(dns as Record<string, { host: string; data: string }>)) {
    const record = { type: "CNAME", name: host, content: data, ttl: 1, proxied: false };
    await ask(world, operator.cloudflare, `/client/v4/zones/${zoneId}/dns_records`, record);
  }
  return { domainId: id };
}

/** Makes a bucket, and a key that opens it. */
async function mintKey(world: CallWorld): Promise<Props> {
  await ask(world, operator.cloudflare, `${account}/r2/buckets`, { name: bucket });
  const resources = { [`com.cloudflare.edge.r2.bucket.${operator.accountId}_default_${bucket}`]: "*" };
  const permission_groups = [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }];
  const policies = [{ effect: "allow", permission_groups, resources }];
  const { result } = await ask(world, operator.cloudflare, `${account}/tokens`, { name: "media", policies });
  const { id, value } = result as { id: string; value: string };
  return { accessKeyId: id, secretAccessKey: createHash("sha256").update(value).digest("hex") };
}

/** Makes two objects and an unfinished upload, which a delete has to remove. */
async function fill(world: CallWorld, props: Props): Promise<void> {
  const { accessKeyId, secretAccessKey } = props as Record<"accessKeyId" | "secretAccessKey", string>;
  const s3 = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  const put = async (method: string, path: string, body?: string) => {
    const answer = await s3.fetch(`${world.url}/r2/${bucket}/${path}`, { method, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  await put("PUT", "avatar", "x");
  await put("PUT", "header", "x");
  await put("POST", "half?uploads");
}
