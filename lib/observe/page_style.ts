/** How every page looks: light and dark, wide and narrow. Colours have a contrast of at least 4.5. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --text: #1c2128; --quiet: #57606a; --back: #f6f8fa; --card: #ffffff; --edge: #d0d7de;
  --good: #116329; --bad: #a40e26; --link: #0550ae; --on: #0550ae; --on-text: #ffffff;
  --c0: #0550ae; --c1: #a04100; --c2: #116329; --c3: #8250df; --c4: #a40e26; --c5: #57606a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --quiet: #9da7b3; --back: #0d1117; --card: #161b22; --edge: #3d444d;
    --good: #56d364; --bad: #ff8182; --link: #79c0ff; --on: #79c0ff; --on-text: #0d1117;
    --c0: #79c0ff; --c1: #ffa657; --c2: #56d364; --c3: #d2a8ff; --c4: #ff8182; --c5: #9da7b3;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; color: var(--text); background: var(--back);
  font: 16px/1.45 system-ui, "DejaVu Sans", sans-serif;
}
header, main { max-width: 80rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1.5rem; padding-top: 1rem; }
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; }
nav a { margin-right: 1rem; }
a { color: var(--link); }
a[aria-current] { color: inherit; text-decoration: none; font-weight: 600; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
section { margin: 1rem 0; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
.quiet, .hint, .note { color: var(--quiet); }
.hint, .note { font-size: 0.875rem; margin: 0.25rem 0 0; }
.controls { margin: 0.75rem 0 0; display: flex; gap: 0.75rem; align-items: center; }
.troubles { margin: 0.25rem 0 0; padding-left: 1.2rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: 0.75rem; margin: 0; }
.tiles > div, figure, .scroll, .card {
  background: var(--card); border: 1px solid var(--edge); border-radius: 0.5rem;
}
.tiles > div { padding: 0.6rem 0.8rem; }
.tiles dt { font-size: 0.875rem; color: var(--quiet); }
.tiles dd { margin: 0; }
.tiles dt + dd { font-size: 1.4rem; font-variant-numeric: tabular-nums; }
#charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0.75rem; }
figure { margin: 0; padding: 0.6rem 0.8rem; }
figcaption, caption { font-weight: 600; text-align: left; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--edge); stroke-width: 1; fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); stroke-dasharray: 8 3; }
.c2 { stroke: var(--c2); stroke-dasharray: 2 4; } .c3 { stroke: var(--c3); stroke-dasharray: 10 3 2 3; }
.c4 { stroke: var(--c4); stroke-dasharray: 4 4; } .c5 { stroke: var(--c5); }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; list-style: none; margin: 0.25rem 0 0; padding: 0; font-size: 0.875rem; }
.key { width: 24px; height: 8px; vertical-align: middle; }
.card { padding: 0.6rem 0.8rem; }
.card h2 { font-size: 1rem; }
.names { list-style: none; margin: 0.25rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; overflow-wrap: anywhere; }
b { font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { padding: 0.6rem 0.8rem 0.2rem; }
th, td { padding: 0.35rem 0.8rem; text-align: left; border-top: 1px solid var(--edge); overflow-wrap: break-word; }
thead th { border-top: 0; font-size: 0.875rem; font-weight: 400; color: var(--quiet); white-space: nowrap; }
.slim tbody th, .slim td { overflow-wrap: anywhere; min-width: 6rem; }
tbody th { font-weight: 400; }
td { font-variant-numeric: tabular-nums; }
.actions { display: flex; flex-wrap: wrap; gap: 0.35rem; }
button {
  font: inherit; font-size: 0.875rem; padding: 0.3rem 0.7rem; border-radius: 0.4rem; cursor: pointer;
  color: var(--text); background: var(--back); border: 1px solid var(--quiet);
}
button[aria-pressed="true"] { color: var(--on-text); background: var(--on); border-color: var(--on); }
@media (max-width: 45rem) {
  .wide, .wide tbody, .wide tr, .wide th, .wide td, .wide caption { display: block; }
  .wide thead { display: none; }
  .wide tr { border-top: 1px solid var(--edge); padding: 0.4rem 0; }
  .wide tbody th, .wide tbody td { border: 0; padding: 0.1rem 0.8rem; }
  .wide tbody th { font-weight: 600; }
  .wide td[data-column]::before { content: attr(data-column) ": "; color: var(--quiet); }
  .wide .actions { display: inline-flex; margin: 0.25rem 0; }
}
@media (min-width: 60rem) { .chart text { font-size: 9px; } }
@media (max-width: 30rem) {
  .tiles { grid-template-columns: 1fr 1fr; }
  button { padding: 0.5rem 0.7rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
