import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { LogFile, type LogFileSettings } from "../../lib/observe/log_file.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A log file in a directory of its own, and what it could not take. */
class LogBench implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly instead: string[] = [];
  readonly path: string;

  private constructor(directory: TempDir) {
    this.#directory = directory;
    this.path = `${directory.path}/parley.log`;
  }

  static async make(): Promise<LogBench> {
    return new LogBench(await TempDir.make());
  }

  open(settings: Partial<LogFileSettings> = {}): LogFile {
    const instead = (line: string): void => void this.instead.push(line);
    return new LogFile({ path: this.path, maxBytes: 1000, keep: 2, instead, ...settings });
  }

  /** What is in the file, or in one of the older ones. */
  async text(age: number = 0): Promise<string> {
    return await Deno.readTextFile(age === 0 ? this.path : `${this.path}.${age}`);
  }

  names(): Promise<string[]> {
    return this.#directory.names();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}

Deno.test("write() goes on behind what is in the file, which is its owner's alone", async () => {
  await using bench = await LogBench.make();
  for (const line of ["one\n", "two\n"]) {
    const file = bench.open();
    file.write(line);
    file.close();
  }
  assertEquals(await bench.text(), "one\ntwo\n");
  if (Deno.build.os === "windows") return;
  assertEquals((await Deno.stat(bench.path)).mode! & 0o777, 0o600);
});

Deno.test("write() keeps as many older files as it is told, none longer than allowed", async () => {
  await using bench = await LogBench.make();
  const file = bench.open({ maxBytes: 20 });
  for (let line = 0; line < 10; line++) file.write(`line ${line} ${"x".repeat(5)}\n`); // 13 bytes
  file.close();
  assertEquals(await bench.names(), ["parley.log", "parley.log.1", "parley.log.2"]);
  assertEquals(await bench.text(), "line 9 xxxxx\n");
  assertEquals(await bench.text(1), "line 8 xxxxx\n");
  assertEquals(await bench.text(2), "line 7 xxxxx\n");
  assertEquals(bench.instead, []);
});

Deno.test("write() keeps no older file when none is wanted, and a line of any length", async () => {
  await using bench = await LogBench.make();
  const file = bench.open({ maxBytes: 20, keep: 0 });
  file.write("short\n");
  file.write("x".repeat(100) + "\n");
  file.close();
  assertEquals(await bench.names(), ["parley.log"]);
  assertEquals(await bench.text(), "x".repeat(100) + "\n");
});

Deno.test("reopen() begins a new file when somebody renamed the old one", async () => {
  await using bench = await LogBench.make();
  const file = bench.open();
  file.write("before\n");
  await Deno.rename(bench.path, `${bench.path}.1`);
  file.write("meanwhile\n");
  file.reopen();
  file.write("after\n");
  file.close();
  assertEquals(await bench.text(1), "before\nmeanwhile\n");
  assertEquals(await bench.text(), "after\n");
});

Deno.test("a file that cannot be opened at the start is an error that says what to do", async () => {
  await using bench = await LogBench.make();
  const { message } = assertThrows(
    () => bench.open({ path: `${bench.path}/nowhere/x` }),
    OperationalError,
  );
  assertStringIncludes(message, `Cannot write the log to "${bench.path}/nowhere/x": `);
  assertStringIncludes(message, "choose another --log-file");
});

Deno.test("write() never throws: what the file does not take goes elsewhere, and it is tried again", async () => {
  await using bench = await LogBench.make();
  const file = bench.open();
  file.close();
  await Deno.remove(bench.path);
  await Deno.mkdir(bench.path);
  file.write("lost one\n");
  file.write("lost two\n");
  assertEquals(bench.instead.length, 3);
  assertEquals([bench.instead[0], bench.instead[2]], ["lost one\n", "lost two\n"]);
  assertStringIncludes(bench.instead[1]!, `Cannot write the log to "${bench.path}": `);
  await Deno.remove(bench.path);
  file.write("kept\n");
  file.close();
  assertEquals(await bench.text(), "kept\n");
});

Deno.test("a file that cannot be renamed grows on, and says so once", async () => {
  await using bench = await LogBench.make();
  await Deno.mkdir(`${bench.path}.1/in-the-way`, { recursive: true });
  const file = bench.open({ maxBytes: 10, keep: 1 });
  for (const line of ["one two\n", "three four\n", "five six\n"]) file.write(line);
  file.close();
  assertEquals(await bench.text(), "one two\nthree four\nfive six\n");
  assertEquals(bench.instead.length, 1);
});
