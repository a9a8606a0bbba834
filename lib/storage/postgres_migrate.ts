/**
 * Bringing a database to the shape this Parley knows. Servers that start together take turns.
 */

import { OperationalError } from "../core/errors.ts";
import type { DatabaseClient } from "./postgres_link.ts";
import { type Migration, MIGRATIONS } from "./postgres_migrations.ts";

/** A number that is this lock's alone; see also `parley.change`. */
const LOCK = "pg_try_advisory_xact_lock(1885434476, 256)";

/** The number of the row that marks a database as half a copy: before every step. */
export const HALF_COPY = 0;

/** What to do about a database that holds half a copy. */
export const HALF_COPY_ADVICE = `run "DROP SCHEMA parley CASCADE" in it and copy again`;

/** How often it is tried whether the other server is done. */
const TURN_MS = 200;

/** How long a server waits for its turn, and a step may take: over a large table it takes a while. */
const PATIENCE_MS = 3_600_000;

/** A server that does not go on for so long loses its turn: a busy machine is no dead one. */
const IDLE_MS = 30_000;

/** What may be different; those of this Parley, and nobody to tell, unless given. */
export interface MigrateOptions {
  /** The steps. */
  readonly migrations?: readonly Migration[];
  /** Is told once when another server is at it. */
  readonly onWait?: () => void;
}

/**
 * Applies what is missing, all of it or nothing.
 *
 * @returns the names of the steps applied now
 * @throws OperationalError when the database was made by a newer Parley, or cannot be used
 */
export async function migrateDatabase(
  client: DatabaseClient,
  { migrations = MIGRATIONS, onWait = () => {} }: MigrateOptions = {},
): Promise<string[]> {
  await requireUtf8(client);
  // At once: a transaction that other deadlines end sooner has begun by its second statement.
  await client.query(`
    BEGIN;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS};
  `);
  try {
    await waitForTurn(client, onWait);
    const applied = await appliedSteps(client);
    const newest = migrations.at(-1)?.number ?? 0;
    if (applied > newest) {
      throw new OperationalError(
        `Cannot use the database: a newer Parley made it (step ${applied}, this one knows ` +
          `${newest}); run that one`,
      );
    }
    const missing = migrations.filter(({ number }) => number > applied);
    for (const { number, name, sql } of missing) {
      await client.query({ text: sql, query_timeout: PATIENCE_MS });
      await client.query("INSERT INTO parley.migrations (number, name) VALUES ($1, $2)", [
        number,
        name,
      ]);
    }
    await client.query("COMMIT");
    return missing.map(({ name }) => name);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Names of rooms are any text: another encoding would refuse some of them, one day. */
async function requireUtf8(client: DatabaseClient): Promise<void> {
  const { rows: [row] } = await client.query("SHOW server_encoding");
  const { server_encoding: encoding } = row as { readonly server_encoding: string };
  if (encoding === "UTF8") return;
  throw new OperationalError(
    `Cannot use the database: it is encoded in ${encoding}; make one with ENCODING 'UTF8'`,
  );
}

async function waitForTurn(client: DatabaseClient, onWait: () => void): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let tries = 0; performance.now() < end; tries++) {
    const { rows: [turn] } = await client.query(`SELECT ${LOCK} AS ours`);
    if ((turn as { readonly ours: boolean }).ours) return;
    if (tries === 0) onWait();
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  throw new OperationalError("Cannot use the database: another server prepares it, without an end");
}

/** The number of the last step applied; 0 for an empty database. */
async function appliedSteps(client: DatabaseClient): Promise<number> {
  // A user without the right to make a schema can use one that is there.
  const { rows: [found] } = await client.query(
    "SELECT to_regclass('parley.migrations') IS NOT NULL AS found",
  );
  if (!(found as { found: boolean }).found) {
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS parley;
      CREATE TABLE parley.migrations (
        number int PRIMARY KEY,
        name text NOT NULL,
        applied timestamptz NOT NULL DEFAULT now()
      );
    `);
  }
  const { rows: [last] } = await client.query(
    "SELECT coalesce(max(number), 0)::int AS newest, min(number) AS first FROM parley.migrations",
  );
  const { newest, first } = last as { readonly newest: number; readonly first: number | null };
  if (first === HALF_COPY) {
    throw new OperationalError(
      `Cannot use the database: a copy into it was begun and has not ended; ${HALF_COPY_ADVICE}`,
    );
  }
  return newest;
}
