import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { backendName } from "../../lib/config/backend_option.ts";
import { type Services, servicesOf, threadsOf } from "../../lib/config/balancer_options.ts";
import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { parseCommandLine } from "../../lib/config/command_line.ts";
import { CTL_PROGRAM, type CtlRequest, ctlRequest } from "../../lib/config/ctl_options.ts";
import { SERVICE_OPTIONS, STRATEGIES } from "../../lib/config/service_options.ts";
import { UsageError } from "../../lib/core/errors.ts";

/** The services of a command line, with the file `f` it may name. */
async function services(words: readonly string[], file = "{}"): Promise<Services> {
  const line = await parseCommandLine(BALANCER_PROGRAM, words, () => Promise.resolve(file));
  return servicesOf(line);
}

async function refusal(words: readonly string[], file?: string): Promise<string> {
  return (await assertRejects(() => services(words, file), UsageError)).message;
}

Deno.test("no arguments are the classic service", { permissions: "none" }, async () => {
  const all = await services([]);
  assertEquals([...all.keys()], ["buddy"]);
  const { listen, host, strategy, backends } = all.get("buddy")!;
  assertEquals([listen, host, strategy], [1234, "0.0.0.0", "round-robin"]);
  assertEquals(backends.map(backendName), ["127.0.0.1:5001", "127.0.0.1:5002"]);
});

Deno.test("flags describe one service", { permissions: "none" }, async () => {
  const all = await services(["--backend", "a:1", "--backend=b:2,backup", "--strategy=hash-user"]);
  const { backends, strategy } = all.get("buddy")!;
  assertEquals([backends.map(backendName), strategy], [["a:1", "b:2"], "hash-user"]);
});

const FILE = `{
  // as in the handbook
  "services": {
    "buddy": { "listen": 1234, "backends": ["a:1", "a:2,weight=2"], "allow": "10.0.0.0/8" },
    "rooms": { "listen": 9090, "strategy": "hash-room", "backends": "a:3", "sendProxy": true },
  },
}`;

Deno.test("a file describes any number of services, each with its own options", {
  permissions: "none",
}, async () => {
  const all = await services(["--config=f"], FILE);
  const [buddy, rooms] = [all.get("buddy")!, all.get("rooms")!];
  assertEquals([buddy.listen, buddy.allow, buddy.sendProxy], [1234, ["10.0.0.0/8"], false]);
  assertEquals(buddy.backends.map(({ weight }) => weight), [1, 2]);
  assertEquals([rooms.listen, rooms.strategy, rooms.sendProxy], [9090, "hash-room", true]);
  assertEquals(rooms.idleTimeout, 3600);
});

Deno.test("what is wrong in a file is said with its service and name", {
  permissions: "none",
}, async () => {
  const of = (services: string): string => `{"services": ${services}}`;
  for (
    const [file, message] of [
      [of("7"), 'Cannot use "services" in f: expected an object'],
      [of("{}"), 'Cannot use "services" in f: it needs a service'],
      [of('{"Buddy": {}}'), '"Buddy" is no name of a service'],
      [of('{"buddy": []}'), 'Cannot use service "buddy" of "services" in f: expected an object'],
      [of('{"buddy": {"backed": "a:1"}}'), 'unknown option "backed", did you mean "backends"?'],
      [
        of('{"buddy": {"backend": "a:0"}}'),
        '"backend" in service "buddy" of "services" in f "a:0"',
      ],
      [of('{"buddy": {"listen": "x"}}'), '"listen" in service "buddy" of "services" in f "x"'],
      [of('{"buddy": {"quiet": true}}'), 'unknown option "quiet"'],
      [of('{"buddy": {"tlsCert": "c"}}'), "TLS needs both --tls-cert and --tls-key"],
      [of('{"buddy": {"backends": ["a:1,weight=0"]}}'), "every backend has weight 0"],
    ] as const
  ) assertStringIncludes(await refusal(["--config=f"], file), message);
});

Deno.test("options that do not go together are refused", { permissions: "none" }, async () => {
  for (
    const [words, message] of [
      [["--send-proxy", "--send-proxy-v2"], "give one of them"],
      [
        ["--strategy=first", "--backend=a:1", "--backend=b:1,backup"],
        "leave them out of the backend b:1",
      ],
      [["--strategy=first", "--backend=a:1,max=2"], "leave them out of the backend a:1"],
      [["--config=f", "--listen=1"], 'Cannot use "listen" beside "services"'],
    ] as const
  ) assertStringIncludes(await refusal(words, FILE), message);
});

