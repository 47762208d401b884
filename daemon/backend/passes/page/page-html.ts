import { texts as t } from './texts.ts';

const section = (id: string, inner: string): string => `<section id="${id}" hidden>\n${inner}\n</section>`;

/** The page of every pass: it knows none of them, so whoever fetches it alone, as mail scanners do, has nothing. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${t.title}</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="pass.css">
<script type="module" src="pass.js"></script>
</head>
<body>
<main>
<header><p class="kind">${t.title}</p><h1 id="door" hidden></h1></header>
<p id="state" role="status">${t.opening}</p>
<p id="warning" role="alert" hidden></p>
${section('offer', `<dl id="offer-facts"></dl>
<p id="offer-kind"></p>
<button id="take" type="button">${t.take}</button>
<p class="quiet">${t.takeBrowser}</p>`)}
${section('pass', `<div id="card"><canvas id="code" role="img"></canvas><p id="next" aria-hidden="true"></p><div id="bar" aria-hidden="true"><span id="bar-left"></span></div></div>
<button id="show" type="button">${t.show}</button>
<dl id="facts"></dl>
<div id="how"><h2>${t.howTitle}</h2>
<ol>${t.how.map((step) => `<li>${step}</li>`).join('')}</ol>
<p id="picture" class="quiet" hidden>${t.picture}</p></div>
<h2>${t.keepTitle}</h2>
<p class="quiet">${t.keep}</p>`)}
${section('problem', `<h2 id="problem-title"></h2>
<p id="problem-text"></p>
<button id="retry" type="button" hidden>${t.retry}</button>`)}
${section('list', `<h2>${t.listTitle}</h2>
<ul id="passes"></ul>`)}
<noscript><p>${t.needsScript}</p></noscript>
</main>
<dialog id="large" aria-label="${t.show}">
<canvas id="large-code" role="img"></canvas>
<p id="large-next" aria-hidden="true"></p>
<p id="large-hint">${t.brightness}</p>
<button id="close" type="button">${t.close}</button>
</dialog>
</body>
</html>
`;

export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1b4d8f"/><path d="M10 27V8a3 3 0 0 1 3-3h6a3 3 0 0 1 3 3v19z" fill="#fff"/><circle cx="18.6" cy="16.5" r="1.5" fill="#1b4d8f"/></svg>
`;
