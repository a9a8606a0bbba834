import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import {
  addressRanges,
  choices,
  type OptionTable,
  type OptionValues,
  port,
  text,
  toggle,
} from "../../lib/config/option.ts";
import { COMMON_OPTIONS, type Program } from "../../lib/config/program.ts";
import { UsageError } from "../../lib/core/errors.ts";

const OPTIONS = {
  tcpPort: port("tcp-port", 1234, ""),
  udpPort: port("udp-port", 1235, ""),
  data: text("data", "DIR", "./data", ""),
  advertise: text("advertise", "ADDR", undefined, ""),
  services: choices("services", ["buddy", "rooms", "chat"], ["buddy"], ""),
  trustProxy: addressRanges("trust-proxy", ""),
  trace: toggle("trace", ""),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

const PROGRAM: Program<typeof OPTIONS> = {
  name: "server",
  summary: "",
  positionals: [
    { name: "TCP_PORT", option: "tcpPort" },
    { name: "DATA_DIR", option: "data" },
  ],
  options: OPTIONS,
  examples: [],
};

const DEFAULTS: OptionValues<typeof OPTIONS> = {
  tcpPort: 1234,
  udpPort: 1235,
  data: "./data",
  advertise: undefined,
  services: ["buddy"],
  trustProxy: [],
  trace: false,
  config: undefined,
  log: "text",
  logLevel: "info",
  help: false,
  version: false,
};

/** The config file every test may name with `--config f`. */
const FILE = `{
  // Comments are allowed, and a comma at the end.
  "tcpPort": 5001,
  "data": "from-file",
  "trace": true,
  "trustProxy": ["10.0.0.0/8", "::1"],
}`;

function read(path: string): Promise<string> {
  return path === "f" ? Promise.resolve(FILE) : Promise.reject(new Error(`no file ${path}`));
}

async function optionsOf(...words: readonly string[]): Promise<OptionValues<typeof OPTIONS>> {
  return (await parseCommandLine(PROGRAM, words, read)).options;
}

async function assertUsageError(words: readonly string[], message: string): Promise<void> {
  const error = await assertRejects(() => optionsOf(...words), UsageError, "", words.join(" "));
  assertEquals(error.message, message);
}

// --- what wins -----------------------------------------------------------------------------------

Deno.test("parseCommandLine() gives every option its default", {
  permissions: "none",
}, async () => {
  const { options, given } = await parseCommandLine(PROGRAM, [], read);
  assertEquals(options, DEFAULTS);
  assertEquals(given, new Set());
});

Deno.test("parseCommandLine(): the config file wins over defaults, a flag over both", {
  permissions: "none",
}, async () => {
  assertEquals(await optionsOf("--config", "f", "--tcp-port", "6001"), {
    ...DEFAULTS,
    config: "f",
    tcpPort: 6001,
    data: "from-file",
    trace: true,
    trustProxy: ["10.0.0.0/8", "::1"],
  });
});

Deno.test("parseCommandLine(): a positional argument wins like a flag", {
  permissions: "none",
}, async () => {
  const { tcpPort, data } = await optionsOf("--config=f", "6001", "elsewhere");
  assertEquals([tcpPort, data], [6001, "elsewhere"]);
});

Deno.test("parseCommandLine(): a list given as a flag replaces the list of the file", {
  permissions: "none",
}, async () => {
  const { trustProxy } = await optionsOf("--config=f", "--trust-proxy", "fd00::/8");
  assertEquals(trustProxy, ["fd00::/8"]);
});

Deno.test("parseCommandLine() tells which options were given, wherever", {
  permissions: "none",
}, async () => {
  const { given } = await parseCommandLine(PROGRAM, ["7001", "--config=f", "--log=json"], read);
  const names = ["tcpPort", "data", "trace", "trustProxy", "config", "log"];
  assertEquals(given, new Set(names));
});

// --- flags ---------------------------------------------------------------------------------------

Deno.test("parseCommandLine() reads --flag value and --flag=value alike", {
  permissions: "none",
}, async () => {
  assertEquals((await optionsOf("--data", "d")).data, "d");
  assertEquals((await optionsOf("--data=d")).data, "d");
  assertEquals((await optionsOf("--data=a=b")).data, "a=b");
  assertEquals((await optionsOf("--data=-d")).data, "-d");
  assertEquals((await optionsOf("--data", "true")).data, "true");
});

Deno.test("parseCommandLine() reads a switch as --x, --no-x, --x=true and --x=false", {
  permissions: "none",
}, async () => {
  const cases: readonly (readonly [word: string, value: boolean])[] = [
    ["--trace", true],
    ["--trace=true", true],
    ["--no-trace", false],
    ["--trace=false", false],
  ];
  for (const [word, value] of cases) assertEquals((await optionsOf(word)).trace, value, word);
});

Deno.test("parseCommandLine(): --no-x takes back what the config file switched on", {
  permissions: "none",
}, async () => {
  assertEquals((await optionsOf("--config=f", "--no-trace")).trace, false);
  assertEquals((await optionsOf("--config=f", "--trace=false")).trace, false);
});

Deno.test("parseCommandLine() never takes the word after a switch for its value", {
  permissions: "none",
}, async () => {
  const { trace, tcpPort } = await optionsOf("--trace", "5001");
  assertEquals([trace, tcpPort], [true, 5001]);
  await assertUsageError(
    ["--trace", "false"],
    'Cannot use TCP_PORT "false": expected a whole number from 0 to 65535',
  );
});

Deno.test("parseCommandLine() refuses a value that a switch cannot have", {
  permissions: "none",
}, async () => {
  for (const value of ["no", "off", "0", "maybe"]) {
    await assertUsageError(
      [`--trace=${value}`],
      `Cannot use --trace "${value}": expected true or false`,
    );
  }
});

Deno.test("parseCommandLine() knows -h and --help, and --help=false is none", {
  permissions: "none",
}, async () => {
  assertEquals((await optionsOf("-h")).help, true);
  assertEquals((await optionsOf("--help")).help, true);
  assertEquals((await optionsOf("--help=false")).help, false);
  assertEquals((await optionsOf("--no-help", "5001")).tcpPort, 5001);
});

Deno.test("parseCommandLine(): a flag given twice counts as given last", {
  permissions: "none",
}, async () => {
  assertEquals((await optionsOf("--tcp-port=1", "--tcp-port=2")).tcpPort, 2);
  assertEquals((await optionsOf("--no-trace", "--trace")).trace, true);
});

Deno.test("parseCommandLine(): a repeatable flag collects, with commas or without", {
  permissions: "none",
}, async () => {
  const { trustProxy, services } = await optionsOf(
    ...["--trust-proxy", "::1,::2", "--services=rooms", "--trust-proxy=10.0.0.0/8"],
    ...["--services", "chat"],
  );
  assertEquals(trustProxy, ["::1", "::2", "10.0.0.0/8"]);
  assertEquals(services, ["rooms", "chat"]);
});

Deno.test("parseCommandLine(): after -- everything is a positional argument", {
  permissions: "none",
}, async () => {
  const { tcpPort, data, trace } = await optionsOf("--", "5001", "--trace");
  assertEquals([tcpPort, data, trace], [5001, "--trace", false]);
});

Deno.test("parseCommandLine() keeps positional arguments as they were typed", {
  permissions: "none",
}, async () => {
  assertEquals((await optionsOf("0042")).tcpPort, 42);
  assertEquals((await optionsOf("5001", "007")).data, "007");
  assertEquals((await optionsOf("5001", "1e3")).data, "1e3");
});

// --- what is wrong -------------------------------------------------------------------------------

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
    "a negative value after =",
    ["--tcp-port=-5"],
    'Cannot use --tcp-port "-5": expected a whole number from 0 to 65535',
  ],
  ["a negative value by itself", ["--tcp-port", "-5"], 'Unknown option "-5" (see server --help)'],
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
    await assertUsageError(words, message);
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