async function ctl(...words: readonly string[]): Promise<CtlRequest> {
  const { options } = await parseCommandLine(CTL_PROGRAM, words, () => Promise.reject());
  return ctlRequest(options);
}

Deno.test("ctlRequest() reads the words with and without a service", {
  permissions: "none",
}, async () => {
  assertEquals(await ctl(), { kind: "status" });
  assertEquals(await ctl("status"), { kind: "status" });
  for (
    const [words, path] of [
      [["drain", "0"], "/-/0/drain"],
      [["rooms", "maintain", "1"], "/rooms/1/maintain"],
      [["ready", "[::1]:5001"], "/-/%5B%3A%3A1%5D%3A5001/ready"],
      [["weight", "0", "5"], "/-/0/weight/5"],
      [["buddy", "weight", "0", "0"], "/buddy/0/weight/0"],
    ] as const
  ) assertEquals(await ctl(...words), { kind: "change", path });
});

Deno.test("ctlRequest() refuses words that mean nothing", { permissions: "none" }, async () => {
  for (
    const words of [
      ["explode"],
      ["a", "b", "drain"],
      ["drain"],
      ["drain", "0", "1"],
      ["weight", "0"],
      ["weight", "0", "heavy"],
      ["weight", "0", "5", "6"],
      ["status", "0"],
    ]
  ) await assertRejects(() => ctl(...words), UsageError);
});

Deno.test("datagrams need a port and an address for each backend, in order", {
  permissions: "none",
}, async () => {
  const two = ["--backend=a:1", "--backend=b:1"];
  const all = await services([
    ...[...two, "--udp-listen=0", "--udp-backend=a:2", "--udp-backend=[::1]:2"],
    "--udp-send-proxy",
  ]);
  const { udpListen, udpBackends, udpSendProxy } = all.get("buddy")!;
  assertEquals([udpListen, udpSendProxy], [0, true]);
  assertEquals(udpBackends.map(backendName), ["a:2", "[::1]:2"]);
  assertEquals((await services([])).get("buddy")!.udpListen, undefined);
  for (
    const [words, message] of [
      [["--udp-backend=a:2"], "--udp-backend needs --udp-listen"],
      [["--udp-send-proxy"], "--udp-send-proxy needs --udp-listen"],
      [["--udp-listen=1"], "needs an --udp-backend for each backend, in the same order"],
      [["--udp-listen=1", "--udp-backend=a:2"], "there are 2 and 1"],
      [["--udp-listen=x"], 'Cannot use --udp-listen "x": expected a whole number'],
      [["--udp-listen=1", "--udp-backend=a:2,weight=2"], 'Cannot use --udp-backend "a:2,weight=2"'],
    ] as const
  ) assertStringIncludes(await refusal([...two, ...words]), message);
});

Deno.test("the help has the name of every strategy", { permissions: "none" }, () => {
  const { help, default: usual } = SERVICE_OPTIONS.strategy;
  const named = help.split(",").flatMap((word) => {
    const [first = "", ...others] = word.split("|");
    return [first, ...others.map((other) => `${first.split("-")[0]}-${other}`)];
  });
  assertEquals([...named, usual].sort(), [...STRATEGIES].sort());
});

Deno.test("--workers is one thread unless given, and refused where there can be no more", {
  permissions: "none",
}, async () => {
  const threads = async (os: typeof Deno.build.os, ...words: string[]): Promise<number> => {
    const { options } = await parseCommandLine(
      BALANCER_PROGRAM,
      words,
      () => Promise.resolve("{}"),
    );
    return threadsOf(options, os);
  };
  assertEquals(await threads("windows"), 1);
  assertEquals(await threads("darwin", "--workers=1", "--trace"), 1);
  assertEquals(await threads("linux", "--workers=16"), 16);
  for (
    const [os, words, message] of [
      ["windows", ["--workers=2"], "Cannot use --workers 2 here: only Linux shares a port"],
      ["darwin", ["--workers=2"], "Cannot use --workers 2 here: only Linux shares a port"],
      ["linux", ["--workers=2", "--trace"], "Cannot use --trace with --workers 2: it would show"],
      ["linux", ["--workers=17"], 'Cannot use --workers "17": expected a whole number'],
      ["linux", ["--workers=0"], 'Cannot use --workers "0": expected a whole number'],
    ] as const
  ) {
    const { message: told } = await assertRejects(() => threads(os, ...words), UsageError);
    assertStringIncludes(told, message);
  }
});
