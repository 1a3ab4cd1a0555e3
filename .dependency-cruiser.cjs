/** Which part may import which: the one direction in which this program is built (docs/architecture.md). */
const product = "^(index\\.ts|program\\.mjs|components/|providers/|cli/|policy/)";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one subject, or a third is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "product-knows-no-local-clouds",
      comment:
        "What works only with a stand-in is wrong: the product reaches clouds by their wire formats alone.",
      severity: "error",
      from: { path: product },
      to: { path: "^(sandbox|tests|bench)/" },
    },
    {
      name: "only-commands-look-from-outside",
      comment: "The product does not rely on what a visitor sees. A command asks the checks for a person.",
      severity: "error",
      from: { path: product, pathNot: "^cli/" },
      to: { path: "^checks/" },
    },
    {
      name: "sandbox-knows-no-product",
      comment: "A bug in shared code would be on both sides of the wire, where no test sees it.",
      severity: "error",
      from: { path: "^sandbox/" },
      to: { path: [product, "^tests/"] },
    },
    {
      name: "clouds-stand-alone",
      comment: "Clouds and stand-ins are programs of their own, which the toolchain starts.",
      severity: "error",
      from: { path: "^sandbox/(clouds|stand-ins)/" },
      to: { path: "^(sandbox/(toolchain|conformance|tests)|checks|bench)/" },
    },
    {
      name: "toolchain-starts-and-never-imports",
      comment: "The toolchain starts the local clouds as a process and the program through the engine.",
      severity: "error",
      from: { path: "^sandbox/toolchain/" },
      to: { path: "^sandbox/(clouds|stand-ins|conformance|tests)/" },
    },
    {
      name: "checks-look-from-outside",
      comment: "The checks see a community as a visitor does.",
      severity: "error",
      from: { path: "^checks/" },
      to: { path: [product, "^(sandbox|tests)/"] },
    },
    {
      name: "commands-are-imported-by-nobody",
      comment: "The operator's commands stand on top of everything else.",
      severity: "error",
      from: { pathNot: "^(cli|tests)/" },
      to: { path: "^cli/" },
    },
    {
      name: "only-the-guard-imports-the-benchmark",
      comment: "The benchmark measures from outside. A test guards its counts and ratios.",
      severity: "error",
      from: { pathNot: "^(bench|tests)/" },
      to: { path: "^bench/" },
    },
    {
      name: "components-only-declare",
      comment: "No fs, process or HTTP in the program: what has to act goes through the command provider.",
      severity: "error",
      from: { path: "^(components/|index\\.ts)" },
      to: {
        path: [
          "^(fs|fs/promises|child_process|http|https|net|dgram|tls)$",
          "node_modules/(axios|execa|hono|undici)/",
        ],
      },
    },
    {
      name: "components-take-only-types-from-the-driver",
      comment:
        "The driver runs elsewhere: its code in the program would be loaded at every preview for nothing.",
      severity: "error",
      from: { path: "^(components/|index\\.ts)" },
      to: { path: "^providers/fly/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "driver-stands-alone",
      comment: "It starts for every command, so it loads little, and no SDK.",
      severity: "error",
      from: { path: "^providers/fly/" },
      to: {
        path: [
          "node_modules/@pulumi/",
          "^components/",
          "^providers/(sendgrid/|cloudflare/|shared/(?!alive|attached|compile-cache|node-version|program|repeat|shell))",
          "^index\\.ts$",
        ],
      },
    },
    {
      name: "rules-are-pure",
      comment: "What the clouds accept is asked by every part of the product, so it needs none of them.",
      severity: "error",
      from: { path: "^providers/rules/" },
      to: { pathNot: "^providers/rules/" },
    },
    {
      name: "two-files-run-programs",
      comment:
        "In the product, the driver and the commands start flyctl, by two files, and cli/pulumi.ts the engine.",
      severity: "error",
      from: { path: product, pathNot: ["^providers/shared/(attached|program)\\.ts$", "^cli/pulumi\\.ts$"] },
      to: { path: ["^child_process$", "node_modules/execa/"] },
    },
    {
      name: "declared-packages-only",
      comment: "A package that is here because another one needs it is gone when that one no longer does.",
      severity: "error",
      from: { pathNot: "node_modules" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere fails at run time.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "product-has-no-development-packages",
      comment: "What the product imports is a dependency, so that an installation without the others works.",
      severity: "error",
      from: { path: [product, "^checks/"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
