/** The style of the page that describes the API: readable on a phone, in the dark, and on paper. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: #1c2126; --soft: #59636e; --line: #d8dde3; --paper: #fff; --tint: #f4f6f8; --link: #0b57b0; --get: #1a7f37; --post: #0b57b0; --put: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #9aa5b1; --line: #343c45; --paper: #14181c; --tint: #1d2329; --link: #7db4ff; --get: #5fd07f; --post: #7db4ff; --put: #f0b060; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
code, pre { font: 0.875em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
header, main, nav { padding: 0 1.25rem; }
main, header { max-width: 60rem; }
h1 { margin: 1.5rem 0 0.25rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 3rem 0 0.5rem; padding-top: 1rem; border-top: 2px solid var(--line); font-size: 1.375rem; }
h3 { margin: 2.5rem 0 0.25rem; font-size: 1.0625rem; overflow-wrap: anywhere; }
h4 { margin: 1.25rem 0 0.25rem; font-size: 0.875rem; color: var(--soft); text-transform: uppercase; letter-spacing: 0.04em; }
p { margin: 0.5rem 0; max-width: 46rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav > ul > li { margin: 0.75rem 0 0; font-weight: 600; }
nav li li { margin: 0; font-weight: 400; font-size: 0.9375rem; overflow-wrap: anywhere; }
nav li li a { display: block; padding: 0.25rem 0; }
.method { display: inline-block; min-width: 3.25em; font-weight: 700; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.soft { color: var(--soft); }
pre { margin: 0.5rem 0; padding: 0.75rem 1rem; background: var(--tint); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { margin: 0.5rem 0; border-top: 1px solid var(--line); }
dl > div { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
dt, dd { margin: 0; }
dt .type { color: var(--soft); margin-left: 0.5em; font-size: 0.875rem; }
dt .must { color: var(--put); margin-left: 0.5em; font-size: 0.8125rem; font-weight: 600; }
details { margin: 0.75rem 0; }
summary { cursor: pointer; padding: 0.25rem 0; color: var(--link); }
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); grid-template-areas: "nav header" "nav main"; }
  header { grid-area: header; } main { grid-area: main; padding-bottom: 6rem; }
  nav { grid-area: nav; position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1rem 1.25rem; background: var(--tint); border-right: 1px solid var(--line); }
  dl > div { display: grid; grid-template-columns: minmax(14rem, 2fr) 3fr; gap: 1rem; }
}
@media print { nav { display: none; } details > * { display: block; } }
`;
