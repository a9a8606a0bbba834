import { assertEquals } from "@std/assert";
import { DEFAULTS, lineOf, optionsOf } from "./sample_program.ts";

// --- what wins -----------------------------------------------------------------------------------

Deno.test("parseCommandLine() gives every option its default", {
  permissions: "none",
}, async () => {
  const { options, given } = await lineOf();
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
  const { given, positional } = await lineOf("7001", "--config=f", "--log=json");
  const names = ["tcpPort", "data", "trace", "trustProxy", "config", "log"];
  assertEquals(given, new Set(names));
  assertEquals(positional, new Set(["tcpPort"]));
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
