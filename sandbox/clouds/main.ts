/**
 * Starts the local world: Cloudflare, SendGrid and Fly over one state, and stand-ins for the engine's
 * plugins. Prints one line of JSON when all servers listen.
 */
import { defineCommand, runMain } from "citty";
import { serveClouds } from "./serve-clouds.ts";

const command = defineCommand({
  meta: { name: "local", description: "Cloudflare, SendGrid and Fly on this machine, for one Mastiff" },
  args: {
    port: { type: "string", default: "4640", description: "port of the clouds; 0 takes a free one" },
    state: { type: "string", description: "file that keeps the state between runs" },
    machines: { type: "string", description: "folder where databases and backups really run" },
    postgres: {
      type: "string",
      default: "",
      description: "with --machines: folder of PostgreSQL's programs",
    },
    latency: { type: "string", default: "0", description: "share of the real clouds' latency, 0 to 1" },
    plugins: {
      type: "boolean",
      default: true,
      description: "also serve stand-ins for the language host and the providers",
    },
    clouds: { type: "boolean", default: true, description: "serve the clouds" },
  },
  async run({ args }) {
    const plugins = args.plugins ? await startPlugins() : { ports: {}, close: async () => {} };
    const clouds = args.clouds ? await startClouds(args) : undefined;
    process.stdout.write(
      `${JSON.stringify({ url: clouds?.url ?? null, plugins: plugins.ports, pid: process.pid })}\n`,
    );
    const stop = () => {
      clouds?.close();
      void plugins.close().finally(() => process.exit(0));
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
  },
});

/** Loaded on demand: gRPC and Pulumi's stubs take longer to load than all clouds together. */
async function startPlugins() {
  const { servePlugins } = await import("../stand-ins/plugins/serve.ts");
  return servePlugins();
}

function startClouds(args: {
  port: string;
  state?: string;
  machines?: string;
  postgres: string;
  latency: string;
}) {
  const { port, state, machines: folder, postgres: programs, latency } = args;
  return serveClouds(Number(port), {
    ...(state && { stateFile: state }),
    ...(folder && { machines: { folder, programs } }),
    latencyScale: Number(latency),
  });
}

await runMain(command);
