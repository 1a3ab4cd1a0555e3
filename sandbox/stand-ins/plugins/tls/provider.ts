import { noConfiguration } from "../bridge/configuration.ts";
import { bridged } from "../bridge/resource.ts";
import type { Provider } from "../provider.ts";
import { privateKey } from "./private-key.ts";

/** The tls provider. It keeps nothing between requests. */
export function tlsProvider(): Provider {
  return {
    name: "tls",
    version: "5.6.1",
    features: { handshake: false, acceptSecrets: false, acceptOutputs: false, supportsAutonaming: true },
    configuration: noConfiguration("tls"),
    resources: {
      "tls:index/privateKey:PrivateKey": bridged(privateKey),
    },
    unknown: (kind, token) => {
      const what = kind === "resource" ? "resource" : "datasource";
      return new Error(`[pf/tfbridge] unknown ${what} token: ${token}`);
    },
  };
}
