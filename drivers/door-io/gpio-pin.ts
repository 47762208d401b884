import type { Gpio } from 'onoff';

/** What is used of onoff's `Gpio`: tests pass a class of their own. */
export type GpioPin = Pick<Gpio, 'readSync' | 'writeSync' | 'direction' | 'activeLow' | 'watch' | 'unexport'>;
export type GpioClass = new (...made: ConstructorParameters<typeof Gpio>) => GpioPin;
