import { noConfiguration } from "../bridge/configuration.ts";
import { bridged } from "../bridge/resource.ts";
import type { Provider } from "../provider.ts";
import { randomBytes, randomId } from "./bytes.ts";
import { randomInteger } from "./integer.ts";
import { randomPet } from "./pet.ts";
import { randomPassword, randomString } from "./text.ts";
import { randomUuid } from "./uuid.ts";

/** The random provider. It keeps nothing between requests. */
export function randomProvider(): Provider {
  return {
    name: "random",
    version: "4.21.2",
    features: { handshake: false, acceptSecrets: false, acceptOutputs: false, supportsAutonaming: true },
    configuration: noConfiguration("random"),
    resources: {
      "random:index/randomBytes:RandomBytes": bridged(randomBytes),
      "random:index/randomId:RandomId": bridged(randomId),
      "random:index/randomInteger:RandomInteger": bridged(randomInteger),
      "random:index/randomPassword:RandomPassword": bridged(randomPassword),
      "random:index/randomPet:RandomPet": bridged(randomPet),
      "random:index/randomString:RandomString": bridged(randomString),
      "random:index/randomUuid:RandomUuid": bridged(randomUuid),
    },
    unknown: (kind, token) => {
      const what = kind === "resource" ? "resource" : "datasource";
      return new Error(`[pf/tfbridge] unknown ${what} token: ${token}`);
    },
  };
}
