/**
 * The connections to a PostgreSQL server, and what is known of its health.
 *
 * Rules of this file:
 * - Nothing waits long. Every step has a deadline, here and at the server; a failure is told at once
 *   to all who ask after it, until a probe gets an answer again. A probe makes a change: a database
 *   that only answers questions is not back.
 * - A database that is there and refuses (its disk is full, it only reads, rights are missing) goes on
 *   being asked: reading may work, and a refusal comes quickly.
 * - A connection that failed is never used again.
 * - The driver is given everything it would otherwise look for in the environment.
 */

// @ts-types="./pg.d.ts"
import pg from "npm:pg@8.23.1";
import type { NamedStatement, Pool, PoolConfig, SlowStatement } from "./pg.d.ts";
import { type DatabaseAddress, shownDatabase } from "../core/backend_address.ts";
import {
  isCertificateFault,
  MissingBackendError,
  OperationalError,
  reasonOf,
  StorageError,
} from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { readCertificates } from "./certificates.ts";
import type { StoreHealth } from "./store.ts";

/** Connections one server holds at most: one writes, the others read. */
export const MAX_DATABASE_CONNECTIONS = 4;

/** Deadlines in milliseconds. The server's come first, so that its answer says what was wrong. */
export interface DatabaseDeadlines {
  /** Having a connection. */
  readonly connect: number;
  /** Waiting for a lock another server holds. */
  readonly lock: number;
  /** A statement, as the server counts. */
  readonly statement: number;
  /** A statement, as we count: the server may be stopped. */
  readonly answer: number;
  /** How long a transaction whose server fell silent keeps its locks. */
  readonly idleInTransaction: number;
  /** A change that waited longer for its batch to begin is refused, and was not made. */
  readonly turn: number;
}

/** What holds unless somebody says otherwise. */
export const DATABASE_DEADLINES: DatabaseDeadlines = {
  connect: 1000,
  lock: 1500,
  statement: 2000,
  answer: 2500,
  idleInTransaction: 1000,
  turn: 1000,
};

/** How often a server that failed is asked whether it is back. */
const PROBE_MS = 400;

/** At most one line in this time about what a database refuses. */
const REFUSAL_LOG_MS = 10_000;

