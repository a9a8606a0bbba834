/**
 * A database that refuses, is slow, or cuts connections, and what a server remembers while it is away.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DatabaseAddress } from "../../lib/core/backend_address.ts";
import { MissingBackendError, OperationalError, StorageError } from "../../lib/core/errors.ts";
import { DatabaseLink } from "../../lib/storage/postgres_link.ts";
import type { Store } from "../../lib/storage/store.ts";
import { add, register, remove } from "../support/changes.ts";
import { eventually } from "../support/eventually.ts";
import { HeldTime } from "../support/held_time.ts";
import { id } from "../support/ids.ts";
import { NO_POSTGRES, PATIENT_DEADLINES, PrivatePostgres } from "../support/postgres.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const server = NO_POSTGRES === undefined ? await PrivatePostgres.start() : undefined;
if (server !== undefined) Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

function trouble(
  rule: string,
  check: (postgres: PrivatePostgres, store: Store, log: RecordedLog) => Promise<void>,
): void {
  const why = NO_POSTGRES === undefined ? "" : `: ${NO_POSTGRES}`;
  const ignore = NO_POSTGRES !== undefined;
  Deno.test({ name: `postgres store: ${rule}${why}`, ignore }, async () => {
    await server!.clear();
    const log = new RecordedLog();
    const store = await open(log);
    try {
      await check(server!, store, log);
    } finally {
      await store.close();
    }
  });
}

function open(log: RecordedLog, address?: DatabaseAddress): Promise<Store> {
  return server!.open(log, address);
}

/** Resolves when a change waits for one of the same user. */
async function untilWaiting(postgres: PrivatePostgres): Promise<void> {
  const query = "SELECT count(*) > 0 FROM pg_locks " +
    "WHERE NOT granted AND locktype = 'advisory' AND classid = 1885434476";
  await eventually("the change that waits", async () => await postgres.sql(query) === "t");
}

trouble("a commit is on disk, whatever the default of the database is", async (postgres) => {
  await postgres.sql("ALTER DATABASE parley SET synchronous_commit = off");
  const link = new DatabaseLink(postgres.address, new RecordedLog(), PATIENT_DEADLINES);
  try {
    const { rows } = await link.use((client) => client.query("SHOW synchronous_commit"));
    assertEquals(rows, [{ synchronous_commit: "on" }]);
  } finally {
    await link.close();
    await postgres.sql("ALTER DATABASE parley RESET synchronous_commit");
  }
});

trouble("what was acknowledged is there while the database is away", async (postgres, store) => {
  for (const user of [ann, bob, eve]) await store.change(register(user));
  for (const change of [add(ann, bob), add(ann, eve), remove(ann, bob), add(ann, bob)]) {
    assertEquals(await store.change(change), "done");
  }
  await postgres.end();
  try {
    await assertRejects(() => store.change(register(id("kim"))), StorageError);
    assertEquals(await store.buddiesOf(ann), [eve, bob]);
    assertEquals(await store.isKnown(eve), true);
    await assertRejects(async () => await store.buddiesOf(id("kim")), StorageError);
  } finally {
    await postgres.startAgain();
  }
});

trouble("everybody of before is known while the database is away", async (postgres, store) => {
  for (const user of [ann, bob]) await store.change(register(user));
  await store.change(add(ann, bob));
  await store.close();
  const later = await open(new RecordedLog());
  try {
    await postgres.end();
    assertEquals(await later.buddiesOf(ann), [bob]);
    assertEquals(await later.isKnown(bob), true);
  } finally {
    await later.close();
    await postgres.startAgain();
  }
});

trouble("a database that refuses says so once, and takes changes when it can", async (
  postgres,
  store,
  log,
) => {
  await store.change(register(ann));
  await postgres.sql("ALTER SCHEMA parley RENAME TO elsewhere");
  for (let tries = 0; tries < 5; tries++) {
    await assertRejects(() => store.change(register(bob)), StorageError, "does not exist");
    const health = store.health();
    assert(
      !health.writable && health.reason.includes("does not exist"),
      health.writable.toString(),
    );
    // Longer than a probe takes to come.
    await new Promise((resume) => setTimeout(resume, 200));
  }
  assertEquals(log.messages("error"), ["The database refused something"]);
  await postgres.sql("ALTER SCHEMA elsewhere RENAME TO parley");
  await eventually("the return", () => store.health().writable);
  assertEquals(await store.change(register(bob)), "done");
  assertEquals(log.messages("info").slice(-1), ["The database is back, changes are taken"]);
});

