/**
 * The checks of the shape of the project, tried on made-up projects that break each rule: a check
 * that finds nothing wrong must be one that could.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { brokenImportRules } from "./import_rules.ts";
import { findCircles, type Import, importsOf } from "./module_graph.ts";
import { brokenCodeRules, brokenPrivacyRules, brokenScriptRules } from "./text_rules.ts";
import { brokenThreat, threatRows } from "./threat_rules.ts";

function imports(from: string, to: string, typeOnly = false): Import {
  return { from, to, typeOnly };
}

const ALLOWED: readonly Import[] = [
  imports("lib/wire/peer.ts", "lib/core/limits.ts"),
  imports("lib/wire/peer.ts", "lib/wire/receive_buffer.ts"),
  imports("lib/services/roster.ts", "lib/storage/store.ts", true),
  imports("lib/server/start.ts", "lib/storage/open_store.ts"),
  imports("lib/server/room_seats.ts", "lib/net/token_bucket.ts"),
  imports("lib/config/command_line.ts", "lib/std/parse_args.ts"),
  imports("lib/std/assert.ts", "npm:deno-std@1.3.1/assert/mod.js"),
  imports("lib/std/assert.ts", "lib/std/assert.d.ts", true),
  imports("lib/core/ip_address.ts", "node:net"),
  imports("server.ts", "lib/server/run.ts"),
  imports("server.ts", "lib/config/start.ts"),
  imports("lib/core/version.ts", "deno.json"),
];

const FORBIDDEN: readonly (readonly [Import, message: string])[] = [
  [
    imports("lib/core/errors.ts", "lib/wire/peer.ts"),
    "lib/core/errors.ts imports lib/wire/peer.ts: core may import no other room",
  ],
  [
    imports("lib/wire/peer.ts", "lib/net/tcp.ts"),
    "lib/wire/peer.ts imports lib/net/tcp.ts: wire may import core only",
  ],
  [
    imports("lib/wire/peer.ts", "lib/net/tcp.ts", true),
    "lib/wire/peer.ts imports types of lib/net/tcp.ts: wire may import core only",
  ],
  [
    imports("lib/services/roster.ts", "lib/storage/store.ts"),
    "lib/services/roster.ts imports lib/storage/store.ts: " +
    "services may import types only from lib/storage/store.ts",
  ],
  [
    imports("lib/services/roster.ts", "lib/storage/journal.ts", true),
    "lib/services/roster.ts imports types of lib/storage/journal.ts: services may import core only",
  ],
  [
    imports("lib/client/run.ts", "lib/server/start.ts"),
    "lib/client/run.ts imports lib/server/start.ts: " +
    "client may import core, wire, config, observe, net only",
  ],
  [
    imports("lib/balancer/run.ts", "lib/client/run.ts", true),
    "lib/balancer/run.ts imports types of lib/client/run.ts: " +
    "balancer may import core, wire, config, observe, net only",
  ],
  [
    imports("lib/server/run.ts", "lib/balancer/run.ts"),
    "lib/server/run.ts imports lib/balancer/run.ts: " +
    "server may import core, wire, config, observe, net, services, storage only",
  ],
  [
    imports("lib/core/limits.ts", "deno.json"),
    "lib/core/limits.ts imports deno.json: lib/ imports files of lib/, node: and npm: only",
  ],
  [
    imports("lib/core/errors.ts", "tests/samples/sample.ts"),
    "lib/core/errors.ts imports tests/samples/sample.ts: " +
    "lib/ imports files of lib/, node: and npm: only",
  ],
  [
    imports("lib/net/tcp.ts", "https://example.com/tcp.ts"),
    "lib/net/tcp.ts imports https://example.com/tcp.ts: " +
    "lib/ imports files of lib/, node: and npm: only",
  ],
  [
    imports("lib/net/tcp.ts", "jsr:@std/fs@1"),
    "lib/net/tcp.ts imports jsr:@std/fs@1: lib/ imports files of lib/, node: and npm: only",
  ],
  [
    imports("lib/net/tcp.ts", "npm:ws@8.0.0"),
    "lib/net/tcp.ts imports npm:ws@8.0.0: net may use no npm: module",
  ],
  [
    imports("lib/std/ws.ts", "npm:@scope/deno-std@1.0.0"),
    "lib/std/ws.ts imports npm:@scope/deno-std@1.0.0: std may use npm:deno-std only",
  ],
  [
    imports("lib/wire/peer.ts", "node:buffer"),
    "lib/wire/peer.ts imports node:buffer: wire may use no node: module",
  ],
  [
    imports("lib/core/errors.ts", "node:fs"),
    "lib/core/errors.ts imports node:fs: core may use node:crypto, node:net only",
  ],
  [
    imports("lib/util.ts", "lib/core/errors.ts"),
    "lib/util.ts imports lib/core/errors.ts: lib/util.ts is in no room of the import table",
  ],
  [
    imports("lib/helpers/a.ts", "lib/helpers/b.ts"),
    "lib/helpers/a.ts imports lib/helpers/b.ts: " +
    "lib/helpers/a.ts is in no room of the import table",
  ],
  [
    imports("server.ts", "lib/core/errors.ts"),
    "server.ts imports lib/core/errors.ts: a script imports lib/server/run.ts and lib/config/ only",
  ],
  [
    imports("client.ts", "lib/server/run.ts"),
    "client.ts imports lib/server/run.ts: a script imports lib/client/run.ts and lib/config/ only",
  ],
];

Deno.test("brokenImportRules() lets through what the table allows", { permissions: "none" }, () => {
  assertEquals(brokenImportRules(ALLOWED), []);
});

Deno.test("brokenImportRules() says which file imports what, and which rule that breaks", {
  permissions: "none",
}, () => {
  for (const [found, message] of FORBIDDEN) assertEquals(brokenImportRules([found]), [message]);
  assertEquals(
    brokenImportRules([...ALLOWED, ...FORBIDDEN.map(([found]) => found)]).length,
    FORBIDDEN.length,
  );
});

Deno.test("findCircles() finds every circle, types included, and nothing in a tree", {
  permissions: "none",
}, () => {
  const tree = [imports("a", "b"), imports("a", "c"), imports("b", "d"), imports("c", "d")];
  assertEquals(findCircles(tree), []);
  assertEquals(findCircles([...tree, imports("d", "a", true)]), [["a", "b", "d", "a"]]);
  assertEquals(findCircles([imports("a", "a")]), [["a", "a"]]);
  assertEquals(
    findCircles([imports("a", "b"), imports("b", "a"), imports("c", "d"), imports("d", "c")]),
    [["a", "b", "a"], ["c", "d", "c"]],
  );
});

const ROOT = "file:///project/";

Deno.test("importsOf() tells types from code, and leaves out what packages import", {
  permissions: "none",
}, () => {
  const modules = [
    {
      specifier: ROOT + "lib/a.ts",
      dependencies: [
        { specifier: "./b.ts", code: { specifier: ROOT + "lib/b.ts" } },
        { specifier: "./c.ts", type: { specifier: ROOT + "lib/c.ts" } },
        { specifier: "npm:x", code: { specifier: "npm:x" }, type: { specifier: ROOT + "x.d.ts" } },
      ],
    },
    { specifier: ROOT + "lib/b.ts" },
    { specifier: "npm:x", dependencies: [{ specifier: "y", code: { specifier: "npm:y" } }] },
  ];
  assertEquals(importsOf(modules, ROOT), [
    imports("lib/a.ts", "lib/b.ts"),
    imports("lib/a.ts", "lib/c.ts", true),
    imports("lib/a.ts", "npm:x"),
    imports("lib/a.ts", "x.d.ts", true),
  ]);
});

Deno.test("importsOf() refuses a graph with holes", { permissions: "none" }, () => {
  const gone = { specifier: ROOT + "lib/gone.ts", error: "not found" };
  assertThrows(() => importsOf([gone], ROOT), Error, "Cannot read file:///project/lib/gone.ts");
  const lost = [{ specifier: "lost", code: { error: "not in the import map" } }];
  assertThrows(
    () => importsOf([{ specifier: ROOT + "lib/a.ts", dependencies: lost }], ROOT),
    Error,
    'Cannot resolve "lost" in file:///project/lib/a.ts: not in the import map',
  );
});

const BAD_CODE: readonly (readonly [file: string, code: string, found: string])[] = [
  ["lib/client/peer_calls.ts", "await Deno.connect({ port });", "Deno.connect"],
  ["lib/server/start.ts", "Deno.listen({ port });", "Deno.listen"],
  ["lib/server/start.ts", "Deno.listenDatagram({ port });", "Deno.listenDatagram"],
  ["lib/balancer/run.ts", "await Deno.connectTls(to);", "Deno.connectTls"],
  ["lib/observe/log.ts", 'await fetch("http://collector");', "fetch("],
  ["lib/net/tcp.ts", "Deno.serve(handler);", "Deno.serve"],
  ["lib/net/tcp.ts", 'console.log("here");', "console."],
  ["lib/server/start.ts", "Deno.stdout.writeSync(bytes);", "Deno.stdout"],
  ["lib/client/menu.ts", "process.stdin.on(key);", "process.stdin"],
  ["lib/wire/peer.ts", "Deno.exit(1);", "Deno.exit"],
  ["lib/core/ports.ts", "Deno.env.get(name);", "Deno.env"],
  ["lib/wire/peer.ts", "export async function read() {}", "async"],
  ["lib/wire/peer.ts", "setTimeout(done, 5);", "setTimeout"],
  ["lib/services/presence.ts", "const now = Date.now();", "Date.now"],
  ["lib/services/presence.ts", "take(bytes: Uint8Array)", "Uint8Array"],
  ["lib/core/ports.ts", 'export * from "./errors.ts";', "export *"],
  ["lib/storage/open_store.ts", "await import(driver);", "import("],
];

Deno.test("brokenCodeRules() says which file has what on which line", {
  permissions: "none",
}, () => {
  for (const [file, code, found] of BAD_CODE) {
    const [broken = "", ...more] = brokenCodeRules(file, `export const a = 1;\n${code}\n`);
    assertEquals(broken.split(": ")[0], `${file}:2 has "${found}"`);
    assertEquals(more, []);
  }
});

Deno.test("brokenCodeRules() lets through comments, errors of Deno and the listed places", {
  permissions: "none",
}, () => {
  const fine: readonly (readonly [file: string, code: string])[] = [
    [
      "lib/core/ports.ts",
      "/** A `Deno.TcpConn` is one.\n * So is `console.log`. */\nexport const a = 1;",
    ],
    ["lib/wire/peer.ts", "export const a = 1; // no await here"],
    ["lib/services/roster.ts", "export const a = Deno.errors.NotFound;"],
    ["lib/net/tcp.ts", "export const a = Deno.listen;"],
    ["lib/net/http.ts", "export const a = Deno.serve;"],
    ["lib/observe/log.ts", "export const a = Deno.stderr;"],
    ["lib/client/session.ts", "export const a = terminal.prompt();"],
  ];
  for (const [file, code] of fine) assertEquals(brokenCodeRules(file, code), [], file);
});

