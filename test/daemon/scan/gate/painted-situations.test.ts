import { test } from 'uvu';
import { comparePaintedSituations } from '../../../support/painted-comparison.ts';

comparePaintedSituations(test, 0, 25);

test.run();
