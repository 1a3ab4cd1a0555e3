/** Description of rulesets that Mastiff makes. They may go with their last rule, whoever made that rule. */
export const rulesetMark = "Made by Mastiff, goes with its last rule.";
