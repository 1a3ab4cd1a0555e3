/**
 * Puts the secrets of an escrow into the state of a new stack, so that the community that it makes is the old one.
 *
 * The secrets are outputs of resources that generate them. No provider can be asked to generate a given value, and an
 * import would write the value, as an id, in the plain into the state. So the engine makes the resources, and their
 * outputs are replaced in the exported state. No value is in an argument, a file or a log. Pure.
 */
import { createHash, createPublicKey } from "node:crypto";
import { isRailsSecret, secretRoles } from "../../components/mastodon/mastodon-secrets.ts";
import { vapidKey, vapidKeys } from "../../components/mastodon/vapid.ts";
import { componentNames, resourceNames } from "../../components/stack/logical-names.ts";
import { communitiesIn, nameIn, resourcesOf } from "../communities.ts";
import type { Escrow } from "./escrow.ts";

/** A resource of a state that was exported with `--show-secrets`. Properties that are not named here are kept. */
export interface OpenResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  [other: string]: unknown;
}

type ExportedResource = Pick<OpenResource, "urn" | "type" | "parent" | "inputs">;

/** An exported state. Properties that are not named here are kept. */
export interface OpenState {
  deployment: { resources?: OpenResource[]; [other: string]: unknown };
  [other: string]: unknown;
}

/** Variables of an escrow that are made from a resource each. The public half of VAPID follows from the private one. */
const variables = (secrets: Escrow["secrets"]) =>
  Object.keys(secretRoles).filter((name): name is keyof typeof secretRoles => secrets[name] !== undefined);

/** Logical name of the resource that holds a variable's secret. */
function holderOf(community: string, variable: keyof typeof secretRoles): string {
  return `${componentNames(community).secrets}-${secretRoles[variable]}`;
}

/**
 * What has to be in a state before it can hold the secrets: their resources, those that these belong to, and those
 * that the community waits for before it declares them. As patterns for `--target`.
 */
export function targetsOf(community: string, escrow: Pick<Escrow, "secrets">): string[] {
  return [...ownTargetsOf(community), ...holdersOf(community, escrow).map(within)];
}

/** The ones of {@link targetsOf} that hold no secret: the community with its arguments. */
export function ownTargetsOf(community: string): string[] {
  return [`**mastiff:index:Community::${community}`, ...ownNamesOf(community).map(within)];
}

/** A pattern for a resource within a community. The program may have a resource of the same name beside it. */
function within(name: string): string {
  return `**mastiff:index:Community$**::${name}`;
}

/** Logical names within a community, without its secrets' own. */
function ownNamesOf(community: string): string[] {
  const { facts, identity, secrets } = componentNames(community);
  return [facts, `${facts}-memory`, identity, resourceNames.identity(identity), secrets];
}

/** Logical names of the resources that hold the secrets of an escrow. */
function holdersOf(community: string, { secrets }: Pick<Escrow, "secrets">): string[] {
  return variables(secrets).map((name) => holderOf(community, name));
}

/** Whether a community has at most the targets of some escrow. @param resources of the exported state */
export function isNew(resources: readonly ExportedResource[], community: string): boolean {
  const secrets = Object.fromEntries(Object.keys(secretRoles).map((name) => [name, ""]));
  return beyond(resources, community, { secrets }).length === 0;
}

/**
 * Resources that a community has beyond the targets, by their names: it is not a new one. What else the program makes
 * does not count.
 *
 * @param resources of the exported state
 */
export function beyond(
  resources: readonly ExportedResource[],
  community: string,
  escrow: Pick<Escrow, "secrets">,
): string[] {
  const own = communitiesIn(resources).find(({ name }) => name === community);
  if (own === undefined) return [];
  const expected = new Set([community, ...ownNamesOf(community), ...holdersOf(community, escrow)]);
  return resourcesOf(own, resources)
    .map(({ urn }) => nameIn(urn))
    .filter((name) => !expected.has(name));
}

/**
 * What is wrong with the secrets of an escrow, as a sentence without its full stop; undefined: a stack can have them.
 *
 * @param needed the variables that a community of this config needs
 */