trouble("a database that takes no changes is refused at the start", async (postgres) => {
  await postgres.sql(`
    CREATE ROLE reader LOGIN PASSWORD 's3cret-of-reader';
    GRANT USAGE ON SCHEMA parley TO reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA parley TO reader`);
  const reader = { ...postgres.address, user: "reader", password: "s3cret-of-reader" };
  const refused = async (address: DatabaseAddress, reason: string): Promise<void> => {
    const error = await assertRejects(
      () => open(new RecordedLog(), address),
      OperationalError,
      reason,
    );
    assert(!(error instanceof MissingBackendError), "waiting does not help");
  };
  try {
    await refused(reader, "permission denied");
    await postgres.sql("ALTER DATABASE parley SET default_transaction_read_only = on");
    await refused(postgres.address, "read-only transaction");
  } finally {
    // From another database: this one's sessions can only read.
    await postgres.sql("ALTER DATABASE parley RESET default_transaction_read_only", "postgres");
    await postgres.sql("DROP OWNED BY reader; DROP ROLE reader");
  }
});

trouble("a start that the database gave up, because it was silent, may be tried again", async (
  postgres,
) => {
  const link = new DatabaseLink(postgres.address, new RecordedLog(), PATIENT_DEADLINES);
  const givesUp = "DO $$ BEGIN RAISE EXCEPTION 'silent' USING ERRCODE = '25P03'; END $$";
  try {
    await assertRejects(
      () => link.begin((client) => client.query(givesUp)),
      MissingBackendError,
      "silent",
    );
  } finally {
    await link.close();
  }
});

trouble("a database that cannot keep all text is refused at the start", async (postgres) => {
  await postgres.sql(
    "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    "postgres",
  );
  await assertRejects(
    () => open(new RecordedLog(), { ...postgres.address, database: "latin" }),
    OperationalError,
    "it is encoded in LATIN1; make one with ENCODING 'UTF8'",
  );
});

trouble("an idle connection that is ended costs nobody anything", async (postgres, store, log) => {
  const ours = "FROM pg_stat_activity WHERE application_name = 'parley'";
  await store.change(register(ann));
  for (const user of ["bob", "eve", "kim"]) {
    const ended = await postgres.sql(`SELECT count(pg_terminate_backend(pid, 20000)) ${ours}`);
    assert(Number(ended) > 0);
    // Which the driver reads of, and so has another one.
    await eventually(
      "another connection",
      async () => Number(await postgres.sql(`SELECT count(*) ${ours}`)) > 0,
    );
    assertEquals(await store.change(register(id(user))), "done");
  }
  assertEquals(log.messages("error"), []);
});

trouble("a server waits while another one prepares the database", async (postgres) => {
  const log = new RecordedLog();
  const other = await postgres.hold("SELECT pg_advisory_xact_lock(1885434476, 256)");
  const opening = open(log);
  await eventually("the word of it", () => log.entries.length > 0);
  await other[Symbol.asyncDispose]();
  await (await opening).close();
  assertEquals(log.messages("info"), ["Another server prepares the database, waiting for it"]);
});

trouble("changes of one user take turns, whichever server makes them", async (postgres, store) => {
  const other = await postgres.hold(
    "SELECT pg_advisory_xact_lock(1885434476, hashtext('ann') & 255)",
  );
  const changing = store.change(register(ann));
  await untilWaiting(postgres);
  await other[Symbol.asyncDispose]();
  assertEquals(await changing, "done");
});

trouble("a change that waited too long for its turn is refused, and not made", async (
  _postgres,
  store,
) => {
  using time = new HeldTime();
  const first = store.change(register(ann));
  // Its batch has begun, and the next one waits for its end.
  await new Promise((resume) => setTimeout(resume, 0));
  const late = assertRejects(() => store.change(register(bob)), StorageError, "too slow");
  time.advance(2 * PATIENT_DEADLINES.turn);
  assertEquals(await first, "done");
  await late;
  assertEquals(store.health(), { writable: true });
  assertEquals(await store.isKnown(bob), false);
});
