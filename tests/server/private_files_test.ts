import { assertEquals } from "@std/assert";
import { tellOfReadable } from "../../lib/server/private_files.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test({
  name: "files with secrets that everybody may read are told of, others are not",
  ignore: Deno.build.os === "windows", // files have no such rights there
  async fn() {
    await using data = await TempDir.make();
    await using site = await TempDir.make();
    const tlsKey = `${site.path}/key.pem`;
    const modes: Readonly<Record<string, number>> = {
      [`${data.path}/journal.txt`]: 0o644,
      [`${data.path}/users.txt`]: 0o640,
      [`${data.path}/users.previous.txt`]: 0o604,
      [`${data.path}/lock`]: 0o644,
      [tlsKey]: 0o644,
    };
    for (const [file, mode] of Object.entries(modes)) {
      await Deno.writeTextFile(file, "");
      await Deno.chmod(file, mode);
    }
    const log = new RecordedLog();
    await tellOfReadable({ data: data.path, tlsKey }, log);
    assertEquals(log.entries.map(({ level, fields }) => [level, fields.file]), [
      ["warn", `${data.path}/journal.txt`],
      ["warn", `${data.path}/users.previous.txt`],
      ["warn", tlsKey],
    ]);
    for (const file of Object.keys(modes)) await Deno.chmod(file, 0o600);
    await tellOfReadable({ data: data.path, tlsKey }, log);
    assertEquals(log.entries.length, 3);
  },
});
