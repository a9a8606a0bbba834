import { assert, assertEquals, assertThrows } from "@std/assert";
import { presenceChoice, storeChoice } from "../../lib/config/store_option.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import { helpText } from "../../lib/config/program.ts";
import { shownDatabase, shownRedis, shownStore } from "../../lib/core/backend_address.ts";
import { UsageError } from "../../lib/core/errors.ts";

const store = storeChoice("store", "help");
const presence = presenceChoice("presence", "help");

function parseStore(text: string): ReturnType<typeof store.parse> {
  return store.parse([text], "--store");
}

Deno.test("--store reads words and the URLs of databases", () => {
  assertEquals(parseStore("text"), { kind: "text" });
  assertEquals(parseStore("memory"), { kind: "memory" });
  const address = { host: "db.lab", port: 5432, user: "ann", password: "p@s/s", database: "par" };
  assertEquals(parseStore("postgres://ann:p%40s%2Fs@db.lab/par"), {
    kind: "postgres",
    address: { ...address, tls: "off" },
  });
  const choice = parseStore(
    "postgresql://ann@[2001:db8::1]:5433/par?sslmode=verify-full&sslrootcert=ca.pem",
  );
  const tls = { tls: "verified", caFile: "ca.pem" } as const;
  assertEquals(choice, {
    kind: "postgres",
    address: { ...address, host: "2001:db8::1", port: 5433, password: "", ...tls },
  });
  assertEquals(shownStore(choice), "postgres://ann@[2001:db8::1]:5433/par");
});

Deno.test("--presence reads memory and the URLs of Redis servers", () => {
  assertEquals(presence.parse(["memory"], "--presence"), { kind: "memory" });
  const choice = presence.parse(["rediss://me:s3cret@cache:6380/2"], "--presence");
  assertEquals(choice, {
    kind: "redis",
    address: {
      ...{ host: "cache", port: 6380, user: "me", password: "s3cret" },
      ...{ database: 2, tls: "verified" },
    },
  });
  assert(choice.kind === "redis");
  assertEquals(shownRedis(choice.address), "redis://cache:6380/2");
  const own = presence.parse(["rediss://:s3cret@cache?sslrootcert=%2Fetc%2Fca.pem"], "--presence");
  assert(own.kind === "redis");
  assertEquals(own.address.caFile, "/etc/ca.pem");
});

Deno.test("what is wrong with a backend's URL is told without its password", () => {
  const wrong = [
    ["mysql://u:s3cret@h/db", "expected text, memory or postgres://"],
    ["postgres://u:s3cret@h", "it names no database"],
    ["postgres://:s3cret@h/db", "it names no user"],
    ["postgres:///db?s3cret", "it names no host"],
    ["postgres://u:s3cret#@h/db", "a # or / in a password is written"],
    ["postgres://u:s3cret%@h/db", "write a % in it as %25"],
    ["postgres://u:s3cret@h/db?sslrootcert=ca.pem", "sslrootcert goes with sslmode=verify-full"],
    ["postgres://u:s3cret@h/db?sslmode=maybe", "sslmode is one of disable, require, verify-full"],
    ["postgres://u:s3cret@h/db?password=s3cret", "only sslmode and sslrootcert may stand"],
  ] as const;
  for (const [text, what] of wrong) {
    const { message } = assertThrows(() => parseStore(text), UsageError, what);
    assert(!message.includes("s3cret"), message);
  }
  const wrongRedis = [
    ...["redis://:s3cret@h/one", "http://:s3cret@h", "redis://:s3cret@"],
    ...["redis://:s3cret@h?sslrootcert=ca.pem", "rediss://:s3cret@h?password=s3cret"],
  ];
  for (const text of wrongRedis) {
    const error = assertThrows(() => presence.parse([text], "--presence"), UsageError);
    assert(!error.message.includes("s3cret"), error.message);
  }
});

Deno.test("a database is shown without its password", () => {
  const choice = parseStore("postgres://ann:s3cret@db.lab/par");
  assert(choice.kind === "postgres");
  assertEquals(shownDatabase(choice.address), "postgres://ann@db.lab:5432/par");
});

Deno.test("the help tells of both options, and shows no value of theirs", () => {
  const help = helpText(SERVER_PROGRAM);
  assert(help.includes("--store text|memory|postgres://..."));
  assert(help.includes("--presence memory|redis://..."));
  assert(!help.includes("[object"));
});
