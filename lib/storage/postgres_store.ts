/**
 * The store in a PostgreSQL database that any number of servers share. The database judges: see
 * `parley.change` in `postgres_migrations.ts`.
 *
 * Changes and reads each go in batches, one of each kind under way: what is asked for meanwhile
 * shares the next one. A batch of changes is one transaction, and its commit is asked for only when
 * its outcomes are known: what was given up before is taken back by the database.
 *
 * While the database is gone, changes are refused at once. Who is known, and their buddies, are
 * then answered from what was read last, so that presence goes on.
 */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { StorageError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { RecentMap } from "../core/recent_map.ts";
import type { UserId } from "../core/user_id.ts";
import { GroupCommit } from "./group_commit.ts";
import { type DatabaseClient, DatabaseLink } from "./postgres_link.ts";
import { migrateDatabase } from "./postgres_migrate.ts";
import { PostgresRooms } from "./postgres_rooms.ts";
import type { ChangeOutcome, Store, StoreChange, StoredRoom, StoreHealth } from "./store.ts";
import type { StoreMeter } from "./store_meter.ts";
import { storedId } from "./stored_id.ts";

/** Users remembered for the time the database is gone. */
const REMEMBERED_USERS = 200_000;

/** Changes and questions that share one statement at most: a batch must end within its deadlines. */
const MAX_BATCH = 500;

/** What was read of a registered user. */
interface KnownUser {
  readonly buddies: readonly UserId[];
  readonly hash: string | undefined;
}

/**
 * Opens a database, and makes its tables where they are missing. The caller closes the store.
 *
 * @throws OperationalError when it cannot be used, saying what to do
 */
export async function openPostgresStore(
  address: DatabaseAddress,
  log: Log,
  meter?: StoreMeter,
): Promise<Store> {
  const link = new DatabaseLink(address, log);
  try {
    await link.begin(async (client) => {
      const applied = await migrateDatabase(client);
      if (applied.length > 0) log.info("The database was prepared", { steps: applied.join(", ") });
    });
    return new PostgresStore(link, meter);
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** Users and rooms in a database. */
class PostgresStore implements Store {
  readonly #link: DatabaseLink;
  readonly #rooms: PostgresRooms;
  readonly #changes: GroupCommit<StoreChange, ChangeOutcome>;
  readonly #questions = new GroupCommit<UserId, KnownUser | undefined>(
    (batch) => this.#look(batch),
    { most: MAX_BATCH },
  );
  readonly #known = new RecentMap<KnownUser>(REMEMBERED_USERS);
  #isClosed = false;

  constructor(link: DatabaseLink, meter: StoreMeter | undefined) {
    this.#link = link;
    this.#changes = new GroupCommit((batch) => this.#commit(batch), { most: MAX_BATCH, meter });
    this.#rooms = new PostgresRooms(link);
  }

  /** Makes a change; resolves when it is committed. @throws StorageError */
  change(change: StoreChange): Promise<ChangeOutcome> {
    if (this.#isClosed) return Promise.reject(new StorageError("The store is closed"));
    const unfit = Object.values(change).find((value) => !isStorable(value));
    if (unfit !== undefined) {
      return Promise.reject(
        new StorageError("A database keeps no zero bytes and no half characters"),
      );
    }
    return this.#changes.submit(change);
  }

  /** Whether a user is registered. Nobody is ever unregistered, so a yes is asked for once. */
  isKnown(user: UserId): boolean | Promise<boolean> {
    return this.#known.get(user) !== undefined ||
      this.#questions.submit(user).then((known) => known !== undefined);
  }

  /** A user's buddies in the order they were added. */
  async buddiesOf(user: UserId): Promise<readonly UserId[] | undefined> {
    try {
      return (await this.#questions.submit(user))?.buddies;
    } catch (error) {
      const known = this.#known.get(user);
      if (known === undefined) throw error;
      return known.buddies;
    }
  }

  /** A user's password hash. An old one is no substitute: it may have been changed. */
  async passwordOf(user: UserId): Promise<string | undefined> {
    return (await this.#questions.submit(user))?.hash;
  }

  /** Every room. */
  rooms(): Promise<readonly StoredRoom[]> {
    return this.#rooms.rooms();
  }

  /** A room. */
  room(room: string): Promise<StoredRoom | undefined> {
    return this.#rooms.room(room);
  }

  /** Whether changes are taken, and why not. */
  health(): StoreHealth {
    return this.#link.health();
  }

  /** Finishes what was asked for, then lets go of the database. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changes.idle();
    await this.#questions.idle();
    await this.#link.close();
  }

  #commit(batch: readonly StoreChange[]): Promise<readonly ChangeOutcome[]> {
    return this.#link.use(async (client) => {
      const [, judged] = await Promise.all([
        client.query("BEGIN"),
        client.query({
          name: "change",
          text: "SELECT parley.change($1) AS outcomes",
          values: [JSON.stringify(batch)],
        }),
      ]);
      const { outcomes } = judged.rows[0] as { readonly outcomes: ChangeOutcome[] };
      await client.query("COMMIT");
      return outcomes;
    });
  }

  async #look(users: readonly UserId[]): Promise<readonly (KnownUser | undefined)[]> {
    const found = await this.#link.use((client) => readUsers(client, users));
    return users.map((user) => {
      const known = found.get(user);
      if (known !== undefined) this.#known.set(user, known);
      return known;
    });
  }
}

async function readUsers(
  client: DatabaseClient,
  users: readonly UserId[],
): Promise<ReadonlyMap<string, KnownUser>> {
  const { rows } = await client.query({
    name: "users",
    text: `
      SELECT u.id, u.hash,
        (SELECT string_agg(b.buddy, ' ' ORDER BY b.place)
          FROM parley.buddies b WHERE b.owner = u.id) AS buddies
      FROM parley.users u WHERE u.id = ANY ($1::text[])`,
    values: [[...new Set(users)]],
  });
  return new Map((rows as UserRow[]).map(({ id, hash, buddies }) => [id, {
    hash: hash ?? undefined,
    buddies: (buddies?.split(" ") ?? []).map(storedId).filter((buddy) => buddy !== undefined),
  }]));
}

interface UserRow {
  readonly id: string;
  readonly hash: string | null;
  readonly buddies: string | null;
}

function isStorable(value: unknown): boolean {
  return typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"));
}
