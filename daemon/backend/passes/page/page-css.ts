/** The pass's look: one column that fits a phone, light or dark as the device is; the code itself always black on white. */
export const pageCss = `
:root { color-scheme: light dark; --ground: #f5f4f1; --card: #fff; --ink: #1b1d20; --quiet: #565b63; --line: #deddd7; --deed: #1b4d8f; --deed-ink: #fff; --good: #176538; --warn: #7a4f00; --bad: #a01d1d; }
@media (prefers-color-scheme: dark) { :root { --ground: #15171a; --card: #1e2125; --ink: #ececea; --quiet: #a6abb4; --line: #343840; --deed: #8ab8f5; --deed-ink: #10213a; --good: #74d49a; --warn: #f1c064; --bad: #ff948a; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 17px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: max(1rem, env(safe-area-inset-top)) 1rem max(1.5rem, env(safe-area-inset-bottom)); }
.kind { margin: 0; color: var(--quiet); font-size: .875rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .5rem 0; }
#state { font-size: 1.05rem; font-weight: 600; margin: .35rem 0 .75rem; }
#state.good { color: var(--good); } #state.warn { color: var(--warn); } #state.bad { color: var(--bad); }
#warning { border-left: .3rem solid var(--warn); background: var(--card); padding: .6rem .8rem; border-radius: .4rem; }
.quiet { color: var(--quiet); font-size: .9375rem; }
#card { background: #fff; color: #000; border: 1px solid var(--line); border-radius: 1rem; padding: .25rem .25rem .6rem; text-align: center; overflow: hidden; }
canvas { display: block; margin: 0 auto; image-rendering: pixelated; background: #fff; }
#next, #large-next { margin: 0; font-variant-numeric: tabular-nums; color: #333; min-height: 1.45em; }
#bar { height: 4px; margin: .35rem 1.5rem 0; background: #ddd; border-radius: 2px; overflow: hidden; }
#bar-left { display: block; height: 100%; background: #1b4d8f; transform-origin: left; transition: transform .3s linear; }
@media (prefers-reduced-motion: reduce) { #bar { display: none; } * { transition: none !important; scroll-behavior: auto !important; } }
button { display: block; width: 100%; min-height: 3.25rem; margin: .9rem 0; padding: .6rem 1rem; border: 0; border-radius: .8rem; background: var(--deed); color: var(--deed-ink); font: inherit; font-weight: 600; cursor: pointer; }
button:disabled { opacity: .6; cursor: default; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
dl { margin: .75rem 0; display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
ol, ul { margin: .25rem 0; padding-left: 1.4rem; } li { margin: .25rem 0; }
a { color: var(--deed); }
dialog { border: 0; padding: 1rem; margin: 0; width: 100vw; max-width: none; height: 100vh; height: 100dvh; max-height: none; background: #fff; color: #000; text-align: center; }
dialog[open] { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .5rem; }
dialog::backdrop { background: #fff; }
dialog p { margin: 0; max-width: 26rem; }
dialog button { margin: .5rem 0 0; max-width: 20rem; background: #1b1d20; color: #fff; }
dialog button:focus-visible { outline-color: #1b4d8f; }
`;