export function escrowProblem({ secrets }: Escrow, needed: readonly string[]): string | undefined {
  const missing = needed.filter((name) => secrets[name] === undefined);
  if (missing.length > 0) return `it lacks ${missing.join(", ")}`;
  for (const name of ["SECRET_KEY_BASE", "OTP_SECRET"])
    if (secrets[name] !== undefined && !isRailsSecret(secrets[name]))
      return `its ${name} does not have the form of a secret of Rails`;
  try {
    vapidKey(vapidOf(secrets));
  } catch {
    return "the two halves of its VAPID key do not belong together";
  }
  return undefined;
}

/** The state with the secrets of the escrow in it; undefined: it lacks a resource that would hold one. */
export function withSecrets(state: OpenState, community: string, { secrets }: Escrow): OpenState | undefined {
  const given = new Map<string, (resource: OpenResource) => OpenResource>();
  for (const name of variables(secrets))
    given.set(
      holderOf(community, name),
      name === "VAPID_PRIVATE_KEY"
        ? (one) => withVapid(one, secrets)
        : (one) => withPassword(one, secrets[name] ?? ""),
    );
  const { resources = [] } = state.deployment;
  const names = new Set(resources.map(({ urn }) => nameIn(urn)));
  if (![...given.keys()].every((name) => names.has(name))) return undefined;
  const replaced = resources.map((one) => given.get(nameIn(one.urn))?.(one) ?? one);
  return { ...state, deployment: { ...state.deployment, resources: replaced } };
}

/** Whether the state has all secrets of the escrow. */
export function hasSecrets(state: OpenState, community: string, { secrets }: Escrow): boolean {
  const { resources = [] } = state.deployment;
  const outputsOf = (name: string) => resources.find(({ urn }) => nameIn(urn) === name)?.outputs ?? {};
  return variables(secrets).every((name) => {
    const outputs = outputsOf(holderOf(community, name));
    if (name !== "VAPID_PRIVATE_KEY") return opened(outputs.result) === secrets[name];
    const pem = opened(outputs.privateKeyPem);
    return pem !== undefined && vapidKeys(pem).privateKey === secrets[name];
  });
}

function withPassword(resource: OpenResource, value: string): OpenResource {
  // The hash would be that of the password before. Nothing reads it.
  return { ...resource, outputs: { ...resource.outputs, result: secret(value), bcryptHash: secret("") } };
}

/** As the provider has a key. It leaves the forms for OpenSSH empty where a kind of key has none. */
function withVapid(resource: OpenResource, secrets: Escrow["secrets"]): OpenResource {
  const key = vapidKey(vapidOf(secrets));
  const pem = (type: "sec1" | "pkcs8") => secret(key.export({ type, format: "pem" }).toString());
  const half = createPublicKey(key);
  const id = createHash("sha1")
    .update(half.export({ type: "spki", format: "der" }))
    .digest("hex");
  const own = {
    id,
    privateKeyPem: pem("sec1"),
    privateKeyPemPkcs8: pem("pkcs8"),
    privateKeyOpenssh: secret(""),
    publicKeyPem: half.export({ type: "spki", format: "pem" }).toString(),
    publicKeyOpenssh: "",
    publicKeyFingerprintMd5: "",
    publicKeyFingerprintSha256: "",
  };
  const outputs = resource.outputs ?? {};
  const known = Object.entries(own).filter(([name]) => outputs[name] !== undefined);
  return { ...resource, id, outputs: { ...outputs, ...Object.fromEntries(known) } };
}

function vapidOf(secrets: Escrow["secrets"]) {
  return { privateKey: secrets.VAPID_PRIVATE_KEY ?? "", publicKey: secrets.VAPID_PUBLIC_KEY ?? "" };
}

/** The engine's mark of a secret (pulumi/pulumi: sdk/go/common/resource/sig/sig.go). */
const mark = { key: "4dabf18193072939515e22adb298388d", secret: "1b47061264138c4ac30d75fd1eb44270" } as const;

/** A secret as an exported state has it. The engine encrypts it when the state is imported. */
function secret(value: string): object {
  return { [mark.key]: mark.secret, plaintext: JSON.stringify(value) };
}

function opened(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { [mark.key]: kind, plaintext } = value as Record<string, unknown>;
  if (kind !== mark.secret || typeof plaintext !== "string") return undefined;
  const text: unknown = JSON.parse(plaintext);
  return typeof text === "string" ? text : undefined;
}
