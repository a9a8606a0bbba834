import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { backendName, backends, parseBackend } from "../../lib/config/backend_option.ts";
import { UsageError } from "../../lib/core/errors.ts";

const PLAIN = { weight: 1, max: Infinity, isBackup: false };

Deno.test("parseBackend() reads names, addresses and what follows them", {
  permissions: "none",
}, () => {
  for (
    const [text, expected] of [
      ["lab-1:1234", { host: "lab-1", port: 1234, ...PLAIN }],
      ["127.0.0.1:5001", { host: "127.0.0.1", port: 5001, ...PLAIN }],
      ["[::1]:5001", { host: "::1", port: 5001, ...PLAIN }],
      ["lab.example:1,weight=3", { host: "lab.example", port: 1, ...PLAIN, weight: 3 }],
      ["a:1,weight=0", { host: "a", port: 1, ...PLAIN, weight: 0 }],
      ["a:1, backup, max=10", { host: "a", port: 1, weight: 1, max: 10, isBackup: true }],
    ] as const
  ) assertEquals(parseBackend(text, "--backend"), expected);
});

Deno.test("parseBackend() says what is wrong with everything else", { permissions: "none" }, () => {
  for (
    const [text, message] of [
      ["", "expected HOST:PORT"],
      ["lab", "expected HOST:PORT"],
      ["lab:", "expected HOST:PORT"],
      [":5001", "expected HOST:PORT"],
      ["lab:0", "expected HOST:PORT"],
      ["lab:65536", "expected HOST:PORT"],
      ["127.0.0.300:1", "expected HOST:PORT"],
      ["::1:5001", "expected HOST:PORT"],
      ["[127.0.0.1]:1", "expected HOST:PORT"],
      ["la b:1", "expected HOST:PORT"],
      ["-a:1", "expected HOST:PORT"],
      ["a:1,weight=1001", "a weight is a number from 0 to 1000"],
      ["a:1,weight=-1", "a weight is a number from 0 to 1000"],
      ["a:1,max=0", "max is a number from 1"],
      ["a:1,weight", '"weight" is none of weight=N, max=N and backup'],
      ["a:1,spare", '"spare" is none of'],
      ["a:1,backup=1", '"backup=1" is none of'],
      ["a:1,max=1,max=2", '"max" is there twice'],
    ] as const
  ) {
    const error = assertThrows(() => parseBackend(text, "--backend"), UsageError);
    assertStringIncludes(error.message, `Cannot use --backend "${text}": `);
    assertStringIncludes(error.message, message);
  }
});

Deno.test("backends() refuses one twice", { permissions: "none" }, () => {
  const option = backends("backend", [], "");
  assertEquals(option.parse(["a:1", "b:1"], "--backend").map(backendName), ["a:1", "b:1"]);
  const error = assertThrows(() => option.parse(["a:1", "a:1,weight=2"], "--backend"), UsageError);
  assertEquals(error.message, 'Cannot use --backend: "a:1" is there twice');
});
