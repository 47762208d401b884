import { DoorApi } from './door-api.ts';
import { DoorPage } from './door-page.ts';

new DoorPage(new DoorApi()).start();
