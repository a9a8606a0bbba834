/** How the wire view looks, beside what every page has. */
export const WIRE_STYLE = `
main { max-width: none; }
header { max-width: none; }
.wire-controls { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.75rem; margin: 0.6rem 0; }
.wire-controls label { color: var(--quiet); font-size: 0.875rem; }
.wire-controls input:not([type=checkbox]), .wire-controls select {
  font: inherit; font-size: 0.875rem; color: var(--text); background: var(--card);
  border: 1px solid var(--quiet); border-radius: 0.4rem; padding: 0.25rem 0.4rem;
}
button:disabled { color: var(--quiet); border-color: var(--edge); cursor: default; }
#live { color: var(--quiet); font-size: 0.875rem; min-width: 9rem; }
.keys { color: var(--quiet); font-size: 0.875rem; white-space: nowrap; }
.keys svg { vertical-align: middle; margin: 0 0.3rem 0 0.6rem; }
.wire { display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: 0.75rem; align-items: start; }
.diagram, .detail { background: var(--card); border: 1px solid var(--edge); border-radius: 0.5rem; }
.diagram { overflow: auto; height: 72vh; min-height: 20rem; }
.sheet { display: grid; width: max-content; }
.bare .sheet { display: none; }
.diagram svg { display: block; }
.head { grid-area: 1 / 1; position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--edge); }
.rows { grid-area: 2 / 1; }
.times, .ends { grid-area: 2 / 1; position: sticky; background: var(--card); pointer-events: none; }
.times { left: 0; }
.ends, .head-ends { right: 0; justify-self: end; }
.diagram text, .detail pre { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
.diagram text { fill: var(--text); }
.party rect { fill: var(--back); stroke: var(--quiet); }
.diagram .party text { font-weight: 600; }
.life { stroke: var(--edge); stroke-width: 2; }
.arrow { stroke: var(--c0); stroke-width: 1.75; fill: none; }
.tip { fill: var(--c0); }
.tls .arrow { stroke: var(--c2); stroke-width: 3; }
.tls .tip { fill: var(--c2); }
.udp .arrow { stroke: var(--c1); stroke-dasharray: 6 4; }
.udp .tip { fill: var(--c1); }
.open .arrow, .end .arrow { stroke: var(--quiet); stroke-width: 1; }
.open .tip, .end .tip { fill: var(--quiet); }
.diagram .open .say, .diagram .end .say, .diagram .time, .diagram .how, .diagram .party .which { fill: var(--quiet); }
.diagram .time, .diagram .how, .diagram .party .which { font-size: 11px; font-weight: 400; }
.row { cursor: pointer; outline: none; }
.back { fill: transparent; }
.row:hover .back { fill: var(--link); fill-opacity: 0.07; }
.picked .back { fill: var(--link); fill-opacity: 0.16; }
.diagram .say, .diagram .how { paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.row:focus-visible .back { stroke: var(--link); stroke-width: 2; }
#empty { padding: 0.5rem 1rem; }
.detail { margin: 0; padding: 0.5rem 0.9rem 0.9rem; max-height: 72vh; overflow: auto; }
.detail h2 { margin: 0.3rem 0; overflow-wrap: anywhere; }
.detail h3 { font-size: 0.875rem; color: var(--quiet); margin: 0.75rem 0 0.25rem; font-weight: 400; }
.detail dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 0.75rem; margin: 0; font-size: 0.875rem; }
.detail dt { color: var(--quiet); }
.detail dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.detail pre { margin: 0; overflow-x: auto; line-height: 1.5; }
kbd { border: 1px solid var(--quiet); border-radius: 0.25rem; padding: 0 0.3rem; font-size: 0.8rem; }
@media (max-width: 62rem) {
  .wire { grid-template-columns: minmax(0, 1fr); }
  .diagram { height: 56vh; }
}
`;
