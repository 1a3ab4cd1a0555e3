/** An app's secrets: write-only values with a digest. All secrets of an app share one version number. */
import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { Refusal } from "./errors.ts";
import type { App, Secret } from "./state.ts";

/**
 * Sets secrets and removes those that are null. Every change increments the version. Machines can require a
 * version with `min_secrets_version` (superfly/fly-go: flaps/flaps_secrets.go, secrets_types.go).
 */
export function updateSecrets(world: World, app: App, values: Record<string, string | null>): number {
  for (const name of Object.keys(values)) {
    // A secret becomes an environment variable, so its name must be valid for one.
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new Refusal(
        422,
        `invalid secret name ${JSON.stringify(name)}: names may only contain letters, numbers and underscores, and may not start with a number`,
      );
    }
  }
  app.secretsVersion += 1;
  const at = world.now().toISOString();
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete app.secrets[name];
    else {
      app.secrets[name] = {
        name,
        value,
        digest: digest(app, value),
        createdAt: app.secrets[name]?.createdAt ?? at,
        updatedAt: at,
        version: app.secretsVersion,
      };
    }
  }
  world.changed();
  return app.secretsVersion;
}

/** 16 hex digits that only show whether two values are equal. The server computes them per app. */
function digest(app: App, value: string): string {
  return createHash("sha256").update(`${app.hashId}:${value}`).digest("hex").slice(0, 16);
}

/** A secret as the API lists it, without its value. */
export function secretBody(secret: Secret): Record<string, string> {
  return {
    name: secret.name,
    digest: secret.digest,
    created_at: secret.createdAt,
    updated_at: secret.updatedAt,
  };
}