/** Takes statements, one after the other without waiting in between. */
export interface DatabaseClient {
  /** Runs a statement; one with a name is prepared once for each connection. */
  query(
    statement: string | NamedStatement | SlowStatement,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What is wrong with a database. */
interface Trouble {
  readonly reason: string;
  /** Whether it is gone, and nothing is asked of it but by probes. */
  readonly isGone: boolean;
  /** Whether the log was told, and shall be told of its end. */
  readonly isTold: boolean;
}

/** Connections to one database. */
export class DatabaseLink {
  /** How long things may take. */
  readonly deadlines: DatabaseDeadlines;
  readonly #pool: Pool;
  readonly #log: Log;
  readonly #shown: string;
  #trouble: Trouble | undefined;
  #refusalToldAt = -Infinity;
  #probing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;

  /** Connects when something is asked for. @throws OperationalError when a certificate is missing */
  constructor(
    address: DatabaseAddress,
    log: Log,
    deadlines: DatabaseDeadlines = DATABASE_DEADLINES,
  ) {
    this.deadlines = deadlines;
    this.#log = log;
    this.#shown = shownDatabase(address);
    this.#pool = new pg.Pool(poolConfig(address, deadlines));
    // Without this an idle connection that ends would end the process. It may be the only one.
    this.#pool.on("error", () => this.#probeSoon(0));
  }

  /** Whether it answers, as far as is known. */
  health(): StoreHealth {
    if (this.#trouble === undefined) return { writable: true };
    return { writable: false, reason: this.#trouble.reason };
  }

  /**
   * Does something with one connection.
   *
   * @throws StorageError when it failed, or the database is known to be gone
   */
  async use<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    if (this.#trouble?.isGone) throw new StorageError(this.#trouble.reason);
    try {
      return await this.#use(work);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /**
   * As {@linkcode use}, for the start: errors say what to do.
   *
   * @throws MissingBackendError when it may come yet
   * @throws OperationalError when somebody has to do something about it
   */
  async begin(work: (client: DatabaseClient) => Promise<unknown>): Promise<void> {
    try {
      await this.#use(work);
    } catch (error) {
      if (error instanceof OperationalError) throw error;
      const what = `Cannot use the database ${this.#shown}: ${describe(error)}`;
      // 28: who we are was not believed. 3D: there is no such database.
      const isRefused = isRefusal(error) || /^(?:28|3D)/.test(sqlState(error));
      if (isRefused || isCertificateFault(error)) {
        throw new OperationalError(
          `${what}; see docs/scaling.md for the user and the database it needs`,
          { cause: error },
        );
      }
      throw new MissingBackendError(what, { cause: error });
    }
  }

  /** Lets go of every connection. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#probing;
    await this.#pool.end();
  }

  async #use<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let isBroken = true;
    // It ends, or is ended, while it is in use: whoever uses it is told by their statement.
    const ignore = (): void => {};
    client.on("error", ignore);
    try {
      const result = await work(client);
      isBroken = false;
      return result;
    } finally {
      client.off("error", ignore);
      client.release(isBroken);
    }
  }

  #failed(error: unknown): StorageError {
    const failure = new StorageError(`The database failed: ${describe(error)}`, { cause: error });
    if (this.#closing !== undefined || this.#trouble?.isGone) return failure;
    if (isRefusal(error)) this.#isRefused(failure.message, error);
    else this.#isGone(failure.message, error);
    return failure;
  }

  #isGone(reason: string, error: unknown): void {
    this.#trouble = { reason, isGone: true, isTold: true };
    this.#log.error("The database failed, changes are refused until it is back", {
      database: this.#shown,
      reason: describe(error),
    });
    this.#probeSoon(PROBE_MS);
  }

  #isRefused(reason: string, error: unknown): void {
    const isTold = performance.now() - this.#refusalToldAt >= REFUSAL_LOG_MS;
    if (isTold) {
      this.#refusalToldAt = performance.now();
      this.#log.error("The database refused something", {
        database: this.#shown,
        reason: describe(error),
      });
    }
    // What one statement asked for says nothing of the next.
    if (isOneStatements(error)) return;
    this.#trouble = { reason, isGone: false, isTold: isTold || this.#trouble?.isTold === true };
    this.#probeSoon(PROBE_MS);
  }

  #probeSoon(milliseconds: number): void {
    if (this.#closing !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#probing = this.#probe().finally(() => {
        this.#timer = undefined;
        if (this.#trouble !== undefined) this.#probeSoon(PROBE_MS);
      });
    }, milliseconds);
  }

  async #probe(): Promise<void> {
    try {
      await this.#use(tryWriting);
    } catch (error) {
      // It is there again, and only reads, say: then it is asked again.
      if (this.#trouble?.isGone && isRefusal(error)) this.#trouble = undefined;
      this.#failed(error);
      return;
    }
    if (this.#trouble?.isTold) {
      this.#log.info("The database is back, changes are taken", { database: this.#shown });
    }
    this.#trouble = undefined;
  }
}

/** Makes a change that changes nothing, with every lock and right that changes need. */
export async function tryWriting(client: DatabaseClient): Promise<void> {
  await client.query(`
    BEGIN;
    LOCK TABLE parley.users, parley.buddies, parley.rooms, parley.members, parley.room_version
      IN ROW EXCLUSIVE MODE;
    UPDATE parley.migrations SET name = name WHERE number = 1;
    COMMIT;
  `);
}

function poolConfig(
  { host, port, user, password, database, tls, caFile }: DatabaseAddress,
  { connect, lock, statement, answer, idleInTransaction }: DatabaseDeadlines,
): PoolConfig {
  return {
    ...{ host, port, user, database },
    // A function: without a password the driver would look for a file with one.
    password: () => password,
    ssl: tls === "off" ? false : {
      rejectUnauthorized: tls === "verified",
      ...(caFile === undefined ? {} : { ca: readCertificates(caFile) }),
    },
    application_name: "parley",
    client_encoding: "utf8",
    // Whatever the site's default is: a promise is kept on its disk.
    options: "-c synchronous_commit=on",
    connectionTimeoutMillis: connect,
    lock_timeout: lock,
    statement_timeout: statement,
    query_timeout: answer,
    idle_in_transaction_session_timeout: idleInTransaction,
    keepAlive: true,
    max: MAX_DATABASE_CONNECTIONS,
    pipeline: true,
  };
}

/** Whether the database is there, and refused a statement. */
function isRefusal(error: unknown): boolean {
  // 25: it only reads, but not: we were silent for too long. 3F and 42: names and rights. 53: its disk
  // is full, but not: it has too many connections.
  return isOneStatements(error) || /^(?:25(?!P03)|3F|42|53(?!300))/.test(sqlState(error));
}

/** Whether it was refused for what it asked, or when. */
function isOneStatements(error: unknown): boolean {
  // 22 and 23: data and constraints. 40: two got in each other's way.
  return /^(?:22|23|40)/.test(sqlState(error));
}

/** The code of an error the database told; empty for any other. */
function sqlState(error: unknown): string {
  return error instanceof pg.DatabaseError ? error.code ?? "" : "";
}

/** What is wrong, for people. The driver never quotes a password. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  const reason = reasonOf(error);
  return /not queryable|Connection terminated/.test(reason) ? "the connection was lost" : reason;
}
