import { STEP_CODE_DIGITS, STEP_MS } from '../../../base/step-code.ts';

/** Browser script: the text of the moment (RFC 6238 with HMAC-SHA-256, as daemon/base/step-code.ts) and its drawing. */
export const scriptCode = String.raw`
const STEP_MS = ${STEP_MS};
const QUIET_ZONE = 4;

/** The raw key never comes into this script: the browser signs with it. */
async function stepCode(key, step) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  const offset = mac.getUint8(mac.byteLength - 1) & 0x0f;
  return String((mac.getUint32(offset) & 0x7fffffff) % ${10 ** STEP_CODE_DIGITS}).padStart(${STEP_CODE_DIGITS}, '0');
}

async function textAt(pass, nowMs) {
  if (!pass.key) return pass.code;
  return 'PT1R' + (await stepCode(pass.key, Math.floor(nowMs / STEP_MS))) + ':' + pass.code.slice('PT1:'.length);
}

/** Draws black on white, level M, each module the same whole number of the screen's own pixels. */
function draw(canvas, text, roomPx) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const ratio = window.devicePixelRatio || 1;
  const scale = Math.max(1, Math.floor((roomPx * ratio) / size));
  canvas.width = canvas.height = size * scale;
  canvas.style.width = canvas.style.height = (size * scale) / ratio + 'px';
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  data.forEach((row, y) => row.forEach((dark, x) => { if (dark) context.fillRect(x * scale, y * scale, scale, scale); }));
  snap(canvas, ratio);
}

/** Between two of the screen's pixels the edges would blur. */
function snap(canvas, ratio) {
  canvas.style.transform = '';
  const { left, top } = canvas.getBoundingClientRect();
  const off = (at) => (Math.round(at * ratio) - at * ratio) / ratio;
  canvas.style.transform = 'translate(' + off(left) + 'px,' + off(top + window.scrollY) + 'px)';
}

function wipe(canvas) {
  canvas.width = canvas.height = 1;
}
`;
