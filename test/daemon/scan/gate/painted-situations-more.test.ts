import { test } from 'uvu';
import { comparePaintedSituations } from '../../../support/painted-comparison.ts';

comparePaintedSituations(test, 25, 50);

test.run();
