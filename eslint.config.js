import tseslint from "typescript-eslint";
import drover from "./scripts/eslint-rules.js";

// Biome formats and does most of the linting; what stays here needs types, or is a limit Biome cannot express.

const timers = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"];
const hostGlobals = ["process", "console", ...timers].map((name) => ({
  name,
  message: "Take time, output and the host as parameters; only os/node, cli and monitor touch them.",
}));

const hostModules = ["process", "timers", "timers/promises"].flatMap((name) => [name, `node:${name}`]);

const random = { object: "Math", property: "random", message: "Randomness is a parameter; only os/node makes it." };
const kill = {
  object: "process",
  property: "kill",
  message: "Signals go through the Os port; only os/node sends them.",
};

const types = {
  languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
  plugins: { "@typescript-eslint": tseslint.plugin, drover },
  linterOptions: { reportUnusedDisableDirectives: "error" },
};

export default [
  { ignores: ["dist/**", "coverage/**", "src/gen/**", "test/**/fixtures/**", "temp/**"] },
  {
    files: ["**/*.ts"],
    ...types,
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/strict-boolean-expressions": ["error", { allowNumber: false, allowString: false }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "drover/banned-names": "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      complexity: ["error", { max: 10, variant: "modified" }],
      "max-lines": ["error", 400],
      "drover/max-lines-reason": ["warn", 250],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 4],
      "no-restricted-properties": ["error", random, kill],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/os/node/**", "src/cli/**", "src/monitor/**"],
    rules: {
      "no-restricted-globals": ["error", { globals: hostGlobals, checkGlobalObject: true }],
      "no-restricted-imports": ["error", { paths: hostModules }],
    },
  },
  { files: ["src/os/node/**/*.ts"], rules: { "no-restricted-properties": "off" } },
  {
    files: ["test/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.name=/^(test|it|describe)$/] > Literal:first-child[value=/\\bshould\\b/]",
          message: 'A title says what is true, without "should".',
        },
      ],
    },
  },
  {
    files: ["test/*/**/*.ts"],
    ignores: ["test/e2e/**", "test/faults/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { name: "node:timers/promises", message: "Await an event, not a length of time." },
        { name: "timers/promises", message: "Await an event, not a length of time." },
      ],
    },
  },
];
