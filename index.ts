/** One community per stack, from the stack's config. */
import { Community, StackConfig } from "./components/index.ts";

export default function program() {
  return new Community("community", new StackConfig()).outputs();
}
