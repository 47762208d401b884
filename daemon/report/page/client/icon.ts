import { svg } from './element.ts';
import { iconPaths, type IconName } from './icon-paths.ts';

/** A drawing that says nothing the text beside it does not. */
export function icon(name: IconName): SVGSVGElement {
  return svg('svg', { 'class': 'icon', 'viewBox': '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: iconPaths[name] }));
}
