// Makes a fresh checkout ready: Debian packages, npm packages, compiled sources. Runs before
// `npm start` and `npm test`, does only what is missing, and is plain JavaScript because nothing is built yet.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGuard, guardIsBuilt } from './build-guard.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const forTests = process.argv.includes('--dev');

/** What is looked for, the Debian package that brings it, and how it is found where it is no command on the path. */
const COMPILERS = [{ name: 'g++' }, { name: 'make' }, { name: 'python3' }];
/** For the relay guard. */
const C_COMPILER = [{ name: 'cc', package: 'gcc' }, { name: 'libc6-dev', found: ['test', '-e', '/usr/include/linux/gpio.h'] }];
/** Independent readers, clients and a browser: each test that wants one says so when it is absent. */
const TEST_TOOLS = [
  { name: 'chromium' },
  { name: 'zbarimg', package: 'zbar-tools' },
  { name: 'openssl' },
  { name: 'ffmpeg' },
  { name: 'systemd-notify', package: 'systemd' },
  { name: 'python3-requests', found: ['/usr/bin/python3', '-c', 'import requests'] },
  { name: 'fonts-dejavu-core', found: ['test', '-e', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'] },
];

main().catch((error) => {
  process.stderr.write(`postern: ${error.message}\n`);
  process.exit(1);
});

async function main() {
  checkNode();
  const stamp = installStamp();
  if (readStamp('node_modules/.postern-installed') !== stamp) {
    await provide(COMPILERS);
    await installPackages(stamp);
  }
  if (forTests) await provide(TEST_TOOLS);
  await build();
  await provideGuard();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
  if (!supported) throw new Error(`Node ${process.versions.node} is not supported. Install Node 20.19 or later, 22.13 or later, or 24.`);
}

/** Native modules are bound to this Node's ABI, so another Node means another install. */
function installStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const machine = [process.versions.modules, process.platform, process.arch, ...Object.values(compilerFlags())].join(' ');
  return createHash('sha256').update(lock).update(machine).digest('hex');
}

function readStamp(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

async function provide(tools) {
  const missing = tools.filter(({ name, found = ['which', name] }) => spawnSync(found[0], found.slice(1)).status !== 0);
  const packages = missing.map((tool) => tool.package ?? tool.name);
  if (packages.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`missing: ${missing.map((tool) => tool.name).join(', ')}. Install with: sudo ${install}`);
  }
  await step(`Installing Debian packages: ${packages.join(', ')}`, 'sh', ['-c', `apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${install}`]);
}

async function installPackages(stamp) {
  await step('Installing npm packages (SQLite is compiled: some minutes the first time)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], compilerFlags());
  writeFileSync(join(root, 'node_modules/.postern-installed'), stamp);
}

/** See node-24-object-wrap.h: what is compiled for these versions without it aborts. */
function compilerFlags() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const shim = join(root, 'scripts/node-24-object-wrap.h');
  return major === 24 && minor >= 19 ? { CXXFLAGS: `${process.env.CXXFLAGS ?? ''} -include "${shim}"`.trim() } : {};
}

async function build() {
  const newest = newestSource(['daemon', 'drivers', 'config', 'scripts', 'test', 'tsconfig.json', 'package-lock.json']);
  const stamp = `${newest} ${readStamp('node_modules/.postern-installed')}`;
  if (readStamp('.build/.built') === stamp) return;
  for (const made of existsSync(join(root, '.build')) ? readdirSync(join(root, '.build')) : []) {
    if (made !== 'guard') rmSync(join(root, '.build', made), { recursive: true, force: true });
  }
  await step('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
  await step('Compiling the page', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'daemon/report/page/client/tsconfig.json']);
  mkdirSync(join(root, '.build'), { recursive: true });
  writeFileSync(join(root, '.build/.built'), stamp);
}

/** Never without one: a door that is released must have what rests its relay. A compiler that CC names is the user's affair. */
async function provideGuard() {
  if (guardIsBuilt()) return;
  if (!process.env.CC) await provide(C_COMPILER);
  buildGuard();
}

/** Names and times of all sources: a file that was added, changed or removed shows. */
function newestSource(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const info = statSync(join(root, path));
    if (!info.isDirectory()) return hash.update(`${path} ${info.mtimeMs} ${info.size}\n`);
    for (const name of readdirSync(join(root, path)).sort()) visit(join(path, name));
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** Runs a command; its output is shown only when it fails, a line with the elapsed time while it runs. */
async function step(title, command, args, env = {}) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const live = process.stderr.isTTY;
  const show = (text) => process.stderr.write(live ? `\r\u001b[K${text}` : `${text}\n`);
  show(`${title} …`);
  const timer = live ? setInterval(() => show(`${title} … ${seconds()} s`), 1000) : undefined;
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${title}: failed.\n${output}\nThe command was: ${command} ${args.join(' ')}`);
  show(`${title}: done in ${seconds()} s${live ? '\n' : ''}`);
}
