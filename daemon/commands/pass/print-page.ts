import { escaped } from './markup.ts';
import { factLines, HOW_TO_HOLD, ON_A_SCREEN, type PassFacts } from './pass-facts.ts';

const STYLE = `
@page { margin: 15mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #000; font: 12pt/1.4 system-ui, "DejaVu Sans", sans-serif; }
main { width: 140mm; margin: 0 auto; padding: 8mm; border: 1pt dashed #777; text-align: center; break-inside: avoid; }
.cut { width: 140mm; margin: 0 auto 1mm; color: #555; font-size: 9pt; }
h1 { font-size: 22pt; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
.holder { font-size: 15pt; margin: 1mm 0 0; overflow-wrap: anywhere; }
img { display: block; width: 90mm; height: 90mm; margin: 2mm auto; image-rendering: pixelated; }
table { margin: 0 auto; text-align: left; border-collapse: collapse; }
th { font-weight: normal; color: #333; padding: .6mm 4mm .6mm 0; white-space: nowrap; } td { padding: .6mm 0; font-weight: 600; }
p { margin: 3mm 0 0; } .id { color: #555; font-size: 8pt; }
@media screen { body { padding: 1rem; } main, .cut { max-width: 100%; } }
`;

/** A page to be printed, of one sheet of A4 or Letter, with a line to cut along. It loads nothing: the code is in it. */
export function printPage(facts: PassFacts, picture: Uint8Array): string {
  const rows = factLines(facts).map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Pass: ${escaped(facts.door.name)}, ${escaped(facts.holder)}</title>
<style>${STYLE}</style>
</head>
<body>
<p class="cut" aria-hidden="true">✂ cut here</p>
<main>
<h1>${escaped(facts.door.name)}</h1>
<p class="holder">${escaped(facts.holder)}</p>
<img alt="QR code for ${escaped(facts.door.name)}" src="data:image/png;base64,${Buffer.from(picture).toString('base64')}">
<table>
${rows}
</table>
<p>${HOW_TO_HOLD}</p>
<p>${ON_A_SCREEN}</p>
<p class="id">Code ${facts.tokenId}. It is a key: whoever has it comes in.</p>
</main>
</body>
</html>
`;
}
