import type { Pass, PassRequest } from '../api.ts';
import { wallMs } from './attempt-search.ts';
import { problemOf, type DoorApi } from './door-api.ts';
import type { DoorTime } from './door-time.ts';
import { byId, setText } from './element.ts';
import { closable, fieldText, FormDialog } from './form-dialog.ts';

/** Issues a pass and shows its code once. */
export class PassDialog {
  readonly #form: FormDialog;
  readonly #issued = closable(byId<HTMLDialogElement>('issued'));
  readonly #code = byId<HTMLImageElement>('issued-code');
  readonly #save = byId<HTMLAnchorElement>('issued-save');
  #open: { door: string; time: DoorTime; nowMs: number } | undefined;

  constructor(api: DoorApi) {
    this.#form = new FormDialog(byId<HTMLDialogElement>('pass'), async (fields) => this.#issue(api, fields));
    byId('issued-print').addEventListener('click', () => window.print());
    // Whoever holds the code opens the door: it does not stay in the page.
    this.#issued.addEventListener('close', () => {
      this.#code.removeAttribute('src');
      this.#save.removeAttribute('href');
    });
  }

  open(door: string, time: DoorTime, nowMs: number): void {
    this.#open = { door, time, nowMs };
    this.#form.form.reset();
    this.#form.open();
  }

  async #issue(api: DoorApi, fields: FormData): Promise<string | undefined> {
    if (!this.#open) return undefined;
    const request = requestOf(fields, this.#open.time);
    const answer = await api.issuePass(request);
    if (answer.kind !== 'answer') return problemOf(answer);
    this.#show(answer.body, request, this.#open);
    return undefined;
  }

  #show({ qrPng, token, expiresAtMs }: Pass, { maxUses, notBeforeMs }: PassRequest, { door, time, nowMs }: { door: string; time: DoorTime; nowMs: number }): void {
    this.#code.src = `data:image/png;base64,${qrPng}`;
    this.#save.href = this.#code.src;
    setText(byId('issued-door'), door);
    const from = notBeforeMs === undefined ? '' : `from ${time.short(notBeforeMs, nowMs)} `;
    const uses = maxUses === undefined ? '' : `, ${maxUses === 1 ? 'once' : `${maxUses} times`}`;
    setText(byId('issued-text'), `Valid ${from}until ${time.short(expiresAtMs, nowMs)} (${time.zone})${uses}. Code ${token}…`);
    this.#issued.showModal();
  }
}

/** What the form asks for. */
function requestOf(fields: FormData, time: DoorTime): PassRequest {
  const text = (name: string): string => fieldText(fields, name).trim();
  const notBeforeMs = wallMs(text('from'), time);
  return {
    validForS: Number(text('validForS')),
    ...(text('note') !== '' && { note: text('note') }),
    ...(text('maxUses') !== '' && { maxUses: Number(text('maxUses')) }),
    ...(notBeforeMs !== undefined && { notBeforeMs }),
    ...(fields.has('extended') && { extended: true }),
  };
}
