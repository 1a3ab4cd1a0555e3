/** Looks into a community's machines, by the driver: once for all checks that ask for it. */
import type { Inside } from "../../checks/inside.ts";
import type { CommunitySettings } from "../../components/config/schema.ts";
import type { InsideSpec } from "../../providers/fly/spec.ts";
import { shell } from "../../providers/shared/shell.ts";
import { runDriver } from "../driver.ts";
import { insideOf } from "./inside-report.ts";

/** @returns asks at the first call; later calls get the same answer */
export function insideLook({
  app,
  endpoints,
}: Pick<CommunitySettings, "app" | "endpoints">): () => Promise<Inside> {
  let asked: Promise<Inside> | undefined;
  return () => {
    asked ??= lookOnce({ app, postgres: `${app}-db` }, endpoints.fly);
    return asked;
  };
}

/** @throws Error with the driver's words */
async function lookOnce(spec: InsideSpec, endpoint: string | undefined): Promise<Inside> {
  const own = shell();
  let answer = "";
  // The driver says its error last. That is a finding, while its progress is for who waits.
  let last = "";
  const code = await runDriver({
    call: ["inside", "look"],
    spec,
    endpoint,
    stdout: (text) => {
      answer += text;
    },
    stderr: (text) => {
      if (last !== "") own.stderr(last);
      last = text;
    },
  });
  if (code !== 0) throw new Error(last.trim() || `the driver ended with exit code ${code}`);
  own.stderr(last);
  return insideOf(answer);
}
