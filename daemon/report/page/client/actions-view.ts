import type { PageCommand, Permission, Session, Status } from '../api.ts';
import { byId, h, setText } from './element.ts';
import { explanation } from './explanation.ts';

export interface Action {
  text: string;
  /** Without it the button is not there. */
  needs: Permission;
  /** Whether it makes sense now. */
  fits: (status: Status) => boolean;
  look?: 'plain' | 'danger';
  run: () => void;
}

/** A command that is asked about before it is sent. */
export interface CommandQuestion {
  command: PageCommand;
  title: string;
  text: string;
  /** On the button that does it. */
  verb: string;
  danger?: boolean;
}

export interface ActionsViewOptions {
  confirm: (question: CommandQuestion) => void;
  choosePassage: () => void;
  issuePass: () => void;
}

/** The buttons this session may press now, and why others are not there. */
export class ActionsView {
  readonly #group = byId('actions');
  readonly #why = byId('actions-why');
  readonly #buttons: { action: Action; button: HTMLButtonElement }[];

  constructor(options: ActionsViewOptions) {
    this.#buttons = actions(options).map((action) => ({ action, button: h('button', { type: 'button', class: action.look ?? '', click: () => action.run() }, action.text) }));
    this.#group.append(...this.#buttons.map(({ button }) => button));
  }

  show(session: Session, status: Status): void {
    const focused = document.activeElement;
    for (const { action, button } of this.#buttons) button.hidden = !session.may.includes(action.needs) || !action.fits(status);
    this.#group.hidden = this.#buttons.every(({ button }) => button.hidden);
    setText(this.#why, explanation(session, status));
    // After a command the button that gave it may be gone.
    const isFocusGone = this.#buttons.some(({ button }) => button === focused && button.hidden);
    if (isFocusGone) this.#buttons.find(({ button }) => !button.hidden)?.button.focus();
  }
}

const canUnlock = ({ door, lockdown }: Status): boolean => !lockdown && door.state !== 'fault' && door.state !== 'fire' && door.state !== 'passage';
const mayPulse = ({ lockdown, installerMode }: Status): boolean => lockdown !== undefined || installerMode !== undefined;

function actions({ confirm, choosePassage, issuePass }: ActionsViewOptions): Action[] {
  const ask = (question: CommandQuestion) => (): void => confirm(question);
  return [
    { text: 'Unlock', needs: 'unlock', fits: canUnlock,
      run: ask({ command: { do: 'unlock' }, title: 'Unlock the door?', text: 'It can be opened by whoever stands at it, until it locks again by itself.', verb: 'Unlock' }) },
    { text: 'End lockdown', needs: 'end-lockdown', fits: ({ lockdown }) => lockdown !== undefined,
      run: ask({ command: { do: 'lockdown', on: false }, title: 'End the lockdown?', text: 'Codes open the door again. End it when you know that its cause is over.', verb: 'End lockdown' }) },
    { text: 'Lockdown', needs: 'lock-down', look: 'danger', fits: ({ lockdown }) => lockdown === undefined,
      run: ask({ command: { do: 'lockdown', on: true }, title: 'Lock the door down?', text: 'No code opens it until the lockdown is ended, also after a restart. Passage ends at once. The way out stays free.', verb: 'Lock down', danger: true }) },
    { text: 'Passage…', needs: 'passage', look: 'plain', fits: ({ passage, lockdown }) => !passage && !lockdown, run: choosePassage },
    { text: 'End passage', needs: 'passage', look: 'plain', fits: ({ passage }) => passage !== undefined,
      run: ask({ command: { do: 'end-passage' }, title: 'End the passage?', text: 'The door locks at once and asks for codes again.', verb: 'End passage' }) },
    { text: 'Issue a pass…', needs: 'issue-passes', look: 'plain', fits: ({ issuesPasses }) => issuesPasses, run: issuePass },
    { text: 'Test pulse', needs: 'test-pulse', look: 'plain', fits: mayPulse,
      run: ask({ command: { do: 'test-pulse' }, title: 'Pulse the lock for a test?', text: 'The lock is released for the unlock time, so that you can hear and measure it. Whoever stands at the door can open it.', verb: 'Pulse' }) },
    { text: 'Installer mode', needs: 'installer-mode', look: 'plain', fits: ({ installerMode }) => installerMode === undefined,
      run: ask({ command: { do: 'installer-mode', on: true }, title: 'Start the installer mode?', text: 'For ten minutes the lock can be pulsed for a test from this page. It ends by itself.', verb: 'Start' }) },
    { text: 'End installer mode', needs: 'installer-mode', look: 'plain', fits: ({ installerMode }) => installerMode !== undefined,
      run: ask({ command: { do: 'installer-mode', on: false }, title: 'End the installer mode?', text: 'The lock can no longer be pulsed for a test.', verb: 'End' }) },
  ];
}
