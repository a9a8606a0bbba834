/** A data directory with many users. */

import { parseUserId, type UserId } from "../../lib/core/user_id.ts";
import { appendAll, SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import { endLine, startLine, userLines } from "../../lib/storage/snapshot.ts";
import { recordTime } from "../../lib/storage/text_record.ts";

/** Writes a directory of users with so many buddies each, as a compaction leaves it. */
export async function makeLargeDirectory(
  directory: string,
  users: number,
  buddies: number,
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const through = { sequence: 1 + users * (1 + buddies), checksum: "5a3f8d10" };
  const file = await SYSTEM_DISK.open(`${directory}/users.txt`);
  let text = startLine(through, recordTime(Date.now()));
  const ids = Array.from({ length: users }, (_, number) => parseUserId(`user${number}`)!).sort();
  for (const [number, user] of ids.entries()) {
    // Spread over everybody, so that no two users have the same.
    const list = Array.from({ length: buddies }, (_, buddy): UserId => {
      return ids[(number + buddy * 7919 + 1) % users]!;
    });
    text += userLines({ user, hash: undefined, buddies: list }).join("");
    if (number % 1000 === 999) {
      await appendAll(file, new TextEncoder().encode(text));
      text = "";
    }
  }
  await appendAll(file, new TextEncoder().encode(text + endLine(users)));
  file.close();
  await beginJournal(SYSTEM_DISK, directory, through, [], Date.now());
}
