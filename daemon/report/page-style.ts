/** The status page's look: one column that fits a phone, light or dark as the reader's device is. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #f6f5f2; --card: #ffffff; --ink: #1c1e21; --quiet: #5c6068; --line: #e2e0da;
  --good: #1b6e3c; --warn: #8a5a00; --bad: #a82020; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181b; --card: #1f2226; --ink: #ececea; --quiet: #a2a7b0; --line: #33373d;
  --good: #6fd195; --warn: #f0bd5a; --bad: #ff8f85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1rem; }
h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: .8rem; margin: 0 0 .5rem; color: var(--quiet); font-weight: 600; text-transform: uppercase; letter-spacing: .06em; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }
.quiet { color: var(--quiet); font-size: .875rem; }
.state { font-size: 2rem; font-weight: 650; line-height: 1.15; margin: 0; }
.state + p { margin: .25rem 0 0; }
.hint { margin: .75rem 0 0; padding-left: .75rem; border-left: .25rem solid var(--warn); }
.hint[hidden] { display: none; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: grid; grid-template-columns: 1.5rem 1fr auto; gap: .1rem .5rem; padding: .55rem 0; border-top: 1px solid var(--line); align-items: baseline; }
li:first-child { border-top: 0; padding-top: 0; } li:last-child { padding-bottom: 0; }
li > .body { overflow-wrap: anywhere; } li > .body > .quiet { display: block; }
.mark { font-weight: 700; text-align: center; }
time { color: var(--quiet); font-size: .875rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
#lost { background: var(--bad); color: var(--card); border-radius: .75rem; padding: .75rem 1rem; font-weight: 600; }
#lost[hidden] { display: none; }
.stale section { opacity: .45; }
footer { text-align: center; }
`;
