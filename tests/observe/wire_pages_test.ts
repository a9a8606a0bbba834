import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { wirePages } from "../../lib/observe/wire_pages.ts";
import { WireRecord } from "../../lib/observe/wire_record.ts";
import { wireMessage } from "../support/wire_messages.ts";

const NONE = { permissions: "none" } as const;

async function ask(record: WireRecord | undefined, path: string): Promise<Response | undefined> {
  const url = new URL(path, "http://127.0.0.1:8080");
  return await wirePages("Parley server", record).get(url.pathname)?.answer(new Request(url));
}

Deno.test(
  "wirePages() says how to switch the trace on where it is off, and has no more",
  NONE,
  async () => {
    const page = await (await ask(undefined, "/wire"))!.text();
    assertStringIncludes(page, "Nothing is traced");
    assertStringIncludes(page, "--trace");
    assert(!page.includes("wire_view.js"));
    assertEquals([...wirePages("Parley server", undefined).keys()], ["/wire"]);
  },
);

Deno.test("wirePages() serves a page that loads nothing from elsewhere", NONE, async () => {
  const response = (await ask(new WireRecord(), "/wire"))!;
  const policy = response.headers.get("content-security-policy")!;
  assertStringIncludes(policy, "default-src 'none'");
  const page = await response.text();
  const [, nonce] = /<script nonce="(\w+)">import\("\/wire\/wire_view.js"\);<\/script>/.exec(page)!;
  assertStringIncludes(policy, `script-src 'nonce-${nonce}'`);
  assert(!/(?:src|href)="(?:https?:)?\/\//.test(page), "no address of another machine");
  assert(!/ (?:style|on[a-z]+)="/.test(page), "nothing the policy would forbid");
});

Deno.test("wirePages() serves the modules of the page as they are", NONE, async () => {
  const view = (await ask(new WireRecord(), "/wire/wire_view.js"))!;
  assertEquals(view.headers.get("content-type"), "text/javascript; charset=utf-8");
  const names = new Set(["wire_view.js"]);
  // A set goes on with what is added to it meanwhile.
  for (const name of names) {
    const text = await (await ask(new WireRecord(), `/wire/${name}`))!.text();
    assertStringIncludes(text, name === "wire_view.js" ? "import" : "export");
    for (const [, other] of text.matchAll(/^[^*\n]* from "\.\/(.*)";$/gm)) names.add(other!);
  }
  assertEquals(names.size, 7);
});

Deno.test("wirePages() exports what is kept, of one user or protocol alone", NONE, async () => {
  const record = new WireRecord();
  record.add(wireMessage({ id: 1, kind: "open", text: "(connects)" }));
  record.add(wireMessage({ id: 2 }));
  record.add(wireMessage({ id: 3, user: "bob", text: "<REG bob>", from: { ...BOB } }));
  const textsOf = async (query: string): Promise<string[]> => {
    const transcript = await (await ask(record, `/wire/transcript.txt${query}`))!.text();
    return transcript.split("\n").filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
  };
  assertEquals(await textsOf(""), ["REG alice", "<REG bob>"]);
  assertEquals(await textsOf("?connections=1"), ["(connects)", "REG alice", "<REG bob>"]);
  assertEquals(await textsOf("?user=Bob%20"), ["<REG bob>"]);
  assertEquals(await textsOf("?protocol=rooms"), []);
  const picture = (await ask(record, "/wire/diagram.svg?user=bob"))!;
  assertEquals(picture.headers.get("content-type"), "image/svg+xml; charset=utf-8");
  assertStringIncludes(picture.headers.get("content-security-policy")!, "default-src 'none'");
  const svg = await picture.text();
  assertStringIncludes(svg, "&lt;REG bob&gt;");
  assert(!svg.includes("REG alice"));
});

const BOB = { name: "bob", ip: "192.0.2.8", port: 40113 };
