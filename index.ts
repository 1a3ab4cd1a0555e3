/** One community per stack, from the stack's config. */
import { Community, StackConfig } from "./components/index.ts";

export default function program() {
  const community = new Community("community", new StackConfig());
  const { url, streamingUrl, filesUrl, addresses, nameServers, waitingFor } = community;
  const { ownerUsername, ownerPassword, secrets, backups, flyToml, streamingFlyToml } = community;
  const { finalDump, leftAfterDestroy } = community;
  return {
    url,
    streamingUrl,
    filesUrl,
    addresses,
    nameServers,
    finalDump,
    leftAfterDestroy,
    ownerUsername,
    ownerPassword,
    secrets,
    backups,
    flyToml,
    streamingFlyToml,
    waitingFor,
  };
}
