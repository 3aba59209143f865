/** Kilobytes in a gigabyte. */
export const MEGA = 1024 * 1024;
