import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { LogFile, type LogFileSettings } from "../../lib/observe/log_file.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A log file in a directory of its own, and what it could not take. */
class LogBench implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly instead: string[] = [];
  /** What it said of itself. */
  readonly told: string[] = [];
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
    const tell = (level: string, message: string): void =>
      void this.told.push(`${level} ${message}`);
    return new LogFile({ path: this.path, maxBytes: 1000, keep: 2, instead, tell, ...settings });
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
  assertEquals(bench.instead, ["lost one\n", "lost two\n"]);
  assertEquals(bench.told.length, 1);
  assertStringIncludes(bench.told[0]!, `warn Cannot write the log to "${bench.path}": `);
  await Deno.remove(bench.path);
  file.write("kept\n");
  file.write("kept, too\n");
  file.close();
  assertEquals(await bench.text(), "kept\nkept, too\n");
  assertEquals(bench.told.slice(1), [`info The log is written to "${bench.path}" again`]);
});

Deno.test("write() loses no line of many, through more rotations than there are files to keep", async () => {
  await using bench = await LogBench.make();
  const file = bench.open({ maxBytes: 45, keep: 20 });
  const lines = Array.from({ length: 40 }, (_, line) => `line ${line} ${"x".repeat(5)}\n`);
  for (const line of lines) file.write(line);
  file.close();
  const names = await bench.names();
  assertEquals(names.length, 14, "three lines of 13 or 14 bytes in each");
  const ages = names.map((_, age) => age).reverse();
  const texts = await Promise.all(ages.map((age) => bench.text(age)));
  assertEquals(texts.join(""), lines.join(""));
});

Deno.test("a file that is opened again counts what is in it already", async () => {
  await using bench = await LogBench.make();
  for (const line of ["one two\n", "three four\n", "five\n"]) {
    const file = bench.open({ maxBytes: 20 });
    file.write(line);
    file.close();
  }
  assertEquals(await bench.text(1), "one two\nthree four\n");
  assertEquals(await bench.text(), "five\n");
});

Deno.test("a line behind one that was cut by a full disk begins a line", async () => {
  await using bench = await LogBench.make();
  const file = bench.open();
  file.write("whole\n");
  {
    using _full = new FullDisk(5);
    file.write("cut in the middle\n");
  }
  file.write("after\n");
  file.close();
  assertEquals(await bench.text(), "whole\ncut i\nafter\n");
  assertEquals(bench.instead, ["cut in the middle\n"]);
});

/** Takes only so many bytes more of any file, for as long as it is there. */
class FullDisk implements Disposable {
  readonly #write = Deno.FsFile.prototype.writeSync;

  constructor(bytes: number) {
    const write = this.#write;
    let left = bytes;
    Deno.FsFile.prototype.writeSync = function (piece): number {
      if (left === 0) throw new Deno.errors.WriteZero("No space left on device (os error 28)");
      const count = write.call(this, piece.subarray(0, left));
      left -= count;
      return count;
    };
  }

  [Symbol.dispose](): void {
    Deno.FsFile.prototype.writeSync = this.#write;
  }
}

Deno.test("a file that cannot be renamed grows on, and says so once", async () => {
  await using bench = await LogBench.make();
  await Deno.mkdir(`${bench.path}.1/in-the-way`, { recursive: true });
  const file = bench.open({ maxBytes: 10, keep: 1 });
  for (const line of ["one two\n", "three four\n", "five six\n"]) file.write(line);
  file.close();
  assertEquals(await bench.text(), "one two\nthree four\nfive six\n");
  assertEquals([bench.instead.length, bench.told.length], [0, 1]);
});
