import { assert, assertEquals } from "@std/assert";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { TempDir } from "../support/temp_dir.ts";
import { fileBytes, filesBelow, play } from "../support/transfers.ts";

const CUTS = 100;

/** About as much as comes through before one cut. */
const BYTES_PER_CUT = 60_000;

Deno.test("a transfer that is cut at 100 random points arrives intact, each byte about once", async () => {
  await using directory = await TempDir.make();
  await using proxy = new CuttingProxy();
  const [from, to] = [`${directory.path}/from/all`, `${directory.path}/to`];
  await Deno.mkdir(`${from}/small`, { recursive: true });
  await Deno.writeFile(`${from}/big`, fileBytes(CUTS * BYTES_PER_CUT));
  for (let number = 0; number < 40; number++) {
    await Deno.writeFile(`${from}/small/${number}`, fileBytes(number * 1000, number));
  }
  await Deno.writeFile(`${from}/tail`, fileBytes(3 * BYTES_PER_CUT));
  const total = [...(await filesBelow(from)).values()].reduce((sum, { length }) => sum + length, 0);

  const via = (port: number): number => {
    proxy.target = port;
    return proxy.port;
  };
  let received = 0;
  let attempts = 0;
  for (let isDone = false; !isDone; attempts++) {
    assert(attempts < 10 * CUTS, "it goes on");
    proxy.budget = proxy.cuts < CUTS ? 1 + Math.floor(Math.random() * 2 * BYTES_PER_CUT) : Infinity;
    const played = await play([from], to, { via });
    received += played.received;
    isDone = played.receiving.kind === "done";
    if (isDone) assertEquals([played.sending.kind, played.lost], ["done", []]);
    else assertEquals([played.sending.kind, played.receiving.kind], ["lost", "lost"]);
  }
  assert(proxy.cuts === CUTS, `${proxy.cuts} cuts`);
  const arrived = await filesBelow(to);
  assertEquals([...arrived.keys()].filter((path) => path.endsWith("-part")), []);
  assertEquals(arrived, new Map([...await filesBelow(from)].map(([p, b]) => [`all/${p}`, b])));
  // What came behind a cut was lost on the way; nothing that was here came again.
  assert(received <= total, `${received} of ${total} bytes`);
});
