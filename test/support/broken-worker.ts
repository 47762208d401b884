/** A decode worker that does not start. */
throw new Error('no wasm here');
