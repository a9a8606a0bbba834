/**
 * Waiting for a database or Redis that is not there yet.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { MissingBackendError, OperationalError } from "../../lib/core/errors.ts";
import { waiting } from "../../lib/server/backends.ts";
import { RecordedLog } from "../support/recorded_log.ts";

/** Opens something at the second try. */
function opening(error: Error): () => Promise<string> {
  let tries = 0;
  return () => tries++ === 0 ? Promise.reject(error) : Promise.resolve("open");
}

const MISSING = new MissingBackendError("Cannot use the database: connection refused");

Deno.test("waiting() says once what is missing, and not to wait for it", async () => {
  const log = new RecordedLog();
  assertEquals(await waiting(true, log, opening(MISSING)), "open");
  assertEquals(log.entries, [{
    level: "warn",
    message: "Waiting for what is missing",
    fields: { reason: "Cannot use the database: connection refused" },
  }]);
});

Deno.test("waiting() waits only where that is wished, and for what may come", async () => {
  const refused = new OperationalError("Cannot use the database: wrong password");
  await assertRejects(
    () => waiting(false, new RecordedLog(), opening(MISSING)),
    MissingBackendError,
    "wait for it with --wait-for-backends",
  );
  await assertRejects(
    () => waiting(true, new RecordedLog(), opening(refused)),
    OperationalError,
    "wrong password",
  );
});
