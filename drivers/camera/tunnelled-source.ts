import { messageOf } from '../../daemon/base/errors.ts';
import type { PictureListener, PictureSource, SourceRun } from './picture-source.ts';
import { TlsTunnel, type TlsTunnelOptions } from './tls-tunnel.ts';

/** A source whose program goes through a TLS tunnel, a new one for each try. `open` gets the port of this machine that leads in. */
export function tunnelledSource(of: Omit<PictureSource, 'open'>, way: TlsTunnelOptions, open: (port: number) => PictureSource): PictureSource {
  return { name: of.name, startMs: of.startMs, ...(of.isThere && { isThere: of.isThere }), open: (listener) => new TunnelledRun(way, open, listener) };
}

class TunnelledRun implements SourceRun {
  readonly #listener: PictureListener;
  readonly #begun: Promise<void>;
  #tunnel: TlsTunnel | undefined;
  #inner: SourceRun | undefined;
  #isClosed = false;

  constructor(way: TlsTunnelOptions, open: (port: number) => PictureSource, listener: PictureListener) {
    this.#listener = listener;
    this.#begun = this.#begin(way, open).catch((thrown: unknown) => listener.ended(`there is no way to it through this machine (${messageOf(thrown)})`));
  }

  clue(): string | undefined {
    return this.#tunnel?.fault ?? this.#inner?.clue?.();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#begun;
    await this.#inner?.close();
    this.#tunnel?.close();
  }

  async #begin(way: TlsTunnelOptions, open: (port: number) => PictureSource): Promise<void> {
    const tunnel = await TlsTunnel.open(way);
    this.#tunnel = tunnel;
    if (this.#isClosed) return;
    const listener = this.#listener;
    // What the program makes of a tunnel that is shut says less than the tunnel.
    this.#inner = open(tunnel.port).open({
      bytes: () => listener.bytes(),
      picture: (picture) => listener.picture(picture),
      bad: (what) => listener.bad(what),
      ended: (reason) => listener.ended(tunnel.fault ?? reason),
    });
  }
}
