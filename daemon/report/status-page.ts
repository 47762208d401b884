import { createHash } from 'node:crypto';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** The status page, whole: it loads nothing but status.json. */
export const statusPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postern</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<main>
<div id="lost" role="alert" hidden>The door does not answer. What is below is old.</div>
<header><h1 id="name">Postern</h1><span id="clock" class="quiet"></span></header>
<section aria-live="polite"><p id="state" class="state">&hellip;</p><p id="door" class="quiet"></p><p id="hint" class="hint" hidden></p></section>
<section><h2>Last attempts</h2><ul id="attempts"></ul></section>
<section><h2>Parts</h2><ul id="parts"></ul></section>
<footer id="about" class="quiet"></footer>
<noscript>This page needs JavaScript. <a href="status.json">status.json</a> has the same as data.</noscript>
</main>
<script>${pageScript}</script>
</body>
</html>
`;

/** What the page may do: run this script, use this style, ask its own host; nothing else, and nobody may frame it. */
export const contentSecurityPolicy = [
  'default-src \'none\'', `script-src ${hashSource(pageScript)}`, `style-src ${hashSource(pageStyle)}`, 'connect-src \'self\'', 'img-src data:',
  'base-uri \'none\'', 'form-action \'none\'', 'frame-ancestors \'none\'',
].join('; ');

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
