/**
 * The store in a PostgreSQL database that any number of servers share. The database judges: see
 * `parley.change` in `postgres_migrations.ts`.
 *
 * Changes and reads each go in batches, one of each kind under way: what is asked for meanwhile
 * shares the next one. A batch of changes is one transaction, and its commit is asked for only when
 * its outcomes are known: what was given up before is taken back by the database.
 *
 * While the database is gone, changes are refused at once. Who is known, and their buddies, are then
 * answered from what is remembered: everybody read at the start, up to a limit, and what was read or
 * changed here since, so that presence goes on.
 */

import type { DatabaseAddress } from "../core/backend_address.ts";
import { StorageError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { GroupCommit } from "./group_commit.ts";
import { type DatabaseDeadlines, DatabaseLink, tryWriting } from "./postgres_link.ts";
import { migrateDatabase } from "./postgres_migrate.ts";
import { PostgresRooms } from "./postgres_rooms.ts";
import { countWithoutPassword, readUsers, readUsersAfter, type UserRow } from "./postgres_users.ts";
import { RememberedUsers } from "./remembered_users.ts";
import type { ChangeOutcome, Store, StoreChange, StoredRoom, StoreHealth } from "./store.ts";
import type { StoreMeter } from "./store_meter.ts";
import { storedId } from "./stored_id.ts";

/** Users remembered for the time the database is gone. */
const REMEMBERED_USERS = 200_000;

/** Changes and questions that share one statement at most: a batch must end within its deadlines. */
const MAX_BATCH = 500;

/** A database that servers share. */
export interface DatabaseSettings {
  /** Where it is. */
  readonly address: DatabaseAddress;
  /** Is told what opening did, and of failures. */
  readonly log: Log;
  /** Is told of every batch of changes. */
  readonly meter?: StoreMeter;
  /** How long it may take for anything. */
  readonly deadlines?: DatabaseDeadlines;
}

/** A change, and when it was asked for. */
interface AskedChange {
  readonly change: StoreChange;
  readonly askedAt: number;
}

/**
 * Opens a database, and makes its tables where they are missing. The caller closes the store.
 *
 * @throws OperationalError when it cannot be used, saying what to do
 */
export async function openPostgresStore(
  { address, log, meter, deadlines }: DatabaseSettings,
): Promise<Store> {
  const link = new DatabaseLink(address, log, deadlines);
  try {
    await link.begin(async (client) => {
      const applied = await migrateDatabase(client, {
        onWait: () => log.info("Another server prepares the database, waiting for it"),
      });
      if (applied.length > 0) log.info("The database was prepared", { steps: applied.join(", ") });
      await tryWriting(client);
    });
    return await PostgresStore.start(link, meter);
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** A registered user. */
interface FoundUser {
  readonly buddies: readonly UserId[];
  readonly hash: string | undefined;
}

/** Users and rooms in a database. */
class PostgresStore implements Store {
  readonly #link: DatabaseLink;
  readonly #rooms: PostgresRooms;
  readonly #changes: GroupCommit<AskedChange, ChangeOutcome | "too late">;
  readonly #questions = new GroupCommit<UserId, FoundUser | undefined>(
    (batch) => this.#look(batch),
    { most: MAX_BATCH },
  );
  readonly #remembered = new RememberedUsers(REMEMBERED_USERS);
  #reading: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(link: DatabaseLink, meter: StoreMeter | undefined) {
    this.#link = link;
    this.#changes = new GroupCommit((batch) => this.#commit(batch), { most: MAX_BATCH, meter });
    this.#rooms = new PostgresRooms(link);
  }

  /** Starts with what a small site has, and reads the rest of a large one beside everything else. */
  static async start(link: DatabaseLink, meter?: StoreMeter): Promise<PostgresStore> {
    const store = new PostgresStore(link, meter);
    const next = await store.#readPage("0").catch(() => undefined);
    store.#reading = store.#readOn(next).catch(() => {});
    return store;
  }

  /** Makes a change; resolves when it is committed. @throws StorageError */
  async change(change: StoreChange): Promise<ChangeOutcome> {
    if (this.#isClosed) throw new StorageError("The store is closed");
    if (!Object.values(change).every(isStorable)) {
      throw new StorageError("A database keeps no zero bytes and no half characters");
    }
    const outcome = await this.#changes.submit({ change, askedAt: performance.now() });
    if (outcome === "too late") throw new StorageError("The database is too slow at the moment");
    return outcome;
  }

  /** Whether a user is registered. Nobody is ever unregistered, so a yes is asked for once. */
  isKnown(user: UserId): boolean | Promise<boolean> {
    return this.#remembered.buddiesOf(user) !== undefined ||
      this.#questions.submit(user).then((known) => known !== undefined);
  }

  /** A user's buddies in the order they were added. */
  async buddiesOf(user: UserId): Promise<readonly UserId[] | undefined> {
    try {
      return (await this.#questions.submit(user))?.buddies;
    } catch (error) {
      const remembered = this.#remembered.buddiesOf(user);
      if (remembered === undefined) throw error;
      return remembered;
    }
  }

  /** A user's password hash. An old one is no substitute: it may have been changed. */
  async passwordOf(user: UserId): Promise<string | undefined> {
    return (await this.#questions.submit(user))?.hash;
  }

  /** How many users have none. */
  usersWithoutPassword(): Promise<number> {
    return this.#link.use(countWithoutPassword);
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
    await this.#reading;
    await this.#link.close();
  }

  async #commit(
    batch: readonly AskedChange[],
  ): Promise<readonly (ChangeOutcome | "too late")[]> {
    const now = performance.now();
    const inTime = batch.filter(({ askedAt }) => now - askedAt <= this.#link.deadlines.turn);
    const changes = inTime.map(({ change }) => change);
    const outcomes = changes.length === 0 ? [] : await this.#make(changes);
    for (const [index, change] of changes.entries()) {
      if (outcomes[index] === "done") this.#remembered.wasMade(change);
    }
    const outcomeOf = new Map(inTime.map((asked, index) => [asked, outcomes[index]!]));
    return batch.map((asked) => outcomeOf.get(asked) ?? "too late");
  }

  #make(changes: readonly StoreChange[]): Promise<readonly ChangeOutcome[]> {
    return this.#link.use(async (client) => {
      const [, judged] = await Promise.all([
        client.query("BEGIN"),
        client.query({
          name: "change",
          text: "SELECT parley.change($1) AS outcomes",
          values: [JSON.stringify(changes)],
        }),
      ]);
      const { outcomes } = judged.rows[0] as { readonly outcomes: ChangeOutcome[] };
      await client.query("COMMIT");
      return outcomes;
    });
  }

  async #look(users: readonly UserId[]): Promise<readonly (FoundUser | undefined)[]> {
    const { moment } = this.#remembered;
    const rows = await this.#link.use((client) => readUsers(client, users));
    const found = this.#remember(rows, moment);
    return users.map((user) => found.get(user));
  }

  async #readOn(place: string | undefined): Promise<void> {
    for (let next = place; next !== undefined && !this.#isClosed;) {
      next = this.#remembered.isFull ? undefined : await this.#readPage(next);
    }
  }

  /** Reads the users that registered after a place. @returns where to go on, if there are more */
  async #readPage(place: string): Promise<string | undefined> {
    const { moment } = this.#remembered;
    const rows = await this.#link.use((client) => readUsersAfter(client, place));
    this.#remember(rows, moment);
    return rows.at(-1)?.place;
  }

  /** An id we never wrote is nobody's. */
  #remember(rows: readonly UserRow[], moment: number): ReadonlyMap<string, FoundUser> {
    const found = new Map<string, FoundUser>();
    for (const { id, hash, buddies } of rows) {
      const user = storedId(id);
      if (user === undefined) continue;
      const ids = buddies.map(storedId).filter((buddy) => buddy !== undefined);
      found.set(id, { hash, buddies: ids });
      this.#remembered.wasRead(user, ids, moment);
    }
    return found;
  }
}

function isStorable(value: unknown): boolean {
  return typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"));
}