Deno.test("brokenCodeRules() finds barrel files by name and by what is in them", {
  permissions: "none",
}, () => {
  const passesOn = '/** All. */\nexport { a } from "./a.ts";\nexport type { B } from "./b.ts";\n';
  const message = (file: string): string =>
    `${file} only passes on what is elsewhere: no barrel files`;
  for (const file of ["lib/core/all.ts", "lib/core/mod.ts"]) {
    assertEquals(brokenCodeRules(file, passesOn), [message(file)]);
  }
  const own = "export const a = 1;\n";
  assertEquals(brokenCodeRules("lib/core/index.ts", own), [message("lib/core/index.ts")]);
  assertEquals(brokenCodeRules("lib/core/all.ts", passesOn + own), []);
  assertEquals(brokenCodeRules("lib/std/fs.ts", 'export * from "npm:deno-std@1.3.1/fs.js";'), []);
});

Deno.test("brokenScriptRules() finds a script of 40 lines", { permissions: "none" }, () => {
  assertEquals(brokenScriptRules("server.ts", "a\n".repeat(39)), []);
  assertEquals(brokenScriptRules("server.ts", "a\n".repeat(40)), [
    "server.ts has 40 lines: a script has under 40",
  ]);
});

Deno.test("brokenPrivacyRules() finds paths of one machine and hosts of registries", {
  permissions: "none",
}, () => {
  // Put together here, so that this file does not hold them.
  const paths = [["", "home", "ann", "x"], ["", "Users", "ann"], ["", "root", "x"], [
    "",
    "work",
    "x",
  ]]
    .map((parts) => parts.join("/"));
  const windows = ["C:", "Users", "ann"].join("\\");
  const hosts = [["registry", "example", "com"], ["npm", "example", "org"]]
    .map((parts) => parts.join("."));
  for (const text of [...paths, windows, ...hosts, `https://my-${hosts[0]}/x`]) {
    assertEquals(brokenPrivacyRules("docs/a.md", `see\n"${text}" here`).length, 1, text);
  }
  const fine = [
    "./home/x",
    "the /64 of it",
    "a/work/b",
    "npm:deno-std@1.3.1",
    "npm registry",
    "~/x",
  ];
  for (const text of fine) assertEquals(brokenPrivacyRules("docs/a.md", text), [], text);
});

