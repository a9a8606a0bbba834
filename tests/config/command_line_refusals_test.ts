import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../lib/core/errors.ts";
import { OPTIONS, optionsOf } from "./sample_program.ts";

const REFUSED: readonly (readonly [what: string, words: readonly string[], message: string])[] = [
  ["an unknown option", ["--verbose"], 'Unknown option "--verbose" (see server --help)'],
  [
    "a mistyped option",
    ["--tcp-prot", "1"],
    'Unknown option "--tcp-prot", did you mean --tcp-port?',
  ],
  ["swapped letters", ["--dtaa=x"], 'Unknown option "--dtaa", did you mean --data?'],
  ["another case", ["--TCP-PORT=1"], 'Unknown option "--TCP-PORT", did you mean --tcp-port?'],
  [
    "the name of the config file",
    ["--tcpPort=1"],
    'Unknown option "--tcpPort", did you mean --tcp-port?',
  ],
  [
    "a number below zero behind no option",
    ["data", "-5"],
    'Unknown option "-5" (see server --help)',
  ],
  ["an unknown letter", ["-x"], 'Unknown option "-x" (see server --help)'],
  ["letters together", ["-hx"], 'Unknown option "-hx" (see server --help)'],
  ["three dashes", ["---trace"], 'Unknown option "---trace", did you mean --trace?'],
  ["--no- of what is no switch", ["--no-data"], 'Unknown option "--no-data" (see server --help)'],
  ["a dotted name", ["--data.x=1"], 'Unknown option "--data.x", did you mean --data?'],
  [
    "a name every object has",
    ["--constructor=x"],
    'Unknown option "--constructor" (see server --help)',
  ],
  ["__proto__", ["--__proto__=x"], 'Unknown option "--__proto__" (see server --help)'],
  ["the parser's own name", ["--_=x"], 'Unknown option "--_" (see server --help)'],
  ["--no- with a value", ["--no-trace=true"], 'Unknown option "--no-trace" (see server --help)'],
  [
    "--no- with a value for a text",
    ["--no-data=x"],
    'Unknown option "--no-data" (see server --help)',
  ],
  ["--no- of the parser's own name", ["--no-_=x"], 'Unknown option "--no-_" (see server --help)'],
  ["the parser's own name, short", ["-_"], 'Unknown option "-_" (see server --help)'],
  ["a flag without a name", ["--=x"], 'Unknown option "--" (see server --help)'],
  ["a missing value at the end", ["--data"], "Cannot use --data: it needs a value"],
  ["a missing number", ["--tcp-port"], "Cannot use --tcp-port: it needs a value"],
  ["a missing value before a flag", ["--data", "--trace"], "Cannot use --data: it needs a value"],
  ["an empty value", ["--data", ""], "Cannot use --data: it needs a value"],
  ["an empty value after =", ["--data="], "Cannot use --data: it needs a value"],
  ["an empty number", ["--tcp-port=", "5001"], "Cannot use --tcp-port: it needs a value"],
  ["an empty list", ["--trust-proxy="], "Cannot use --trust-proxy: it needs a value"],
  ["an empty value of a switch", ["--trace="], "Cannot use --trace: it needs a value"],
  [
    "a bad value",
    ["--tcp-port", "http"],
    'Cannot use --tcp-port "http": expected a whole number from 0 to 65535',
  ],
  [
    "the word after a switch as its value",
    ["--trace", "false"],
    'Cannot use TCP_PORT "false": expected a whole number from 0 to 65535',
  ],
  [
    "a value that a switch cannot have",
    ["--trace=no"],
    'Cannot use --trace "no": expected true or false',
  ],
  [
    "a negative value after =",
    ["--tcp-port=-5"],
    'Cannot use --tcp-port "-5": expected a whole number from 0 to 65535',
  ],
  [
    "a negative value by itself",
    ["--tcp-port", "-5"],
    'Cannot use --tcp-port "-5": expected a whole number from 0 to 65535',
  ],
  [
    "a bad positional argument",
    ["lab-1"],
    'Cannot use TCP_PORT "lab-1": expected a whole number from 0 to 65535',
  ],
  [
    "an empty positional argument",
    [""],
    'Cannot use TCP_PORT "": expected a whole number from 0 to 65535',
  ],
  ["too many arguments", ["1", "d", "2"], 'Cannot use "2": too many arguments (see server --help)'],
  [
    "a flag and the positional argument for it",
    ["--tcp-port", "5001", "5002"],
    'Cannot use TCP_PORT "5002": --tcp-port says the same, give one of them',
  ],
  [
    "a config file that cannot be read",
    ["--config", "g"],
    'Cannot read config file "g": no file g',
  ],
];

for (const [what, words, message] of REFUSED) {
  Deno.test(`parseCommandLine() refuses ${what}`, { permissions: "none" }, async () => {
    const error = await assertRejects(() => optionsOf(...words), UsageError);
    assertEquals(error.message, message);
  });
}

Deno.test("parseCommandLine(): --help and --version win over whatever else is wrong", {
  permissions: "none",
}, async () => {
  for (const asked of ["--help", "-h", "--version"]) {
    for (
      const words of [["--tcp-port=x"], ["1", "2", "3"], ["--config=g"], ["1", "--tcp-port=1"]]
    ) {
      const { help, version } = await optionsOf(...words, asked);
      assertEquals([help, version], [asked !== "--version", asked === "--version"]);
    }
  }
});

Deno.test("parseCommandLine() reads any words or refuses them as wrong usage", {
  permissions: "none",
}, async () => {
  const flags = Object.values(OPTIONS).map(({ flag }) => flag);
  const pieces = [
    "",
    "-",
    "--",
    "--no-",
    "=",
    "=1",
    "1",
    "x",
    "_",
    ".",
    "true",
    "false",
    ",",
    "-h",
  ];
  const word = fc.array(fc.constantFrom(...pieces, ...flags), { maxLength: 4 })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
      try {
        await optionsOf(...words);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
