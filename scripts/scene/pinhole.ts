import type { Point } from '../../daemon/base/frame.ts';
import type { Homography } from './homography.ts';

/** Metres from the camera: x to the right, y down, z away from it. */
export interface Place {
  x: number;
  y: number;
  z: number;
}

/** Where a flat thing is and how it is turned; without turning it faces the camera upright. Degrees. */
export interface Pose extends Place {
  /** Turned in its own plane, clockwise as seen by the camera. */
  roll: number;
  /** Its upper edge leaning away from the camera. */
  pitch: number;
  /** Its right edge turned away from the camera. */
  yaw: number;
}

/** A camera without distortion: every straight line stays straight. */
export interface Pinhole {
  width: number;
  height: number;
  focalPx: number;
}

/** A camera of about 64° horizontally, usual beside a door. */
export function doorCamera(width: number, height: number): Pinhole {
  return { width, height, focalPx: width * 0.8 };
}

export function project(camera: Pinhole, place: Place): Point {
  const perMetre = camera.focalPx / place.z;
  return { x: camera.width / 2 + place.x * perMetre, y: camera.height / 2 + place.y * perMetre };
}

/** The axes of a posed plane in camera coordinates: along its width, along its height, and towards its back. */
export function axesOf(pose: Pose): { right: Place; down: Place; back: Place } {
  const radians = Math.PI / 180;
  const [cr, sr] = [Math.cos(pose.roll * radians), Math.sin(pose.roll * radians)];
  const [cp, sp] = [Math.cos(pose.pitch * radians), Math.sin(pose.pitch * radians)];
  const [cy, sy] = [Math.cos(pose.yaw * radians), Math.sin(pose.yaw * radians)];
  // Roll first, then pitch about the x axis, then yaw about the y axis.
  const turned = (x: number, y: number, z: number): Place => {
    const [x1, y1] = [cr * x - sr * y, sr * x + cr * y];
    const [y2, z2] = [cp * y1 + sp * z, cp * z - sp * y1];
    return { x: cy * x1 - sy * z2, y: y2, z: cy * z2 + sy * x1 };
  };
  return { right: turned(1, 0, 0), down: turned(0, 1, 0), back: turned(0, 0, 1) };
}

/** From metres in the posed plane, measured from its middle, to pixels of the picture. */
export function homographyOf(camera: Pinhole, pose: Pose): Homography {
  const { right, down } = axesOf(pose);
  const f = camera.focalPx;
  const [cx, cy] = [camera.width / 2, camera.height / 2];
  return [
    f * right.x + cx * right.z, f * down.x + cx * down.z, f * pose.x + cx * pose.z,
    f * right.y + cy * right.z, f * down.y + cy * down.z, f * pose.y + cy * pose.z,
    right.z, down.z, pose.z,
  ];
}
