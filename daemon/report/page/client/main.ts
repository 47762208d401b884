import type { Session } from '../api.ts';

/** Stands in until the page is built: shows that the daemon answers. */
const answer = await fetch('api/session', { cache: 'no-store' });
const session = await answer.json() as Session;
document.body.append(session.reads ? 'The door answers.' : 'Log in to see the door.');
