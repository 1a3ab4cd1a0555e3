import type { Ended, Program } from "../../providers/shared/program.ts";

/** A flyctl with one web machine, in which every job ends with this code. It keeps what it was called with. */
export class OneOffFlyctl {
  readonly calls: { args: readonly string[]; env: NodeJS.ProcessEnv }[] = [];
  readonly #exitCode: number;
  constructor(exitCode = 0) {
    this.#exitCode = exitCode;
  }

  run = async (_file: string, args: readonly string[], { env }: Program): Promise<Ended> => {
    this.calls.push({ args, env });
    return { exitCode: 0, stderr: "", stdout: this.#answer(args[0] === "machine" ? args[1] : args[0]) };
  };

  #answer(verb: string | undefined): string {
    if (verb === "list") return JSON.stringify(this.#machines());
    if (verb === "run") return "Machine ID: 2222\n";
    if (verb !== "logs") return "";
    const line = (message: string, provider: string) => ({
      timestamp: "2026-11-23T10:00:00Z",
      message,
      meta: { event: { provider } },
    });
    return [line("done", "app"), line("INFO Main child exited normally", "runner")]
      .map((one) => JSON.stringify(one))
      .join("\n");
  }

  #machines() {
    const web = {
      id: "1111",
      name: "web",
      state: "started",
      region: "ams",
      config: {
        image: "ghcr.io/mastodon/mastodon:v4.7.4",
        env: { LOCAL_DOMAIN: "mastiff.party" },
        metadata: { fly_platform_version: "v2", fly_process_group: "web" },
        guest: { cpu_kind: "shared", cpus: 1, memory_mb: 1024 },
      },
    };
    const job = {
      id: "2222",
      state: "stopped",
      events: [{ type: "exit", timestamp: 1, request: { exit_event: { exit_code: this.#exitCode } } }],
    };
    return this.runs().length > 0 ? [web, job] : [web];
  }

  /** The calls that started a job. */
  runs(): (readonly string[])[] {
    return this.calls
      .map(({ args }) => args)
      .filter(([group, verb]) => group === "machine" && verb === "run");
  }
}
