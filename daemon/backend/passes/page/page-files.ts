import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { uuidBytes } from '../../../base/ids.ts';
import { ApiError } from '../../../base/http/api-error.ts';
import { fileEndpoint, type Endpoint } from '../../http/endpoint.ts';
import { exampleToken } from '../../http/example-site.ts';
import { pageCss } from './page-css.ts';
import { iconSvg, pageHtml } from './page-html.ts';
import { scriptCode } from './script-code.ts';
import { scriptPass } from './script-pass.ts';
import { scriptServer } from './script-server.ts';
import { scriptStore } from './script-store.ts';
import { scriptView } from './script-view.ts';
import { workerScript } from './worker-script.ts';

/** The page runs its own files, asks its own host, and nobody may frame it; nothing is loaded from elsewhere. */
const contentSecurityPolicy = [
  'default-src \'none\'', 'script-src \'self\'', 'style-src \'self\'', 'img-src \'self\'', 'connect-src \'self\'', 'worker-src \'self\'',
  'base-uri \'none\'', 'form-action \'none\'', 'frame-ancestors \'none\'',
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), screen-wake-lock=(self)',
  'x-robots-tag': 'noindex',
};

const script = `import { encode } from './uqr.js';\n${scriptView}${scriptStore}${scriptCode}${scriptServer}${scriptPass}`;
const uqr = readFileSync(fileURLToPath(import.meta.resolve('uqr')), 'utf8');

/** By the name under /pass/. */
const parts: Record<string, [type: string, text: string]> = {
  'pass.js': ['text/javascript; charset=utf-8', script],
  'uqr.js': ['text/javascript; charset=utf-8', uqr],
  'pass.css': ['text/css; charset=utf-8', pageCss],
  'icon.svg': ['image/svg+xml; charset=utf-8', iconSvg],
};
const version = digestOf(Object.values(parts).map(([, text]) => text).join('') + pageHtml).slice(0, 16);
const worker = workerScript(version, Object.keys(parts));

const page = (path: string, summary: string): Endpoint => file(path, summary, 'text/html; charset=utf-8', pageHtml);

/** The page of a pass and what it is made of. The parts stand before the page, whose path would fit them, too. */
export const passPageFiles: readonly Endpoint[] = [
  ...Object.entries(parts).map(([name, [type, text]]) => file(`/pass/${name}`, `A part of the page of passes: ${name}.`, type, text)),
  file('/pass/worker.js', 'Lets a pass open without a connection.', 'text/javascript; charset=utf-8', worker),
  page('/pass/', 'The passes on this phone.'),
  page('/pass/{pass}', 'The page of a pass. It is the same for all and holds nothing of any: the link\'s secret is not sent with it.'),
];

function file(path: string, summary: string, contentType: string, text: string): Endpoint {
  const bytes = Buffer.from(text);
  const etag = `"${digestOf(text).slice(0, 22)}"`;
  return fileEndpoint({
    path, summary, contentType, allows: 'anyone',
    room: 'Passes',
    name: nameOf(path),
    examples: [{ title: 'The file', params: { pass: exampleToken } }],
    refusals: path.includes('{') ? [{ status: 404, code: 'pass-unknown', when: 'The path names no pass.' }] : [],
    async file({ params }) {
      if (params.pass !== undefined && !uuidBytes(params.pass)) throw new ApiError(404, 'pass-unknown', 'There is no such page. Open the link exactly as it was sent.');
      return { etag, cacheControl: 'public, no-cache', headers, bytes: () => bytes };
    },
  });
}

function nameOf(path: string): string {
  return `page${path.replaceAll(/[^a-z]+(.)?/gi, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
