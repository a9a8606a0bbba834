/**
 * Guards for `lib/std/`: the package has no types of its own, so the compiler believes whatever a
 * declaration file says of it, and takes a name that none describes for `any`.
 *
 * The types are tried under the names that the rest of the code uses, so that these tests hold for
 * a site that resolves them from elsewhere; what is compared with the files is imported from them.
 */
import {
  assert,
  assertEquals,
  assertExists,
  assertFalse,
  assertInstanceOf,
  assertIsError,
  assertNotInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type Args, parseArgs } from "@std/cli/parse-args";
import { ensureDir } from "@std/fs";
import { parse } from "@std/jsonc";
import * as assertModule from "../../lib/std/assert.ts";
import * as fsModule from "../../lib/std/fs.ts";
import * as jsoncModule from "../../lib/std/jsonc.ts";
import * as parseArgsModule from "../../lib/std/parse_args.ts";

/** The version `docs/dependencies.md` speaks of. */
const PINNED_VERSION = "1.3.1";

const ROOM = new URL("../../lib/std/", import.meta.url);
const READ_ROOM: Deno.PermissionOptionsObject = { read: [ROOM] };

const MODULES: Record<string, object> = {
  assert: assertModule,
  fs: fsModule,
  jsonc: jsoncModule,
  parse_args: parseArgsModule,
};

// --- at compile time -----------------------------------------------------------------------------

type IsAny<T> = 0 extends 1 & T ? true : false;

/** "typed" for a module that has exports and none of type `any`. */
type State<TModule> = [keyof TModule] extends [never] ? "empty"
  : [{ [K in keyof TModule]: IsAny<TModule[K]> extends true ? K : never }[keyof TModule]] extends
    [never] ? "typed"
  : "untyped";

/** Whether both types are the same; the type parameter tells even `any` from the rest. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Takes a value of exactly this type, where an assignment would also take a subtype or `any`. */
function assertType<TExpected>(): <TActual>(
  value: TActual,
  same: Same<TActual, TExpected>,
) => void {
  return (_value, same) => assertEquals(same, true);
}

class RefusedError extends Error {
  readonly code: number = 202;
}

Deno.test("the @std modules have no export of type any", () => {
  const states: {
    assert: State<typeof assertModule>;
    fs: State<typeof fsModule>;
    jsonc: State<typeof jsoncModule>;
    parseArgs: State<typeof parseArgsModule>;
  } = { assert: "typed", fs: "typed", jsonc: "typed", parseArgs: "typed" };
  assertEquals(Object.values(states), ["typed", "typed", "typed", "typed"]);
});

Deno.test("assertEquals() rejects a wrong third argument at compile time", () => {
  // @ts-expect-error the message is text
  assertEquals(1, 1, 3);
});

Deno.test("parseArgs() rejects a list of numbers at compile time", () => {
  // @ts-expect-error arguments are text
  assertThrows(() => parseArgs([1]));
});

Deno.test("ensureDir() rejects a number at compile time", async () => {
  // @ts-expect-error a path is text or a URL
  await assertRejects(() => ensureDir(1));
});

Deno.test("parse() of @std/jsonc gives a value that must be narrowed at compile time", () => {
  const value = parse("{}");
  // @ts-expect-error a JSON value need not be an object
  assertEquals(value.host, undefined);
});

Deno.test("the helper types of parse_args.d.ts cannot be imported", () => {
  // @ts-expect-error only Args, ParseOptions and parseArgs are exported
  const hidden: parseArgsModule.BooleanNames = true;
  assert(hidden);
});

Deno.test("assert() narrows to the truthy type", () => {
  const port: number | undefined = [1234][0];
  assert(port !== undefined);
  assertType<number>()(port, true);
});

Deno.test("assertFalse() narrows to the falsy type", () => {
  const error = [null, new Error("refused")][0] as Error | null;
  assertFalse(error);
  assertType<null>()(error, true);
});

Deno.test("assertExists() narrows away null and undefined", () => {
  const user = ["ada", null, undefined][0];
  assertExists(user);
  assertType<string>()(user, true);
});

Deno.test("assertStrictEquals() narrows to the type of the expected value", () => {
  const value: unknown = 202;
  const expected: number = 202;
  assertStrictEquals(value, expected);
  assertType<number>()(value, true);
});

Deno.test("assertInstanceOf() narrows to the class", () => {
  const error: unknown = new RefusedError();
  assertInstanceOf(error, RefusedError);
  assertType<number>()(error.code, true);
});

