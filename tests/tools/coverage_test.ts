import { assertEquals } from "@std/assert";
import { coverageRow, percentOf, readLcov, sumOf } from "../../tools/coverage/lcov.ts";

const REPORT = `SF:/p/lib/a.ts
FN:1,f
DA:1,1
BRDA:2,0,0,1
BRF:4
BRH:3
LF:10
LH:9
end_of_record
SF:/p/lib/b/c.ts
LF:0
LH:0
end_of_record
SF:/other/lib/a.ts
LF:10
LH:0
end_of_record
`;

Deno.test("readLcov() reads what is below the root, and what it does not say is nothing", {
  permissions: "none",
}, () => {
  const nothing = { all: 0, run: 0 };
  assertEquals(readLcov(REPORT, "/p/"), [
    { path: "lib/a.ts", lines: { all: 10, run: 9 }, branches: { all: 4, run: 3 } },
    { path: "lib/b/c.ts", lines: nothing, branches: nothing },
  ]);
});

Deno.test("sumOf() adds up, so that a long file counts for more than a short one", {
  permissions: "none",
}, () => {
  const [file, empty] = readLcov(REPORT, "/p/");
  const sum = sumOf("all", [file!, file!, empty!]);
  assertEquals(sum.lines, { all: 20, run: 18 });
  assertEquals(percentOf(sum.branches), 75);
  assertEquals(percentOf(empty!.lines), 100);
  assertEquals(coverageRow(sum), `${"all".padEnd(44)}  90.0    75.0\n`);
});
