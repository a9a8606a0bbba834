import { assertEquals, assertRejects } from "@std/assert";
import { readConfigFile } from "../../lib/config/config_file.ts";
import { SERVER_OPTIONS } from "../../lib/config/server_options.ts";
import { UsageError } from "../../lib/core/errors.ts";

async function textsIn(content: string): Promise<Record<string, readonly string[]>> {
  const given = await readConfigFile(
    "parley.jsonc",
    SERVER_OPTIONS,
    () => Promise.resolve(content),
  );
  return Object.fromEntries([...given].map(([name, { texts }]) => [name, texts]));
}

async function messageOf(content: string): Promise<string> {
  return (await assertRejects(() => textsIn(content), UsageError)).message;
}

Deno.test("readConfigFile() reads text, numbers, true and false, with comments", {
  permissions: "none",
}, async () => {
  const content = `// the lab's server
  {
    "tcpPort": 5001, // one value
    "data": "lab", /* another */ "presenceTtl": 2.5,
    "trustProxy": ["10.0.0.0/8", "::1"],
  }`;
  assertEquals(await textsIn(content), {
    tcpPort: ["5001"],
    data: ["lab"],
    presenceTtl: ["2.5"],
    trustProxy: ["10.0.0.0/8", "::1"],
  });
});

Deno.test("readConfigFile() takes an empty object, and an empty list", {
  permissions: "none",
}, async () => {
  assertEquals(await textsIn("{}"), {});
  assertEquals(await textsIn('{"trustProxy": []}'), { trustProxy: [] });
});

Deno.test("readConfigFile() takes one value for a list", { permissions: "none" }, async () => {
  assertEquals(await textsIn('{"trustProxy": "::1"}'), { trustProxy: ["::1"] });
});

Deno.test("readConfigFile() takes every option by its flag without dashes", {
  permissions: "none",
}, async () => {
  assertEquals(
    await textsIn('{"statusPort": 8080, "statusName": "a", "readDeadline": 3}'),
    { status: ["8080"], statusNames: ["a"], readDeadlineSeconds: ["3"] },
  );
  assertEquals(await textsIn('{"status": 8080}'), { status: ["8080"] });
});

Deno.test("readConfigFile() refuses an option under both of its names", {
  permissions: "none",
}, async () => {
  assertEquals(
    await messageOf('{"status": 8080, "statusPort": 8081}'),
    'Cannot use "statusPort" in parley.jsonc beside "status" in parley.jsonc: the same',
  );
});

Deno.test("readConfigFile() takes a byte order mark and CRLF, as some editors write", {
  permissions: "none",
}, async () => {
  assertEquals(await textsIn('\ufeff{\r\n"tcpPort": 1\r\n}\r\n'), { tcpPort: ["1"] });
});

Deno.test("readConfigFile() labels a value by its name and file, for messages", {
  permissions: "none",
}, async () => {
  const given = await readConfigFile("f", SERVER_OPTIONS, () => Promise.resolve('{"data": "d"}'));
  assertEquals(given.get("data")?.label, '"data" in f');
});

const HEAD = 'Cannot use config file "parley.jsonc": ';

Deno.test("readConfigFile() refuses a name that is no option, and names the nearest", {
  permissions: "none",
}, async () => {
  const cases: readonly (readonly [name: string, hint: string])[] = [
    ["tcpProt", ', did you mean "tcpPort"?'],
    ["tcp-port", ', did you mean "tcpPort"?'],
    ["read-deadline", ', did you mean "readDeadlineSeconds"?'],
    ["colour", ""],
    ["__proto__", ""],
    ["constructor", ""],
  ];
  for (const [name, hint] of cases) {
    assertEquals(await messageOf(`{"${name}": 1}`), `${HEAD}unknown option "${name}"${hint}`);
  }
});

Deno.test("readConfigFile() refuses what makes sense on a command line only", {
  permissions: "none",
}, async () => {
  for (const name of ["config", "help", "version"]) {
    assertEquals(await messageOf(`{"${name}": true}`), `${HEAD}unknown option "${name}"`);
  }
});

Deno.test("readConfigFile() refuses values of the wrong type", {
  permissions: "none",
}, async () => {
  for (const value of ["null", "{}", '{"a": 1}']) {
    assertEquals(
      await messageOf(`{"tcpPort": ${value}}`),
      'Cannot use "tcpPort" in parley.jsonc: expected text, a number, true or false',
    );
  }
  for (const value of ["[[]]", "[null]", "[{}]"]) {
    assertEquals(
      await messageOf(`{"trustProxy": ${value}}`),
      'Cannot use "trustProxy" in parley.jsonc: expected text, a number, true or false',
    );
  }
});

Deno.test("readConfigFile() refuses a list where one value is meant", {
  permissions: "none",
}, async () => {
  for (const value of ["[]", "[1]", "[1, 2]"]) {
    assertEquals(
      await messageOf(`{"tcpPort": ${value}}`),
      'Cannot use "tcpPort" in parley.jsonc: expected one value, not a list',
    );
  }
});

Deno.test("readConfigFile() refuses what is no object", { permissions: "none" }, async () => {
  for (const content of ["[]", "null", "1234", '"tcpPort"']) {
    assertEquals(await messageOf(content), `${HEAD}expected an object, { ... }`);
  }
});

Deno.test("readConfigFile() says what is wrong with text that is no JSONC", {
  permissions: "none",
}, async () => {
  for (const content of ["", "tcpPort: 1", '{"tcpPort": }', '{"tcpPort": 1']) {
    const message = await messageOf(content);
    assertEquals(message.startsWith('Cannot read config file "parley.jsonc": '), true, message);
    assertEquals(message.includes("JSONC"), true, message);
  }
});

Deno.test("readConfigFile() says why a file cannot be read", { permissions: "none" }, async () => {
  const read = (): Promise<string> => Promise.reject(new Deno.errors.NotFound("No such file"));
  const error = await assertRejects(
    () => readConfigFile("gone.jsonc", SERVER_OPTIONS, read),
    UsageError,
  );
  assertEquals(error.message, 'Cannot read config file "gone.jsonc": No such file');
});
