/** Calls the local Cloudflare provider over gRPC as an engine does, against a Cloudflare for one test. */
import { type Api, account, freshApi, type SeenCall, token } from "../conformance/cloudflare-api.ts";
import { standIn } from "../conformance/cloudflare-side.ts";
import { type Fields, isFailure, opened, ProviderClient } from "../conformance/plugin-client.ts";
import { closeSides, ourPort } from "../conformance/sides.ts";

export { account, freshApi, scriptedApi, zone } from "../conformance/cloudflare-api.ts";
export { type Fields, unknown } from "../conformance/plugin-client.ts";

/** An existing resource. */
export interface Made {
  id: string;
  /** The state that the engine sends back, without secret marks. */
  olds: Fields;
  oldInputs: Fields;
  /** The state that the provider answered. */
  outputs: Fields;
}

/** The provider, for one test. */
export interface Provider extends AsyncDisposable {
  client: ProviderClient;
  /** The calls so far, as `POST /zones/…/dns_records {"name":…}`. */
  lines(): string[];
  calls(): SeenCall[];
  /** Creates a resource. Throws the provider's message when it refuses. */
  make(name: string, inputs: Fields): Promise<Made>;
  /** Resolves to `[changed, replacing]` for these new inputs. */
  diff(name: string, made: Made, news: Fields): Promise<[string[], string[]]>;
  message(answer: Fields | { error: { message: string } }): string;
}

export const type = (name: string): string =>
  `cloudflare:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
export const fn = (name: string): string => `cloudflare:index/${name}:${name}`;

export async function openProvider(
  openApi: () => Promise<Api> = freshApi,
  config: Fields = { apiToken: token },
): Promise<Provider> {
  const api = await openApi();
  const client = new ProviderClient(`127.0.0.1:${await ourPort(standIn)}`);
  await client.handshake();
  await client.configure({ baseUrl: api.url, ...config });
  const message: Provider["message"] = (answer) => {
    if (!isFailure(answer as Fields)) throw new Error(`no failure: ${JSON.stringify(answer)}`);
    return (answer as { error: { message: string } }).error.message.replaceAll(api.url, "");
  };
  return {
    client,
    calls: () => api.calls,
    lines: () =>
      api.calls.map(({ call, body }) =>
        `${call.replace("/client/v4", "").replaceAll(account, "A")} ${body}`.trim(),
      ),
    async make(name, inputs) {
      const created = await client.create(type(name), inputs);
      if (isFailure(created)) throw new Error(created.error.message);
      const outputs = created.outputs as Fields;
      return { id: String(created.id), olds: opened(outputs), oldInputs: inputs, outputs };
    },
    async diff(name, made, news) {
      const diff = await client.diff(type(name), { ...made, news });
      if (isFailure(diff)) throw new Error(diff.error.message);
      return [diff.diffs as string[], diff.replaces as string[]];
    },
    message,
    async [Symbol.asyncDispose]() {
      client.close();
      await api.close();
    },
  };
}

/** Ends the servers that a file's tests share. */
export const closeProviders = closeSides;
