/** The description of rulesets that we make: such a one may go when its last rule goes, whoever made that. */
export const rulesetMark = "Made by Mastiff, goes with its last rule.";
