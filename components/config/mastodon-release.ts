/** Which releases of Mastodon a community may run. */
import { z } from "zod";
import { compareVersions, parseVersion } from "../../providers/rules/mastodon-version.ts";

/** The tag of a release that has both images. */
export const mastodonVersion = z
  .string()
  .superRefine((tag, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    const version = parseVersion(tag);
    if (version === undefined || !tag.startsWith("v")) {
      refuse(
        "pin a release such as v4.7.4: moving tags (latest, edge, nightly) would upgrade without a preview",
      );
    } else if (compareVersions(version, [4, 3, 0]) < 0) {
      refuse("Mastodon before v4.3 has no streaming image of its own");
    }
  })
  // Editors check only the pattern.
  .meta({ title: "release", pattern: "^v\\d+\\.\\d+\\.\\d+$" });
