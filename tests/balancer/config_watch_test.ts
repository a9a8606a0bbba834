import { assertEquals } from "@std/assert";
import { ConfigWatch } from "../../lib/balancer/config_watch.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

Deno.test("ConfigWatch tells of a file that was changed, replaced, or came back, until it is stopped", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/lb.jsonc`;
  await Deno.writeTextFile(path, "one");
  let changes = 0;
  let changed = Promise.withResolvers<void>();
  const watch = new ConfigWatch(path, () => {
    changes++;
    changed.resolve();
  }, 5);
  const next = async (act: () => Promise<void>): Promise<void> => {
    changed = Promise.withResolvers();
    await act();
    await within("a change", changed.promise);
  };
  await next(() => Deno.writeTextFile(path, "three"));
  await next(async () => {
    await Deno.writeTextFile(`${path}.new`, "other");
    await Deno.rename(`${path}.new`, path);
  });
  await Deno.remove(path);
  await new Promise((resume) => setTimeout(resume, 30));
  await next(() => Deno.writeTextFile(path, "back again"));
  watch.stop();
  const before = changes;
  await Deno.writeTextFile(path, "unseen");
  await new Promise((resume) => setTimeout(resume, 30));
  assertEquals(changes, before);
});