Deno.test("brokenThreat() finds rows whose tests are not there, or do not say what is quoted", {
  permissions: "none",
}, () => {
  const table = [
    "| threat | what stands against it | test |",
    "| ------ | ---------------------- | ---- |",
    "| floods | bounds | `tests/a/one_test.ts`, `two_test.ts`, `tests/fuzz/` |",
    '| forged | budgets | `tests/a/one_test.ts`, "100 of them" |',
    "| gone | nothing | `tests/b/gone_test.ts` |",
    '| vague | nothing | "words" |',
    "",
    "| threat | what | `tests/after/the_table.ts` |",
  ].join("\n");
  const rows = threatRows(table);
  assertEquals(rows[0]?.files, ["tests/a/one_test.ts", "tests/a/two_test.ts", "tests/fuzz/"]);
  const there: Record<string, string> = {
    "tests/a/one_test.ts": "test: 100 of them",
    "tests/a/two_test.ts": "",
    "tests/fuzz/": "",
  };
  assertEquals(rows.map((row) => brokenThreat(row, (path) => there[path])), [
    [],
    [],
    ['"gone" names tests/b/gone_test.ts, which is not there'],
    ['"vague" has no test', '"vague" quotes "words", which none of its tests says'],
  ]);
  assertEquals(threatRows("no table"), []);
});
