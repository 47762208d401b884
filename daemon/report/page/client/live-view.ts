import type { LiveFrame, LiveQuiet, Problem, Session } from '../api.ts';
import { byId, h, setText, svg } from './element.ts';
import { icon } from './icon.ts';
import { LiveStream } from './live-stream.ts';
import { MeasuresView } from './measures-view.ts';

/** The camera's picture as it is, with the outline of what was made out in it. */
export class LiveView {
  readonly #picture = byId<HTMLImageElement>('live-picture');
  readonly #outline = document.getElementById('live-outline') as unknown as SVGSVGElement;
  readonly #none = byId('live-none');
  readonly #pause = byId('live-pause');
  readonly #frame = byId('live-frame');
  readonly #measures = new MeasuresView(byId('measures'));
  readonly #logIn: () => void;
  readonly #stream = new LiveStream({ onFrame: (frame) => this.#show(frame), onQuiet: (quiet) => this.#quiet(quiet), onEnd: (problem) => this.#ended(problem) });
  #isPaused = false;
  #mayLook = false;
  #isLost = false;

  constructor(logIn: () => void) {
    this.#logIn = logIn;
    this.#pause.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused;
      setText(this.#pause, this.#isPaused ? 'Go on' : 'Pause');
      this.#run();
    });
    document.addEventListener('visibilitychange', () => this.#run());
  }

  /** As the session may; `isLost` while the daemon does not answer. */
  update(session: Session, isLost: boolean): void {
    const wasLost = this.#isLost;
    this.#isLost = isLost;
    this.#mayLook = session.may.includes('see-pictures');
    this.#pause.hidden = !this.#mayLook;
    if (!this.#mayLook) this.#withhold(session);
    else if (isLost) this.#cover('The door does not answer.');
    else if (wasLost && this.#isPaused) this.#cover('Paused.');
    this.#run();
  }

  /** [S9] Nobody looks at a page in the background: the door need not make pictures for it. */
  #run(): void {
    const runs = this.#mayLook && !this.#isPaused && !this.#isLost && document.visibilityState === 'visible';
    if (!runs) return this.#stream.stop();
    if (this.#stream.start()) this.#cover('Waiting for the camera…');
  }

  #show(frame: LiveFrame): void {
    this.#picture.src = `data:image/jpeg;base64,${frame.jpeg}`;
    this.#picture.hidden = false;
    this.#none.hidden = true;
    this.#frame.style.aspectRatio = `${frame.width} / ${frame.height}`;
    this.#outline.setAttribute('viewBox', `0 0 ${frame.width} ${frame.height}`);
    this.#outline.replaceChildren(...frame.outlines.map(({ corners, read }) => svg('polygon', { points: corners.map((corner) => corner.join(',')).join(' '), class: read ? 'read' : '' })));
    this.#measures.show(frame);
  }

  #quiet({ message }: LiveQuiet): void {
    this.#cover(message);
  }

  #ended({ message }: Problem): void {
    this.#cover(message);
  }

  /** Over the last picture, if there is one: what is seen is not what is. */
  #cover(message: string): void {
    this.#outline.replaceChildren();
    this.#measures.hide();
    this.#none.hidden = false;
    this.#none.replaceChildren(h('p', { class: 'over' }, message));
  }

  #withhold({ canLogIn }: Session): void {
    this.#picture.hidden = true;
    this.#picture.removeAttribute('src');
    if (this.#none.querySelector('.icon')) return;
    this.#cover('');
    this.#none.replaceChildren(icon('camera'), h('p', {}, 'Pictures are shown after a login.'), ...(canLogIn ? [h('button', { type: 'button', class: 'plain', click: this.#logIn }, 'Log in to see')] : []));
  }
}
