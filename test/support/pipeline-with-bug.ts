import { codeSeen, granted, PipelineSituation } from './pipeline-situation.ts';

/** Run as a process: a pipeline in which the part named first on the command line has a bug, and some time in which it must end of that. */
const part = process.argv[2] ?? '';
const bug = (): never => {
  throw new TypeError(`a bug in the ${part}`);
};

const it = new PipelineSituation(part === 'door' ? { door: { view: { state: 'locked' }, grant: async () => bug() } } : {});
it.reader.inView = [codeSeen('visitor')];
it.validator.decisions.set('visitor', granted('visitor'));
if (part === 'reader') it.reader.meanwhile = bug;
if (part === 'validator') it.validator.meanwhile = bug;
if (part === 'log') it.commit = async () => bug();
it.pipeline.offer(it.frame());
setTimeout(() => undefined, 3_000);
