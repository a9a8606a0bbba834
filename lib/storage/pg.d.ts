/**
 * What Parley uses of the npm package `pg`, which carries no types of its own. The types others wrote
 * for it bring those of Node along, and do not know `pipeline`.
 */

/** An error the database told; others are the driver's, or the connection's. */
export class DatabaseError extends Error {
  /** The five characters of SQLSTATE. */
  readonly code: string | undefined;
}

/** A statement that is prepared once for each connection. */
export interface NamedStatement {
  /** What it is prepared under. */
  readonly name: string;
  /** With `$1` and so on for its values. */
  readonly text: string;
  /** Its values. */
  readonly values: readonly unknown[];
}

/** A statement, or several, with a deadline of its own. */
export interface SlowStatement {
  /** Without values. */
  readonly text: string;
  /** How long to wait for an answer, in milliseconds. */
  readonly query_timeout: number;
}

/** A connection of a pool. */
export interface PoolClient {
  /** Runs a statement; without values it may be several. */
  query(
    statement: string | NamedStatement | SlowStatement,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[] }>;
  /** Gives it back, or throws it away. */
  release(isBroken: boolean): void;
  /** Listens for its unexpected end. */
  on(event: "error", listener: (error: Error) => void): void;
  /** Listens no more. */
  off(event: "error", listener: (error: Error) => void): void;
}

/** Where to connect, and how; times are milliseconds. */
export interface PoolConfig {
  /** Host name or IP address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Who to be. */
  readonly user: string;
  /** Name of the database. */
  readonly database: string;
  /** Gives what proves it; asked only when the server asks. */
  readonly password: () => string;
  /** How the connection is protected. */
  readonly ssl: false | { readonly rejectUnauthorized: boolean; readonly ca?: string };
  /** What the server lists us as. */
  readonly application_name: string;
  /** How text is sent. */
  readonly client_encoding: string;
  /** Settings of the session, as on a command line. */
  readonly options: string;
  /** How long to wait for a connection. */
  readonly connectionTimeoutMillis: number;
  /** How long the server waits for a lock. */
  readonly lock_timeout: number;
  /** How long the server works at a statement. */
  readonly statement_timeout: number;
  /** How long to wait for an answer. */
  readonly query_timeout: number;
  /** How long the server keeps a transaction in which nothing happens. */
  readonly idle_in_transaction_session_timeout: number;
  /** Whether the system looks after silent connections. */
  readonly keepAlive: boolean;
  /** Connections at most. */
  readonly max: number;
  /** Whether statements are sent without waiting for the answers of those before. */
  readonly pipeline: boolean;
}

/** Connections that are made when they are needed. */
export class Pool {
  /** Connects when something is asked for. */
  constructor(config: PoolConfig);
  /** A connection that nobody else uses until it is released. */
  connect(): Promise<PoolClient>;
  /** Closes all of them, once they are released. */
  end(): Promise<void>;
  /** Listens for the unexpected end of an idle one. */
  on(event: "error", listener: (error: Error) => void): void;
}

/** The package. */
declare const pg: { readonly Pool: typeof Pool; readonly DatabaseError: typeof DatabaseError };
export default pg;
