import { assertEquals } from "@std/assert";
import { type Caller, dial, type DialerWorld, type Opener } from "../../lib/balancer/dialer.ts";
import { Pool } from "../../lib/balancer/pool.ts";
import { Story } from "../../lib/balancer/story.ts";
import { OperationalError, UnreachableError } from "../../lib/core/errors.ts";
import { Histogram } from "../../lib/core/histogram.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { serviceOptions } from "../support/test_balancer.ts";

const CALLER: Omit<Caller<null>, "tried"> = {
  ...{ client: null, ip: "192.0.2.7", port: 4000, key: "192.0.2.7", preface: () => undefined },
};

/** Dials over two backends with this happening to every connect; gives the pool and what was told. */
async function dialWith(failure: Error): Promise<{ pool: Pool; told: string[] }> {
  const log = new RecordedLog();
  const clock = () => 0;
  const pool = new Pool(serviceOptions({ backends: ["a:1", "b:1"] }), {
    ...{ clock, random: Math.random, onState: () => {} },
  });
  const world: DialerWorld = {
    times: new Histogram(),
    ...{ pool, clock, served: () => {}, gaveUp: () => {}, queueTimeout: () => 1 },
    story: new Story(log, "test", { isQuiet: false, isAlone: true }),
  };
  const opener = { open: () => Promise.reject(failure) };
  for (let client = 0; client < 9; client++) {
    await dial({ ...CALLER, tried: new Set() }, world, opener);
  }
  return { pool, told: log.entries.map(({ message }) => message) };
}

Deno.test("dial() counts failures against backends, and tries each of them", async () => {
  const { pool, told } = await dialWith(new UnreachableError("nothing is listening there"));
  assertEquals(pool.backends.map(({ health, counts }) => [health.isUp, counts.failed]), [
    [false, 9],
    [false, 9],
  ]);
  assertEquals(told.filter((line) => line.includes("Connection closed")).length, 9);
});

Deno.test("dial() tries another backend for who joins no room, and no other for who joins one", async () => {
  const log = new RecordedLog();
  const clock = () => 0;
  const pool = new Pool(
    serviceOptions({ backends: ["a:1", "b:1"], strategy: "hash-room", udpListen: 0 }),
    { ...{ clock, random: Math.random, onState: () => {} } },
  );
  for (const backend of pool.backends) pool.report(backend, true);
  let refusing = "";
  const world: DialerWorld = {
    ...{ pool, clock, served: () => {}, gaveUp: () => {}, queueTimeout: () => 0.01 },
    times: new Histogram(),
    story: new Story(log, "test", { isQuiet: false, isAlone: true }),
  };
  const opener: Opener<null, string> = {
    open: (_caller, { settings: { host } }) =>
      host === refusing
        ? Promise.reject(new UnreachableError("nothing is listening there"))
        : Promise.resolve(host),
  };
  const served = async (key: string): Promise<string | undefined> =>
    (await dial({ ...CALLER, key, tried: new Set() }, world, opener))?.stream;
  for (const key of [CALLER.ip, "lab"]) {
    refusing = (await served(key))!;
    const isRoom = key === "lab";
    const other = refusing === "a" ? "b" : "a";
    assertEquals(await served(key), isRoom ? undefined : other);
    for (const backend of pool.backends) pool.report(backend, true);
    refusing = "";
  }
  assertEquals(
    log.entries.at(-1)?.message,
    "Connection closed: the backend that has the room takes no connections",
  );
});

Deno.test("dial() does not hold against backends what this machine lacks", async () => {
  const { pool, told } = await dialWith(new OperationalError("no descriptor is left"));
  assertEquals(pool.backends.map(({ health, counts }) => [health.isUp, counts.failed]), [
    [true, 0],
    [true, 0],
  ]);
  assertEquals(pool.backends.map(({ connections }) => connections), [0, 0]);
  assertEquals(
    told.filter((line) => line === "Connection closed: no descriptor is left").length,
    9,
  );
});
