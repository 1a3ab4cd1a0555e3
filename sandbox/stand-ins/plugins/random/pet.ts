/**
 * RandomPet: a memorable name.
 *
 * @see hashicorp/terraform-provider-random: internal/provider/resource_pet.go
 */

import { randomInt } from "node:crypto";
import type { BridgedType } from "../bridge/resource.ts";
import { keepers } from "./attributes.ts";

const adverbs = words(
  "barely boldly briefly calmly clearly deeply early easily evenly fairly firmly fondly freely gently gladly " +
    "kindly largely lately lightly mostly neatly openly plainly quickly quietly rarely really safely shortly " +
    "slowly softly surely truly usually vastly warmly wholly widely wisely",
);
const adjectives = words(
  "able amber ample balmy bold brave breezy bright brisk calm candid cheery clever cosy crisp curious daring " +
    "eager early fair fancy festive fine firm fluffy fond frank fresh gentle glad golden grand happy hardy honest " +
    "humble jolly keen kind lively loyal lucky mellow merry mild modest neat nimble noble patient placid plucky " +
    "polite proud quick quiet rapid robust rosy sandy sharp shiny silent silver smooth snug steady sunny swift " +
    "tidy tiny tranquil upbeat vivid warm wise witty zesty",
);
const animals = words(
  "alpaca ant badger bat bear beaver bee beetle bison boar bobcat buffalo camel cat cheetah cicada cobra cod " +
    "condor coyote crab crane cricket crow deer dingo dog dolphin donkey dove duck eagle eel elk falcon ferret " +
    "finch flamingo fox frog gazelle gecko gibbon giraffe gnu goat goose gull hamster hare hawk hedgehog heron " +
    "horse hyena ibex iguana jackal jay kiwi koala lark lemur lion lizard llama lynx magpie mammoth marten " +
    "mastiff mole moose moth mouse mule newt ocelot octopus orca otter owl panda parrot pelican penguin pig pony " +
    "puffin puma quail rabbit raven robin salmon seal shark sheep shrew skunk sloth snail sparrow spider squid " +
    "stork swan tapir tiger toad trout turtle viper vole walrus wasp weasel whale wolf wombat wren yak zebra",
);

function words(text: string): string[] {
  return text.split(" ");
}

export const randomPet: BridgedType = {
  attributes: {
    keepers,
    length: { type: "int", input: "optional", default: 2, replaces: true },
    prefix: { type: "string", input: "optional", replaces: true },
    separator: { type: "string", input: "optional", default: "-", replaces: true },
    id: { type: "string", keepsState: true },
  },
  create: (plan) => {
    const separator = String(plan.separator);
    const name = petName(Number(plan.length)).join(separator);
    const prefix = plan.prefix || null;
    return { prefix, id: prefix === null ? name : `${prefix}${separator}${name}` };
  },
};

/** One word is an animal, two words an adjective and an animal. More words are adverbs in front. */
function petName(length: number): string[] {
  const any = (from: string[]) => from[randomInt(from.length)] ?? "";
  if (length === 1) return [any(animals)];
  return [
    ...Array.from({ length: Math.max(0, length - 2) }, () => any(adverbs)),
    any(adjectives),
    any(animals),
  ];
}
