/**
 * The registry of the local world: its images, each with the program that runs in it.
 *
 * Fly resolves a reference to a digest before it starts a machine. It refuses tags that were never pushed
 * (superfly/flyctl: internal/build/imgsrc/remote_image_resolver.go: `could not find image "…"`).
 */
import { createHash } from "node:crypto";

/** The program in an image. `sandbox/clouds/mastodon/` imitates each program. */
export type Program =
  | "mastodon"
  | "mastodon-streaming"
  | "postgres-flex"
  | "redis"
  | "postgres"
  | "rclone"
  | "alpine";

export interface Image {
  program: Program;
  /** Host of the registry, as machines report it. */
  registry: string;
  repository: string;
  tag: string;
  digest: string;
  /** The version that the tag stands for: "4.7.4", "7.4". */
  version: string;
  /** Program that wraps the command and always runs first. */
  entrypoint: string[];
  /** Command if the machine's config has none. */
  command: string[];
  sizeBytes: number;
}

/**
 * Newest patch release of each minor version as of 2026-10-29: github.com/mastodon/mastodon/releases
 * (v4.5.20, v4.7.4; v4.6.9 is of 2026-10-01, and the security release of the 29th made it v4.6.10).
 */
const mastodonPatches: Record<string, number> = { "4.5": 20, "4.6": 10, "4.7": 4 };

const images: Image[] = [];

function push(
  program: Program,
  registry: string,
  repository: string,
  tag: string,
  version: string,
  rest: { entrypoint?: string[]; command?: string[]; megabytes: number; digest?: string },
): void {
  images.push({
    program,
    registry,
    repository,
    tag,
    version,
    digest:
      rest.digest ??
      `sha256:${createHash("sha256").update(`${registry}/${repository}:${tag}`).digest("hex")}`,
    entrypoint: rest.entrypoint ?? [],
    command: rest.command ?? [],
    sizeBytes: rest.megabytes * 1_000_000,
  });
}

for (const [minor, last] of Object.entries(mastodonPatches)) {
  for (let patch = 0; patch <= last; patch++) {
    const version = `${minor}.${patch}`;
    // mastodon/mastodon Dockerfile: ENTRYPOINT tini, no CMD. streaming/Dockerfile: CMD node ./streaming/index.js.
    push("mastodon", "ghcr.io", "mastodon/mastodon", `v${version}`, version, {
      entrypoint: ["/usr/bin/tini", "--"],
      megabytes: 480,
    });
    push("mastodon-streaming", "ghcr.io", "mastodon/mastodon-streaming", `v${version}`, version, {
      entrypoint: ["docker-entrypoint.sh"],
      command: ["node", "./streaming/index.js"],
      megabytes: 95,
    });
  }
}
for (const [tag, version] of [
  ["6.2-alpine", "6.2.19"],
  ["7-alpine", "7.4.6"],
  ["7.2-alpine", "7.2.11"],
  ["7.4-alpine", "7.4.6"],
  ["8-alpine", "8.2.1"],
] as const) {
  push("redis", "registry-1.docker.io", "library/redis", tag, version, {
    entrypoint: ["docker-entrypoint.sh"],
    command: ["redis-server"],
    megabytes: 17,
  });
}
for (const [tag, version] of [
  ["14-alpine", "14.19"],
  ["16-alpine", "16.10"],
  ["17-alpine", "17.6"],
] as const) {
  push("postgres", "registry-1.docker.io", "library/postgres", tag, version, {
    entrypoint: ["docker-entrypoint.sh"],
    command: ["postgres"],
    megabytes: 110,
  });
}
for (const [tag, version] of [
  ["15.8", "15.8"],
  ["16.4", "16.4"],
  ["17.2", "17.2"],
] as const) {
  push("postgres-flex", "registry-1.docker.io", "flyio/postgres-flex", tag, version, {
    command: ["start"],
    megabytes: 290,
  });
}
push("rclone", "registry-1.docker.io", "rclone/rclone", "1.74.4", "1.74.4", {
  entrypoint: ["rclone"],
  megabytes: 32,
  digest: "sha256:c61954aaa32328a5486715dd063a81c7879f5195ad3505cd362deddd509dc4a1",
});
for (const tag of ["3.20", "3.22", "latest"]) {
  push("alpine", "registry-1.docker.io", "library/alpine", tag, tag, { command: ["/bin/sh"], megabytes: 4 });
}

/** The newest tag of a repository: the answer of `latestImageTag` to `postgres create`. */
export function latestTag(repository: string): Image | undefined {
  return images.filter((i) => i.repository === repository).at(-1);
}

/**
 * Finds the image that `docker pull` would find: short names are Docker Hub's, no tag means `latest`, a
 * digest overrides the tag.
 */
export function findImage(reference: string): Image | undefined {
  const [name = "", digest] = reference.split("@");
  const match = /^(?<repository>.+?)(?::(?<tag>[\w][\w.-]*))?$/.exec(name);
  let repository = match?.groups?.repository ?? "";
  const tag = match?.groups?.tag;
  const [head = ""] = repository.split("/");
  let registry = "registry-1.docker.io";
  if (repository.includes("/") && (head.includes(".") || head.includes(":"))) {
    repository = repository.slice(head.length + 1);
    if (head !== "docker.io" && head !== "index.docker.io") registry = head;
  }
  if (registry === "registry-1.docker.io" && !repository.includes("/")) repository = `library/${repository}`;
  const candidates = images.filter((i) => i.registry === registry && i.repository === repository);
  if (digest !== undefined) return candidates.find((i) => i.digest === digest);
  return candidates.find((i) => i.tag === (tag ?? "latest"));
}

/** The reference with its digest, as Fly stores it in releases and machines. */
export function pinned(image: Image): string {
  const host = image.registry === "registry-1.docker.io" ? "docker.io" : image.registry;
  return `${host}/${image.repository}:${image.tag}@${image.digest}`;
}