Deno.test("assertNotInstanceOf() narrows the class away", () => {
  const path = ["data", new URL("file:///data")][0] as string | URL;
  assertNotInstanceOf(path, URL);
  assertType<string>()(path, true);
});

Deno.test("assertIsError() narrows to the error class", () => {
  const error: unknown = new RefusedError("refused");
  assertIsError(error, RefusedError, /^refused$/);
  assertType<number>()(error.code, true);
});

Deno.test("assertThrows() returns unknown without a class and the error with one", () => {
  const refuse = (): never => {
    throw new RefusedError("refused");
  };
  assertType<unknown>()(assertThrows(refuse, "must refuse"), true);
  assertType<number>()(assertThrows(refuse, RefusedError, "refused").code, true);
});

Deno.test("assertRejects() resolves to unknown without a class and to the error with one", async () => {
  const refuse = (): Promise<void> => Promise.reject(new RefusedError("refused"));
  assertType<unknown>()(await assertRejects(refuse, "must refuse"), true);
  assertType<number>()((await assertRejects(refuse, RefusedError, "refused")).code, true);
});

Deno.test("parseArgs() gives each named flag its type", () => {
  const args = parseArgs(["--host", "lab", "--backend=a", "--backend=b", "-v", "--", "x"], {
    string: ["host", "data", "backend", "log"],
    boolean: ["verbose"],
    collect: ["backend"],
    negatable: ["log"],
    alias: { verbose: "v" },
    default: { data: "./data", host: undefined },
    "--": true,
  });
  assertType<string | undefined>()(args.host, true);
  assertType<string>()(args.data, true);
  assertType<string[]>()(args.backend, true);
  assertType<string | false | undefined>()(args.log, true);
  assertType<boolean>()(args.verbose, true);
  assertType<boolean>()(args.v, true);
  assertType<Array<string | number>>()(args._, true);
  assertType<string[]>()(args["--"], true);
  assertType<unknown>()(args.unnamed, true);
});

Deno.test("parseArgs() of names computed at run time fits Args", () => {
  const texts: string[] = ["port"];
  const switches: string[] = ["trace"];
  const args: Args = parseArgs(["--port=1234"], { string: texts, boolean: switches });
  assertEquals<unknown>(args, { _: [], port: "1234", trace: false });
});

// --- the files -----------------------------------------------------------------------------------

for (const [name, module] of Object.entries(MODULES)) {
  Deno.test(`${name}.d.ts declares what ${name}.ts exports at run time`, {
    permissions: READ_ROOM,
  }, async () => {
    const text = await Deno.readTextFile(new URL(`${name}.d.ts`, ROOM));
    assertEquals(declaredValues(text), Object.keys(module).sort());
  });

  Deno.test(`${name}.ts is a typed re-export of the pinned version and nothing else`, {
    permissions: READ_ROOM,
  }, async () => {
    const lines = (await Deno.readTextFile(new URL(`${name}.ts`, ROOM))).trimEnd().split("\n");
    const [types, code] = lines.slice(-2);
    const comments = lines.slice(0, -2);
    assertEquals(types, `// @ts-types="./${name}.d.ts"`);
    assertEquals(
      /^export \* from "npm:deno-std@([^/]+)\/.+\.js";$/.exec(code ?? "")?.[1],
      PINNED_VERSION,
    );
    assertEquals(comments.filter((line) => !/^\/\/ |^\/\*\* .* \*\/$/.test(line)), []);
  });
}

Deno.test("lib/std/ holds one declaration file for each module and nothing else", {
  permissions: READ_ROOM,
}, async () => {
  const files = await Array.fromAsync(Deno.readDir(ROOM), (entry) => entry.name);
  const expected = Object.keys(MODULES).flatMap((name) => [`${name}.d.ts`, `${name}.ts`]);
  assertEquals(files.sort(), expected.sort());
});

/** The names of functions, constants and classes in a declaration file, each once and sorted. */
function declaredValues(text: string): string[] {
  const names = new Set<string>();
  for (const line of text.split("\n").filter((line) => line.startsWith("export"))) {
    const found = /^export (function|const|class|type|interface) (\w+)|^export \{\};$/.exec(line);
    // A form this pattern does not know would escape the comparison.
    assert(found, `Cannot read the declaration: "${line}"`);
    const [, kind, name] = found;
    if (name !== undefined && kind !== "type" && kind !== "interface") names.add(name);
  }
  return [...names].sort();
}
