import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CodeSeen, Point } from '../../daemon/base/frame.ts';
import { CodeFinder } from '../../daemon/scan/code-finder.ts';
import { mirroredAt } from '../../scripts/scene/glare.ts';
import { applyHomography, composeHomographies, invertHomography } from '../../scripts/scene/homography.ts';
import { drawTexture } from '../../scripts/scene/picture.ts';
import { axesOf, doorCamera, homographyOf, project } from '../../scripts/scene/pinhole.ts';
import type { Place, Pose } from '../../scripts/scene/pinhole.ts';
import { qrSymbol } from '../../scripts/scene/qr-symbol.ts';
import { seededRandom } from '../../scripts/scene/random.ts';
import { Texture } from '../../scripts/scene/texture.ts';
import { stageOf } from '../../scripts/sessions/render-plan.ts';
import type { Stage } from '../../scripts/sessions/render-plan.ts';
import { sessionPlans } from '../../scripts/sessions/sessions.ts';

const camera = doorCamera(640, 480);
const near = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Poses as a hand may hold something. */
function posesOf(seed: string, count: number): Pose[] {
  const random = seededRandom(seed);
  const within = (limit: number): number => (random() * 2 - 1) * limit;
  return Array.from({ length: count }, () => ({
    x: within(0.2), y: within(0.15), z: 0.3 + random(), roll: within(180), pitch: within(45), yaw: within(45),
  }));
}

/** Where a point of a posed plane is in front of the camera, by its axes alone. */
function placeOf(pose: Pose, { x, y }: Point): Place {
  const { right, down } = axesOf(pose);
  return { x: pose.x + x * right.x + y * down.x, y: pose.y + x * right.y + y * down.y, z: pose.z + x * right.z + y * down.z };
}

async function codesIn({ scene, sensor }: Stage, atMs: number): Promise<CodeSeen[]> {
  const { data, info } = await sharp(await sensor.expose(scene.pictureAt(atMs), scene.keyAt(atMs))).greyscale().raw().toBuffer({ resolveWithObject: true });
  const finder = await CodeFinder.open();
  finder.room(data.length).set(data);
  return finder.find(info.width, info.height);
}

const geometry = suite('geometry of the scene');

geometry('a point of a tilted plane goes where the pinhole projects it in space', () => {
  for (const pose of posesOf('project', 50)) {
    for (const point of [{ x: 0, y: 0 }, { x: 0.05, y: -0.03 }, { x: -0.08, y: 0.1 }]) {
      assert.ok(near(applyHomography(homographyOf(camera, pose), point), project(camera, placeOf(pose, point))) < 1e-9);
    }
  }
});

geometry('a homography and its inverse lead back to where one began', () => {
  for (const pose of posesOf('invert', 50)) {
    const plane = homographyOf(camera, pose);
    const back = composeHomographies(invertHomography(plane), plane);
    const point = { x: 0.04, y: -0.07 };
    assert.ok(near(applyHomography(back, point), point) < 1e-9);
  }
});

geometry('perspective is real: of a square turned away, the far side is the shorter one', () => {
  const turned = homographyOf(camera, { x: 0, y: 0, z: 0.3, roll: 0, pitch: 0, yaw: 40 });
  const [a, b, c, d] = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => applyHomography(turned, { x: (x as number) * 0.05, y: (y as number) * 0.05 })) as [Point, Point, Point, Point];
  assert.ok(near(b, c) < near(a, d) * 0.85);
});

geometry('a lamp is mirrored at equal angles', () => {
  const lamp = { x: 0.03, y: -0.42, z: -0.12 };
  const unit = (to: Place, from: Place): Place => {
    const [x, y, z] = [to.x - from.x, to.y - from.y, to.z - from.z];
    const length = Math.hypot(x, y, z);
    return { x: x / length, y: y / length, z: z / length };
  };
  const dot = (a: Place, b: Place): number => a.x * b.x + a.y * b.y + a.z * b.z;
  for (const pose of posesOf('mirror', 50)) {
    const spot = mirroredAt(lamp, pose);
    if (!spot) continue;
    const place = placeOf(pose, spot);
    const { back } = axesOf(pose);
    assert.ok(Math.abs(dot(unit(lamp, place), back) - dot(unit({ x: 0, y: 0, z: 0 }, place), back)) < 1e-9);
  }
});

geometry.run();

const drawing = suite('drawing');

/** 0.1 m of squares, black and white, one texel each. */
function chequered(side: number): Texture {
  const rgba = new Uint8Array(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i++) if ((i + Math.floor(i / side)) % 2) rgba.fill(0, i * 4, i * 4 + 3);
  return new Texture(rgba, side, side, 0.1);
}

drawing('modules smaller than a pixel come out grey, not as a false pattern', () => {
  const picture = { width: 640, height: 480, rgb: new Uint8Array(640 * 480 * 3) };
  drawTexture(picture, chequered(512), homographyOf(camera, { x: 0, y: 0, z: 0.5, roll: 20, pitch: 0, yaw: 0 }));
  for (let x = 300; x < 340; x++) {
    const value = picture.rgb[(240 * 640 + x) * 3] as number;
    assert.ok(Math.abs(value - 128) < 8, `pixel ${x} is ${value}`);
  }
});

drawing('a texture covers its outline and nothing else', () => {
  const picture = { width: 640, height: 480, rgb: new Uint8Array(640 * 480 * 3) };
  const white = new Texture(new Uint8Array(64 * 64 * 4).fill(255), 64, 64, 0.1);
  const plane = homographyOf(camera, { x: 0.05, y: 0, z: 0.4, roll: 0, pitch: 0, yaw: 0 });
  drawTexture(picture, white, plane);
  const [from, to] = [applyHomography(plane, { x: -0.05, y: -0.05 }), applyHomography(plane, { x: 0.05, y: 0.05 })];
  let covered = 0;
  for (let i = 0; i < picture.rgb.length; i += 3) if (picture.rgb[i] === 255) covered++;
  assert.is(covered, Math.round((to.x - from.x) * (to.y - from.y)));
});

drawing('a plain token of 198 characters is a code of 49 modules', async () => {
  assert.is((await qrSymbol(`PT1:${'7WAPU$%+'.repeat(24)}AB`)).size, 49);
});

drawing.run();

const truth = suite('ground truth');

for (const [name, atMs] of [['tilted', 3000], ['upside-down', 3000], ['two-codes', 3000], ['back-light', 3000], ['phone-approaching', 3800]] as const) {
  truth(`${name}: the decoder finds each code, its corners within three pixels of where they were drawn`, async () => {
    const stage = await stageOf(sessionPlans.find((plan) => plan.name === name) as (typeof sessionPlans)[number]);
    const seen = await codesIn(stage, atMs);
    const drawn = stage.scene.codesAt(atMs);
    assert.is(seen.length, drawn.length);
    for (const { text, quad } of drawn) {
      const found = seen.find((code) => code.text === text);
      assert.ok(found, 'read as it was drawn');
      quad.forEach((corner, i) => assert.ok(near(corner, found.quad[i] as Point) < 3));
    }
  });
}

truth('the same plan gives the same bytes again', async () => {
  const plan = sessionPlans.find(({ name }) => name === 'glare') as (typeof sessionPlans)[number];
  const jpegs = await Promise.all([await stageOf(plan), await stageOf(plan)].map(({ scene, sensor }) => sensor.expose(scene.pictureAt(2200), scene.keyAt(2200))));
  assert.ok((jpegs[0] as Buffer).equals(jpegs[1] as Buffer));
});

truth.run();
