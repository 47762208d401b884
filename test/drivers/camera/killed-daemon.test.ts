import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { childProcesses } from '../../support/child-processes.ts';
import { eventually } from '../../support/eventually.ts';
import { StandInCamera, type StandInState } from '../../support/stand-in-camera.ts';

const holder = fileURLToPath(new URL('./camera-holding-process.js', import.meta.url));

for (const mood of ['plays', 'silent'] as const satisfies StandInState['mood'][]) {
  test(`a daemon killed with SIGKILL while its camera ${mood === 'plays' ? 'gives pictures' : 'is silent and takes no SIGTERM'}: the camera's program ends with it`, async () => {
    const program = new StandInCamera();
    const daemon = spawn(process.execPath, [holder, program.command], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(daemon.stdout, 'data');
    program.set({ mood });
    const [child = ''] = childProcesses(daemon.pid);
    assert.match(child, /stand-in-program\.js/);
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    await eventually('the program has ended', () => !existsSync(`/proc/${child.split(' ', 1)[0]}`) || undefined, 10_000);
    program.clear();
  });
}

test.run();
