/**
 * Where the database and the presence server of a site are. Both come as URLs with a password in
 * them, so both are secrets: only the `shown...` functions give a text for people to see.
 */

/** How a connection is protected: not, encrypted, or encrypted with a certificate that is checked. */
export type BackendTls = "off" | "encrypted" | "verified";

/** A PostgreSQL database. */
export interface DatabaseAddress {
  /** Host name or IP address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Who to be there. */
  readonly user: string;
  /** What proves it; empty where the server asks for none. */
  readonly password: string;
  /** Name of the database. */
  readonly database: string;
  /** How the connection is protected. */
  readonly tls: BackendTls;
  /** File with the certificates (PEM) to check against, instead of the well-known ones. */
  readonly caFile?: string;
}

/** A Redis server. */
export interface RedisAddress {
  /** Host name or IP address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Who to be there; empty for the default user. */
  readonly user: string;
  /** What proves it; empty where the server asks for none. */
  readonly password: string;
  /** Number of the database. */
  readonly database: number;
  /** How the connection is protected. */
  readonly tls: BackendTls;
  /** As for a database. */
  readonly caFile?: string;
}

/** A store as it is chosen: text files, memory, or a database. */
export type StoreChoice =
  | { readonly kind: "text" }
  | { readonly kind: "memory" }
  | { readonly kind: "postgres"; readonly address: DatabaseAddress };

/** Where presence is kept, as it is chosen: in each server, or shared. */
export type PresenceChoice =
  | { readonly kind: "memory" }
  | { readonly kind: "redis"; readonly address: RedisAddress };

/** A database for people to see: everything but the password. */
export function shownDatabase({ user, host, port, database }: DatabaseAddress): string {
  return `postgres://${user}@${urlHost(host)}:${port}/${database}`;
}

/** A Redis server for people to see: everything but user and password. */
export function shownRedis({ host, port, database }: RedisAddress): string {
  return `redis://${urlHost(host)}:${port}/${database}`;
}

/** A choice of store for people to see. */
export function shownStore(choice: StoreChoice): string {
  return choice.kind === "postgres" ? shownDatabase(choice.address) : choice.kind;
}

function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
