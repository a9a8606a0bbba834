/**
 * A PostgreSQL server that is stopped, killed, slow, or not there, under real servers with load: an
 * error comes quickly, never a false `200 OK`, presence goes on, nothing acknowledged is lost.
 */

import { assert, assertEquals } from "@std/assert";
import { print } from "../../tools/print.ts";
import { eventually } from "../support/eventually.ts";
import { NO_POSTGRES, PrivatePostgres } from "../support/postgres.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";
import { PatientClients, patientlyAsk } from "./patient_clients.ts";

function play(name: string, check: (postgres: PrivatePostgres) => Promise<void>): void {
  const why = NO_POSTGRES === undefined ? "" : `: ${NO_POSTGRES}`;
  Deno.test({ name: `${name}${why}`, ignore: NO_POSTGRES !== undefined }, async () => {
    await using postgres = await PrivatePostgres.start();
    await check(postgres);
  });
}

/** A busy machine may take longer to connect than a start waits. */
const PATIENT = ["--wait-for-backends"];

function startServer(postgres: PrivatePostgres, ...more: readonly string[]) {
  const ports = ["--tcp-port=0", "--udp-port=0", "--services=buddy"];
  return ServerProcess.spawn([...ports, `--store=${postgres.url}`, ...more]);
}

/** Everybody the database knows. */
async function usersOf(postgres: PrivatePostgres): Promise<Set<string>> {
  return new Set((await postgres.sql("SELECT id FROM parley.users")).split("\n"));
}

/** What was promised and is not there. */
async function lost(postgres: PrivatePostgres, clients: PatientClients): Promise<string[]> {
  const users = await usersOf(postgres);
  return clients.acknowledged.filter((user) => !users.has(user));
}

/** Breaks the database under load, mends it, and looks at what the clients of two servers saw. */
async function breakAndMend(
  postgres: PrivatePostgres,
  faults: readonly {
    readonly name: string;
    readonly breakIt: () => Promise<void>;
    readonly mend: () => Promise<void>;
  }[],
): Promise<void> {
  await using one = startServer(postgres, ...PATIENT);
  await using two = startServer(postgres, ...PATIENT);
  const ports = [(await one.ready()).buddy.tcp, (await two.ready()).buddy.tcp];
  const clients = new PatientClients(ports, "user", 6);
  try {
    for (const { name, breakIt, mend } of faults) {
      await clients.reached(clients.acknowledged.length + 50);
      await breakIt();
      await clients.refused(clients.refusals + 6);
      const mended = performance.now();
      await mend();
      await clients.reached(clients.acknowledged.length + 50);
      const seconds = ((performance.now() - mended) / 1000).toFixed(1);
      print(`${name}: changes were taken ${seconds} s after the start of mending\n`);
    }
  } finally {
    await clients.stop();
  }
  assertEquals(clients.strange, []);
  assertEquals(await lost(postgres, clients), []);
  print(`slowest answer ${Math.round(clients.slowestMs)} ms\n`);
  for (const server of [one, two]) {
    const { code, stderr } = await server.endBy("SIGTERM");
    assertEquals(code, 0);
    assert(!stderr.includes(postgres.address.password), stderr);
  }
}

play("PostgreSQL stopped, killed and shut down under load", async (postgres) => {
  const rounds = extent(1, 10);
  await breakAndMend(
    postgres,
    Array.from({ length: rounds }, () => [
      {
        name: "SIGSTOP",
        breakIt: () => postgres.signalAll("SIGSTOP"),
        mend: () => postgres.signalAll("SIGCONT"),
      },
      {
        name: "SIGKILL",
        breakIt: () => postgres.end("SIGKILL"),
        mend: () => postgres.startAgain(),
      },
      { name: "SIGINT", breakIt: () => postgres.end(), mend: () => postgres.startAgain() },
    ]).flat(),
  );
});

play("PostgreSQL slow: a table locked for longer than anybody waits", async (postgres) => {
  await using server = startServer(postgres, ...PATIENT);
  const { tcp } = (await server.ready()).buddy;
  await patientlyAsk(tcp, "REG ann");
  const holding = postgres.sql(
    "BEGIN; LOCK TABLE parley.users IN EXCLUSIVE MODE; SELECT pg_sleep(3600); COMMIT",
  ).catch(() => {}); // it is ended below
  await within(
    "the lock",
    (async () => {
      const query = "SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND granted AND " +
        "relation = 'parley.users'::regclass";
      while (await postgres.sql(query) !== "1");
    })(),
  );
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, n) => ask(tcp, `REG late${n}\n`)),
  );
  assertEquals([...new Set(replies)], ["500 STORAGE\r\n"]);
  await postgres.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' " +
      "AND pid <> pg_backend_pid()",
  );
  await holding;
  await patientlyAsk(tcp, "REG after");
  assertEquals(await usersOf(postgres), new Set(["ann", "after"]));
});

play("presence goes on while PostgreSQL is gone", async (postgres) => {
  await using server = startServer(postgres, ...PATIENT);
  const { tcp, udp } = (await server.ready()).buddy;
  for (const request of ["REG ann", "REG bob", "ADD ann bob"]) await patientlyAsk(tcp, request);
  using client = new RawUdp(udp);
  const look = (): Promise<string> => client.ask("GET ann\r\n");
  await client.send("SET bob 100 ONLINE 4000\r\n");
  await eventually("bob online", async () => (await look()).includes("ONLINE"));
  await postgres.end("SIGKILL");
  let tries = 0;
  // A process of the database may live on for a moment, and keep its word.
  const isRefused = async () => await ask(tcp, `REG last${tries++}\n`) === "500 STORAGE\r\n";
  await eventually("a refusal", isRefused);
  await client.send("SET bob 102 AWAY 4001\r\n");
  await eventually("bob away", async () => (await look()).includes("AWAY"));
  assertEquals(await ask(tcp, "REG eve\n"), "500 STORAGE\r\n");
  await postgres.startAgain();
  await patientlyAsk(tcp, "REG eve");
});

play("a start without its database: exit 1 with one line, or waiting for it", async (postgres) => {
  await postgres.end();
  await using impatient = startServer(postgres);
  const { code, stdout, stderr } = await impatient.ended();
  assertEquals([code, stdout], [1, ""]);
  const { port, password } = postgres.address;
  const line = `server: Cannot use the database postgres://parley@127.0.0.1:${port}/parley: `;
  assert(stderr.startsWith(line) && stderr.trimEnd().split("\n").length === 1, stderr);
  assert(!stderr.includes(password), stderr);

  await using patient = startServer(postgres, ...PATIENT);
  await patient.stderrShows("Waiting for what is missing");
  await postgres.startAgain();
  const { buddy } = await patient.ready();
  await patientlyAsk(buddy.tcp, "REG ann");
});

play("a wrong password is no reason to wait, and is not shown", async (postgres) => {
  const url = postgres.url.replace(postgres.address.password, "not-the-s3cret");
  await using directory = await TempDir.make();
  const config = `${directory.path}/site.jsonc`;
  await Deno.writeTextFile(config, JSON.stringify({ store: url, waitForBackends: true }));
  await using server = ServerProcess.spawn([`--config=${config}`, "--tcp-port=0", "--udp-port=0"], {
    directory: directory.path,
  });
  const { code, stderr } = await server.ended();
  assertEquals(code, 1);
  assert(stderr.includes("password authentication failed"), stderr);
  assert(!stderr.includes("s3cret"), stderr);
});
